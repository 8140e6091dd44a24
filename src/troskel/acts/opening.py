# SPDX-License-Identifier: EUPL-1.2
"""The phone opens the door, by an allocated decision or an accepted alarm (rule 4); and a fault of the lock is told.

An opening is two acts with a lock between them: it is allowed, and what came of it is noted (`open_the_door`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from troskel.access import operations as access
from troskel.access import queries, rules
from troskel.access.drivers import SPENT, Grant, LockAt, LockDriver, Said
from troskel.access.models import Opening
from troskel.access.rules import GRANT_LASTS, Outcome
from troskel.acts.core import lookup
from troskel.acts.core.fields import Code, Text
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.custody import rules as custody_rules
from troskel.custody.models import ThingKind
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.people.models import Residence
from troskel.people.roles import PHONE_ROLES, Actor, Role

PerCent = Annotated[int, msgspec.Meta(ge=0, le=100)]

_log = logging.getLogger(__name__)


@act("S2", "A8", who=PHONE_ROLES, writes=["opening.allowed"])
def open_door(doing: Doing, *, client: str, serial: str) -> dict[str, Any]:
    """Be allowed to open the door of a client who is on the phone now, once and within a minute; no lock turns yet."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.LOCK, serial)
    actor, account = doing.actor, rules.a_persons(doing.actor.account)
    why = rules.may_open(
        found.facts,
        actor.organisation,
        held.thing_id,
        doing.today,
        responder=actor.role is Role.RESPONDER,
        answering=queries.answering(actor, [found.row.id], doing.now).get(found.row.id),
    )
    custody_rules.lock_is_at_door(held.kind, held.holder, why.door, serial)
    opening = Opening(
        id=new_id(),
        municipality_id=actor.municipality,
        client=found.row,
        door_id=why.door,
        lock_id=held.thing_id,
        organisation_id=why.organisation,
        account_id=account,
        paragraph=why.by.paragraph,
        alarm_id=why.by.alarm,
        grant=new_id(),
        not_before=doing.now,
        not_after=doing.now + GRANT_LASTS,
    )
    access.allow(opening)
    doing.journal(
        "opening.allowed",
        homes=[found.home.home],
        client=found.row.id,
        paragraph=why.by.paragraph,
        **_about(opening),
        link=why.link,
        alarm=why.by.alarm,
    )
    return {
        "case": found.row.case_number,
        "lock": serial,
        "opening": opening.id,
        "door": opening.door_id,
        "grant": opening.grant,
        "not_before": opening.not_before,
        "not_after": opening.not_after,
        "why": why,
    }


@act("S2", who=PHONE_ROLES, writes=["door.opened", "opening.failed", "lock.fault_told"])
def note_opening(
    doing: Doing,
    *,
    opening: UUID,
    outcome: Literal["opened", "refused", "no_answer", "jammed", "unknown"],
    code: Code = "",
    battery: PerCent | None = None,
) -> dict[str, Any]:
    """Note what the lock answered when it was to be opened. A jam, no answer or a low battery is told as a fault."""
    row = _own_opening(doing, opening)
    if rules.noted_anew(row.outcome, outcome):
        row.outcome, row.code, row.battery, row.noted = outcome, code, battery, doing.now
        home = lookup.of_row(doing, row.client).home.home
        event = "door.opened" if Outcome(outcome) is Outcome.OPENED else "opening.failed"
        doing.journal(
            event,
            homes=[home],
            client=row.client_id,
            paragraph=row.paragraph,
            **_about(row),
            outcome=outcome,
            code=code,
            battery=battery,
        )
        fault = rules.fault_of(outcome, battery)
        if fault and not (fault == "low_battery" and queries.low_battery_known(row, doing.now)):
            _tell_fault(doing, row.client_id, row.door_id, row.lock_id, fault)
        access.note(row)
    return {"opening": row.id, "outcome": row.outcome, "code": row.code, "battery": row.battery}


