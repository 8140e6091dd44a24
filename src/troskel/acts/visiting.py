# SPDX-License-Identifier: EUPL-1.2
"""Visits: by tag until the lock is there (P2), by lock, or by hand with a reason. Begun and ended, or told later."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts import visit_batches
from troskel.acts.core.fields import Code, Instant
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.acts.visit_batches import Evidence, MadeVisit
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people.roles import Role
from troskel.visits import operations as visits
from troskel.visits import rules
from troskel.visits.models import Visit

MOST = 500
"""How many visits a batch may hold."""


@act("P2", who=(Role.CARER,), writes=["visit.registered", "visit.left_open"])
def arrive(
    doing: Doing,
    *,
    client: str,
    by: Evidence,
    tag: Code = "",
    serial: Code = "",
    reason: Code = "",
    visit: UUID | None = None,
) -> dict[str, Any]:
    """Begin a visit, and say what proves it (P2). A visit left open, yesterday or just now, never stands in the way."""
    begun = MadeVisit(
        client=client, arrived=doing.occurred, by=by, tag=tag, serial=serial, reason=reason, visit=visit
    )
    (answer,) = _take_in(doing, [begun], begins=True)
    return answer


@act("P2", who=(Role.CARER, Role.COORDINATOR), writes=["visit.departed"])
def depart(
    doing: Doing,
    *,
    by: Evidence,
    visit: UUID | None = None,
    tag: Code = "",
    serial: Code = "",
    reason: Code = "",
) -> dict[str, Any]:
    """End a visit: the one you have open, or one named, whose end was forgotten."""
    found = visit_batches.to_end(doing, visit)
    end = MadeVisit(
        client=found.visit.client.reference,
        arrived=found.visit.arrived,
        departed=doing.occurred,
        by=by,
        tag=tag,
        serial=serial,
        reason=reason,
    )
    rules.departs_after_arrival(end.arrived, end.departed)
    rules.by_hand_with_reason(by, reason)
    visit_batches.Proofs.of(doing, [end], [found.visit.client_id]).judge(end, found.visit.client_id)
    if rules.ends_once(found.visit.departed, doing.occurred):
        others = visit_batches.Known.of(doing, [end], {found.visit.account_id})
        others.end(found.visit, end)
        visits.change([found.visit])
        _note_departure(doing, found.visit, found.home)
    return visit_batches.answer(found.visit, found.visit.client.case_number)


@act("P2", who=(Role.CARER, Role.COORDINATOR), writes=["visit.registered", "visit.departed"])
def register_visit(
    doing: Doing,
    *,
    client: str,
    arrived: Instant,
    by: Evidence,
    departed: Instant | None = None,
    tag: Code = "",
    serial: Code = "",
    reason: Code = "",
    visit: UUID | None = None,
    carer: Code = "",
) -> dict[str, Any]:
    """Register a visit, and what proves it (P2). A phone may be days late: the visit counts from when it was."""
    made = MadeVisit(
        client=client,
        arrived=arrived,
        by=by,
        departed=departed,
        tag=tag,
        serial=serial,
        reason=reason,
        visit=visit,
        carer=carer,
    )
    (answer,) = _take_in(doing, [made])
    return answer


@act("P2", who=(Role.CARER, Role.COORDINATOR), writes=["visit.registered", "visit.departed"])
def register_visits(
    doing: Doing, *, visits: Annotated[list[MadeVisit], msgspec.Meta(min_length=1, max_length=MOST)]
) -> dict[str, Any]:
    """Register many visits, as a phone or an office brings them (P2). Each with an id of its own is told once only."""
    return {"visits": _take_in(doing, visits)}


def _take_in(doing: Doing, items: list[MadeVisit], *, begins: bool = False) -> list[dict[str, Any]]:
    """Every item's answer; of the refused, and of those already known, nothing is written. One body for all forms."""
    batch = visit_batches.Batch.of(doing, items, begins=begins)
    new: list[Visit] = []
    changed: list[Visit] = []
    answers: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            told = batch.judge(item)
        except (Refusal, NotFound, BadValue) as refusal:
            if len(items) == 1:
                raise
            doing.refuse_item(index, refusal)
            continue
        visit = told.known or _made(doing, item, told, opens=begins and batch.is_latest(item))
        if told.known is None:
            new.append(visit)
            batch.others.add(visit)
            changed += _leave_open(doing, batch.left_open(item))
            _note_arrival(doing, visit, told.home)
        elif item.departed is not None and rules.ends_once(visit.departed, item.departed):
            batch.others.end(visit, item)
            changed.append(visit)
            _note_departure(doing, visit, told.home)
        answers.append(visit_batches.answer(visit, told.case))
    visits.change(changed)
    visits.register(new)
    return answers


def _leave_open(doing: Doing, left: list[Visit]) -> list[Visit]:
    """The routine asks nothing about a lost end: the line names no home, so none is locked for its sake."""
    for visit in left:
        doing.journal("visit.left_open", client=visit.client_id, visit=visit.id, account=visit.account_id)
    return left


def _made(doing: Doing, item: MadeVisit, told: visit_batches.Told, *, opens: bool) -> Visit:
    ended = item.departed is not None
    reason = item.reason if item.by == "hand" else ""
    return Visit(
        id=item.visit or new_id(),
        municipality_id=doing.actor.municipality,
        client_id=told.client,
        organisation_id=told.organisation,
        account_id=told.account,
        arrived=item.arrived,
        departed=item.departed,
        open=opens,
        evidence=item.by,
        reason=reason,
        departed_evidence=item.by if ended else "",
        departed_reason=reason if ended else "",
        flags=" ".join(told.flags),
    )


def _note_arrival(doing: Doing, visit: Visit, home: UUID) -> None:
    """The one line of a visit: it counts once, from its arrival, whenever its end is told."""
    doing.journal(
        "visit.registered",
        homes=[home],
        client=visit.client_id,
        occurred=visit.arrived,
        visit=visit.id,
        organisation=visit.organisation_id,
        account=visit.account_id,
        by=visit.evidence,
        arrived=visit.arrived,
        departed=visit.departed,
        open=visit.open,
        reason_code=visit.reason,
        flags=visit.flags.split(),
    )


def _note_departure(doing: Doing, visit: Visit, home: UUID) -> None:
    doing.journal(
        "visit.departed",
        homes=[home],
        client=visit.client_id,
        occurred=visit.departed,
        visit=visit.id,
        organisation=visit.organisation_id,
        account=visit.account_id,
        by=visit.departed_evidence,
        departed=visit.departed,
        reason_code=visit.departed_reason,
        flags=visit.flags.split(),
    )
