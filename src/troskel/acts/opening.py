# SPDX-License-Identifier: EUPL-1.2
"""A phone opens a door, by an allocated decision or an accepted alarm (rule 4); and lock faults are reported.

An opening is two acts with the lock between them: one allows it, one records the outcome (`open_the_door`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from troskel.access import operations as access
from troskel.access import queries, rules
from troskel.access.drivers import SPENT, Grant, LockAnswer, LockAt, LockDriver
from troskel.access.models import Opening
from troskel.access.rules import GRANT_LIFETIME, LockOutcome
from troskel.custody.models import ThingKind
from troskel.custody.rules import LockFault
from troskel.ground import clock
from troskel.ground.error_log import error_text
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.row_writing import insert, new_row
from troskel.ground.texts import _
from troskel.people import queries as people
from troskel.people.models import Residence
from troskel.people.roles import PHONE_ROLES, Actor, Role
from troskel.permits import doors
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Code, Named, Serial, Text, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Låset vid dörren")

Percentage = Annotated[int, msgspec.Meta(ge=0, le=100)]

TRIES, PAUSE = 30, 0.1
"""How often, and after how many seconds each, a repeated request looks for the outcome of the first."""

_log = logging.getLogger(__name__)


@act("S2", "A8", who=PHONE_ROLES, writes=["opening.allowed"])
def open_door(ctx: ActContext, *, client: CaseNumber, serial: Serial) -> dict[str, Any]:
    """Get a grant to open the door of a client on the phone, once and within a minute. No lock turns yet."""
    return _allow(ctx, client, serial).answer


class _Allowed(NamedTuple):
    """An opening that is stored and journalled, the home it is journalled at, and the act's answer."""

    opening: Opening
    home: UUID
    answer: dict[str, Any]


def _allow(ctx: ActContext, client: str, serial: str) -> _Allowed:
    actor, account = ctx.actor, rules.persons_organisation(ctx.actor.account)
    ctx.lock_homes_by(_homes_of_named_client, client)
    if not ctx.facts:  # the phone may know the number of an entry that has been merged
        client = people.name_of_remaining(actor.municipality, client) or client
        ctx.lock_homes_by(_homes_of_named_client, client)
    found = doors.doors_of(actor, client, ctx.now)
    row = found.client
    home = lookup.current_home(ctx, row.client, row.home).home
    if all(linked.serial != serial for linked in found.rows):
        lookup.find_holding(ctx, ThingKind.LOCK, serial)  # raises NotFound for a lock that nobody has
    permission, lock = found.may_open(serial)
    opening = new_row(
        Opening,
        id=new_id(),
        municipality_id=actor.municipality,
        client_id=row.client,
        door_id=permission.door,
        lock_id=lock,
        organisation_id=permission.organisation,
        account_id=account,
        paragraph=permission.by.paragraph,
        alarm_id=permission.by.alarm,
        grant=new_id(),
        not_before=ctx.now,
        not_after=ctx.now + GRANT_LIFETIME,
    )
    insert([opening])
    ctx.journal(
        "opening.allowed",
        homes=[home],
        client=row.client,
        paragraph=permission.by.paragraph,
        **opening_fields(opening),
        link=permission.link,
        alarm=permission.by.alarm,
    )
    answer = {
        "case": row.case,
        "lock": serial,
        "opening": opening.id,
        "door": opening.door_id,
        "grant": opening.grant,
        "not_before": opening.not_before,
        "not_after": opening.not_after,
        "why": permission,
    }
    return _Allowed(opening, home, answer)


def _homes_of_named_client(municipality: str, name: str) -> QuerySet[Any, Any]:
    is_named = Q(client__case_number=name) | Q(client__reference=name)
    return Residence.objects.filter(
        is_named, municipality=municipality, client__municipality=municipality
    ).values("home_id")


LockCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{0,20}$", description="a code of the lock")]
"""Why a lock refused. It goes into a line of the journal, so it can't be words."""