@act("L1", who=(*PHONE_ROLES, Role.COORDINATOR), writes=["lock.fault_told"])
def tell_fault(doing: Doing, *, client: str, serial: str, code: Code, text: Text = "") -> dict[str, Any]:
    """Tell of a fault of the lock turner at a client's door, by a code."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.LOCK, serial)
    rules.known_fault(code)
    door = rules.lock_at(list(found.home.doors.values()), held.thing_id, serial)
    _tell_fault(doing, found.row.id, door.door, held.thing_id, code, text)
    return {"case": found.row.case_number, "lock": serial, "code": code}


def _tell_fault(doing: Doing, client: UUID, door: UUID, lock: UUID, code: str, text: str = "") -> None:
    doing.journal(
        "lock.fault_told",
        homes=lookup.homes_of_door(doing, door),
        client=client,
        paragraph="L1",
        detail={"text": text} if text else None,
        door=door,
        lock=lock,
        code=code,
        organisation=doing.actor.organisation,
    )


def _about(row: Opening) -> dict[str, Any]:
    return {
        "opening": row.id,
        "door": row.door_id,
        "lock": row.lock_id,
        "organisation": row.organisation_id,
        "account": row.account_id,
        "by": row.paragraph,
    }


def _own_opening(doing: Doing, identifier: UUID) -> Opening:
    """The opening that the actor was allowed, its client's homes locked."""
    actor = doing.actor
    theirs = Opening.objects.filter(
        id=identifier, municipality=actor.municipality, account=actor.account
    ).select_related("client")
    doing.lock_homes(Residence.objects.filter(client__in=theirs.values("client_id")).values("home_id"))
    row = theirs.first()
    if row is None:
        raise NotFound("opening", "opening")
    return row


# not an act: the two acts, and the lock between them


class Opened(msgspec.Struct, frozen=True):
    """What came of trying to open a door. `unknown`: the door may be open; look, and try again with another key."""

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
    """Open a door: allowed and committed, then asked of the lock outside any transaction, then noted and committed.

    A repeat with the same key is the same opening: what is noted is told again, and else the lock is shown the same
    grant, on which it turns once, whoever is first. Whoever finds it spent, or too old, knows and notes nothing.
    """
    allowed = open_door.perform(actor, values, key=key).answer
    row = queries.opening(actor.municipality, UUID(allowed["opening"]))
    if row.noted is None:
        said = _turned(driver, actor, allowed)
        if said.code == SPENT:
            return _told(allowed, str(Outcome.UNKNOWN), "", None)
        noted = note_opening.perform(
            actor,
            {
                "opening": allowed["opening"],
                "outcome": str(said.outcome),
                "code": said.code,
                "battery": said.battery,
            },
        ).answer
        return _told(allowed, noted["outcome"], noted["code"], noted["battery"])
    return _told(allowed, row.outcome, row.code, row.battery)


def fault_of(opened: Opened) -> str:
    """The fault that the lock's answer told of, as `note_opening` noted it: a code, or empty."""
    return rules.fault_of(opened.outcome, opened.battery) or ""


def _turned(driver: LockDriver, actor: Actor, allowed: Mapping[str, Any]) -> Said:
    """What the lock says. A driver that breaks has perhaps been heard by the lock: the door may be open."""
    not_before, not_after = (datetime.fromisoformat(allowed[name]) for name in ("not_before", "not_after"))
    if clock.now() > not_after or actor.account is None:
        return Said(Outcome.UNKNOWN, SPENT)
    grant = Grant(
        id=UUID(allowed["grant"]),
        municipality=actor.municipality,
        serial=allowed["lock"],
        door=UUID(allowed["door"]),
        account=actor.account,
        not_before=not_before,
        not_after=not_after,
    )
    try:
        return driver.unlock(LockAt(actor.municipality, allowed["lock"]), actor.account, grant)
    except Exception as error:
        _log.warning("the lock driver broke: %s", type(error).__name__)
        return Said(Outcome.UNKNOWN)


def _told(allowed: Mapping[str, Any], outcome: str, code: str, battery: int | None) -> Opened:
    return Opened(
        case=allowed["case"],
        lock=allowed["lock"],
        opening=UUID(allowed["opening"]),
        paragraph=allowed["why"]["by"]["paragraph"],
        outcome=outcome,
        code=code,
        battery=battery,
    )
