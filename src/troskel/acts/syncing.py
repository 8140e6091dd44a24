# SPDX-License-Identifier: EUPL-1.2
"""A phone tells what it has noted, in batches; each event is settled once, and ends in a state (rule 6).

The visits themselves are registered as by every other act of visiting.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts import noted_events, told_events
from troskel.acts.door_grants import take_grants
from troskel.acts.door_keys import KeyPoint, enrol_phone
from troskel.acts.noted_events import NotedEvent, Ticks, WaitingEvent
from troskel.acts.told_events import ToldEvents
from troskel.acts.visiting import register_visit
from troskel.ground.choices import Choice
from troskel.ground.error_log import error_text
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Actor, Role
from troskel.runner.choices import VisitReason
from troskel.runner.fields import CaseNumber, Code, Instant, Text, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext
from troskel.visits import events as rules
from troskel.visits.events import EventState, PhoneClock
from troskel.visits.models import PhoneEvent, Visit

CHAPTER = _("Telefonens händelser")

MAX_EVENTS = 250
"""The most events in one batch."""
MAX_WAITING = 1000

GRANTS_UNKNOWN = "grants.unknown"
"""Why a batch's answer has no grants: they could not be issued. The phone keeps those it has, and asks again."""

_log = logging.getLogger(__name__)


@act(
    "P2",
    who=(Role.CARER,),
    writes=["visit.registered", "visit.departed", "visit.left_open", "phone.event_refused"],
)
def sync_phone(
    ctx: ActContext,
    *,
    phone: UUID,
    sent: Instant,
    events: Annotated[list[NotedEvent], msgspec.Meta(max_length=MAX_EVENTS)] = [],  # noqa: B006 -- msgspec copies it
    waiting: Annotated[list[WaitingEvent], msgspec.Meta(max_length=MAX_WAITING)] = [],  # noqa: B006
    boot: Code = "",
    ticks: Ticks | None = None,
) -> dict[str, Any]:
    """Tell what a phone has noted, without coverage too (P2). Each event is settled once, however often it is sent.

    `sent`, `ticks`: the phone's two clocks now; `waiting`: what it has besides, whose turn comes later.
    """
    events = [noted_events.opened(event, ctx.actor.account) for event in events]
    told = ToldEvents(ctx, phone, PhoneClock(ctx.now, sent, boot, ticks))
    told.meet()
    told.take(events)
    told.announce(waiting)
    told.store()
    return {"account": ctx.actor.account, "now": ctx.now, "events": [told.answer(event) for event in events]}


@act("P2", who=(Role.CARER,), writes=["phone.event_contested"])
def contest_event(ctx: ActContext, *, told: UUID, text: Text = "") -> dict[str, Any]:
    """Contest that an event of one's own was refused. The coordinator answers."""
    row = _event(ctx, told, account=ctx.actor.account)
    rules.can_be_contested(row.state, row.settled)
    if row.contested is None:
        row.contested = ctx.now
        row.save(update_fields=["contested"])
        ctx.journal(
            "phone.event_contested",
            told=row.id,
            code=row.code,
            organisation=row.organisation_id,
            account=row.account_id,
            detail={"text": text} if text else None,
        )
    return {"told": row.id, "state": row.state}


class EventAnswer(Choice, question=_("Vad gäller?")):
    """A coordinator's answer to what a phone could not bring about."""

    WRITTEN_IN = "written_in", _("Besöket är gjort: det skrivs in")
    STANDS = "stands", _("Det blir som det är: inget besök skrivs in")