@act("S2", who=PHONE_ROLES, writes=["door.opened", "opening.failed", "lock.fault_told"])
def note_opening(
    ctx: ActContext,
    *,
    opening: UUID,
    outcome: Literal["opened", "refused", "no_answer", "jammed", "unknown"],
    code: LockCode = "",
    battery: Percentage | None = None,
) -> dict[str, Any]:
    """Record the lock's answer to an opening. A jam, no answer or a low battery is reported as a fault."""
    row = _own_opening(ctx, opening)
    if rules.is_new_outcome(row.outcome, outcome):
        home = lookup.subject_of(ctx, row.client).home.home
        _note(ctx, row, home, outcome, code, battery)
    return {"opening": row.id, "outcome": row.outcome, "code": row.code, "battery": row.battery}


def _note(
    ctx: ActContext, row: Opening, home: UUID, outcome: str, code: str, battery: int | None
) -> dict[str, Any]:
    """Stores and journals a new outcome, with the home locked. Raises OutcomeStands where another came first."""
    before, row.outcome, row.code, row.battery, row.noted = row.outcome, outcome, code, battery, ctx.now
    event = "door.opened" if LockOutcome(outcome) is LockOutcome.OPENED else "opening.failed"
    ctx.journal(
        event,
        homes=[home],
        client=row.client_id,
        paragraph=row.paragraph,
        **opening_fields(row),
        outcome=outcome,
        code=code,
        battery=battery,
    )
    fault = rules.fault_of(outcome, battery)
    if fault and not (fault == "low_battery" and queries.is_low_battery_known(row, ctx.now)):
        journal_fault(ctx, row.client_id, row.door_id, row.lock_id, fault)
    access.note(row, before)
    return {"opening": row.id, "outcome": row.outcome, "code": row.code, "battery": row.battery}


@act(
    "L1",
    who=(*PHONE_ROLES, Role.COORDINATOR),
    writes=["lock.fault_told"],
    title=_("Anmäl fel på ett låsvred"),
    lead=_("Samordnaren får veta det och kan beställa reparation."),
)
def tell_fault(
    ctx: ActContext,
    *,
    client: CaseNumber,
    serial: Annotated[Serial, field(names=Named.MOUNTED_LOCK)],
    code: Annotated[Code, field(_("Vad är fel?"), choices=LockFault)],
    text: Text = "",
) -> dict[str, Any]:
    """Report a fault of the lock turner at a client's door, by a code."""
    subject = lookup.find_client(ctx, client)
    holding = lookup.find_holding(ctx, ThingKind.LOCK, serial)
    rules.known_fault(code)
    door = rules.lock_at(list(subject.home.doors.values()), holding.thing_id, serial)
    journal_fault(ctx, subject.row.id, door.door, holding.thing_id, code, text)
    return {"case": subject.row.case_number, "lock": serial, "code": code}


def journal_fault(ctx: ActContext, client: UUID, door: UUID, lock: UUID, code: str, text: str = "") -> None:
    """Journals a fault of the lock at a door, whose homes are locked."""
    ctx.journal(
        "lock.fault_told",
        homes=lookup.homes_of_door(ctx, door),
        client=client,
        paragraph="L1",
        detail={"text": text} if text else None,
        door=door,
        lock=lock,
        code=code,
        organisation=ctx.actor.organisation,
    )


def opening_fields(row: Opening) -> dict[str, Any]:
    """Returns what each line about an opening says of it."""
    return {
        "opening": row.id,
        "door": row.door_id,
        "lock": row.lock_id,
        "organisation": row.organisation_id,
        "account": row.account_id,
        "by": row.paragraph,
    }


def _own_opening(ctx: ActContext, identifier: UUID) -> Opening:
    """Returns an opening allowed to the actor, with the client's homes locked. Raises NotFound."""
    actor = ctx.actor
    openings = Opening.objects.filter(
        id=identifier, municipality=actor.municipality, account=actor.account
    ).select_related("client")
    ctx.lock_homes(Residence.objects.filter(client__in=openings.values("client_id")).values("home_id"))
    row = openings.first()
    if row is None:
        raise NotFound("opening", "opening")
    return row


# not an act: runs the two acts, with the lock between them


class Opened(msgspec.Struct, frozen=True):
    """The result of trying to open a door. `unknown`: the door may be open; look, and try again with another key."""

    case: str
    lock: str
    opening: UUID
    paragraph: str
    outcome: str
    code: str
    battery: int | None