@act("P2", who=(Role.COORDINATOR,), writes=["phone.event_settled"], consists_of=(register_visit,))
def settle_event(
    ctx: ActContext,
    *,
    told: UUID,
    answer: EventAnswer,
    client: CaseNumber = "",
    arrived: Annotated[Instant | None, field(_("Ankomst"))] = None,
    departed: Annotated[Instant | None, field(_("Avgång"))] = None,
    reason: Annotated[Code, field(_("Varför manuellt?"), choices=VisitReason)] = "",
    visit: UUID | None = None,
    text: Text = "",
) -> dict[str, Any]:
    """Answer an event that was refused or never came: the visit is written in, or it stays so.

    `visit`: one that stands already; otherwise it is registered by hand, with `client`, times and reason.
    """
    row = _event(ctx, told, organisation=ctx.actor.organisation)
    rules.can_be_settled(row.state, row.settled)
    if answer is EventAnswer.WRITTEN_IN and visit:
        row.visit, row.state = _standing(ctx, row, visit), EventState.CORRECTED
    elif answer is EventAnswer.WRITTEN_IN:
        _told_whole(client, arrived)
        carer = row.account.username.partition("/")[2]
        times = {"arrived": arrived, "departed": departed}
        written = ctx.does(register_visit, client=client, by="hand", reason=reason, carer=carer, **times)
        row.visit, row.state = written["visit"], EventState.CORRECTED
    elif row.state != EventState.REFUSED:
        told_events.refuse(row, rules.never_came())
    row.settled = ctx.now
    row.save(update_fields=["visit", "state", "settled", "rule", "code", "message", "swedish"])
    ctx.journal(
        "phone.event_settled",
        told=row.id,
        answer=answer,
        visit=row.visit,
        organisation=row.organisation_id,
        account=row.account_id,
        detail={"text": text} if text else None,
    )
    return {"told": row.id, "state": row.state, "visit": row.visit}


def _event(ctx: ActContext, told: UUID, **whose: UUID | None) -> PhoneEvent:
    rows = PhoneEvent.objects.select_related("account").select_for_update(of=("self",))
    row = rows.filter(municipality=ctx.actor.municipality, id=told, **whose).first()
    if row is None:
        raise NotFound("event", "told")
    return row


def _standing(ctx: ActContext, row: PhoneEvent, visit: UUID) -> UUID:
    """Returns the id of a visit by the event's carer that stands. Raises NotFound."""
    visits = Visit.objects.filter(
        municipality=ctx.actor.municipality, organisation=row.organisation_id, account=row.account_id
    )
    if not visits.filter(id=visit).exists():
        raise NotFound("visit", "visit")
    return visit


def _told_whole(client: str, arrived: Any) -> None:
    """A visit that is to be written in has a client and an arrival."""
    for name, value in (("client", client), ("arrived", arrived)):
        if not value:
            raise BadValue(name, "value.missing", _("Uppgiften saknas. Fyll i den."))


# not an act: runs the acts by which a phone is told all that it needs, one after the other


class BatchWithKey(sync_phone.values, kw_only=True, frozen=True):  # type: ignore[name-defined,misc,call-arg]
    """A batch, and the phone's public key where it wants today's grants too."""

    key: KeyPoint | None = None


def sync_and_take(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Settles a batch and commits it; then, where the phone tells its `key`, enrols that and issues today's grants.

    The events' answer comes whatever becomes of the grants. `grants`: None where the phone did not ask, and where they
    could not be issued (`grants_code`); none where it may have none, and that code says why.
    """
    key = values.get("key")
    if key is not None:
        enrol_phone.read(
            {"key": key}
        )  # a key of no form is refused with the whole batch: nothing has happened yet
    answer = sync_phone.perform(
        actor, {name: value for name, value in values.items() if name != "key"}
    ).answer
    return answer | (_grants(actor, key) if key is not None else {"grants": None, "grants_code": ""})


def _grants(actor: Actor, key: str) -> dict[str, Any]:
    try:
        enrol_phone.perform(actor, {"key": key})
        return {"grants": take_grants.perform(actor, {"key": key}).answer["grants"], "grants_code": ""}
    except (Refusal, BadValue) as error:
        return {"grants": [], "grants_code": error.code}
    except Exception as error:
        _log.warning("grants could not be issued beside a batch: %s", error_text(error))
        return {"grants": None, "grants_code": GRANTS_UNKNOWN}