def open_the_door(
    actor: Actor, driver: LockDriver, values: Mapping[str, Any], *, key: str | None = None
) -> Opened:
    """Opens a door: commits the grant, calls the lock outside any transaction, then commits the outcome.

    A repeat with the same key is the same opening: it returns the recorded outcome, or presents the same grant to the
    lock, which turns once for it. Where the lock says that the grant is spent, the first request is still on its way
    back (a double click), so its outcome is waited for; an expired grant, or one whose request broke off, returns
    `unknown` and records nothing.
    """
    parsed: Any = open_door.read(values)
    allowed: list[_Allowed] = []

    def allow(ctx: ActContext) -> dict[str, Any]:
        allowed[:] = [_allow(ctx, parsed.client, parsed.serial)]
        return allowed[0].answer

    content = [msgspec.to_builtins(parsed), None]
    permission = ActContext.run(open_door, actor, allow, content=content, key=key).answer
    if not allowed or str(allowed[0].opening.id) != permission["opening"]:  # a repeat: the first answer
        allowed.clear()
        row = queries.opening(actor.municipality, UUID(permission["opening"]))
        if row.noted is not None:
            return _result(permission, row.outcome, row.code, row.battery)
    reply = _unlock(driver, actor, permission)
    if reply.code == SPENT:
        return _recorded_meanwhile(actor, permission) or _result(
            permission, str(LockOutcome.UNKNOWN), "", None
        )
    note = _noted(actor, allowed[0] if allowed else None, permission["opening"], reply)
    return _result(permission, note["outcome"], note["code"], note["battery"])


def _recorded_meanwhile(actor: Actor, permission: Mapping[str, Any]) -> Opened | None:
    """Returns the outcome that another request records for the same opening, or None where it does not come."""
    for _try in range(TRIES):
        row = queries.opening(actor.municipality, UUID(permission["opening"]))
        if row.noted is not None:
            return _result(permission, row.outcome, row.code, row.battery)
        if clock.now() > datetime.fromisoformat(permission["not_after"]):
            return None
        time.sleep(PAUSE)
    return None


def _noted(actor: Actor, allowed: _Allowed | None, identifier: str, reply: LockAnswer) -> dict[str, Any]:
    """Runs `note_opening` on the row that was just stored; where something has changed since, on a fresh one."""
    answer: dict[str, Any] = {"outcome": str(reply.outcome), "code": reply.code, "battery": reply.battery}
    values = {"opening": identifier, **answer}
    if allowed is not None:

        def note(ctx: ActContext) -> dict[str, Any]:
            ctx.lock_homes([allowed.home])
            lookup.current_home(ctx, allowed.opening.client_id, allowed.home)
            return _note(ctx, copy(allowed.opening), allowed.home, **answer)

        note_opening.read(values)
        with suppress(access.OutcomeStands, Refusal):
            return ActContext.run(note_opening, actor, note).answer
    return note_opening.perform(actor, values).answer


def fault_of(opened: Opened) -> str:
    """Returns the fault code that `note_opening` recorded for this result, or an empty string."""
    return rules.fault_of(opened.outcome, opened.battery) or ""


def _unlock(driver: LockDriver, actor: Actor, permission: Mapping[str, Any]) -> LockAnswer:
    """Returns the lock's reply. If the driver raises, the lock may still have turned: the outcome is unknown."""
    not_before, not_after = (datetime.fromisoformat(permission[name]) for name in ("not_before", "not_after"))
    if clock.now() > not_after or actor.account is None:
        return LockAnswer(LockOutcome.UNKNOWN, SPENT)
    grant = Grant(
        id=UUID(permission["grant"]),
        municipality=actor.municipality,
        serial=permission["lock"],
        door=UUID(permission["door"]),
        account=actor.account,
        not_before=not_before,
        not_after=not_after,
    )
    try:
        return driver.unlock(LockAt(actor.municipality, permission["lock"]), actor.account, grant)
    except Exception as error:
        _log.warning("the lock driver broke: %s", error_text(error))
        return LockAnswer(LockOutcome.UNKNOWN)


def _result(permission: Mapping[str, Any], outcome: str, code: str, battery: int | None) -> Opened:
    return Opened(
        case=permission["case"],
        lock=permission["lock"],
        opening=UUID(permission["opening"]),
        paragraph=permission["why"]["by"]["paragraph"],
        outcome=outcome,
        code=code,
        battery=battery,
    )
