# SPDX-License-Identifier: EUPL-1.2
"""Visits, with tag (P2), lock, or a reason as evidence. Registered on arrival and departure, or afterwards."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts import visit_batches
from troskel.acts.visit_batches import MadeVisit
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner.choices import Evidence
from troskel.runner.fields import SERIAL, TAG, CaseNumber, Code, Instant, field
from troskel.runner.register import act
from troskel.runner.reported import DoneThough
from troskel.runner.transaction import ActContext
from troskel.visits import rules
from troskel.visits.models import Visit

CHAPTER = _("Besök")

MAX_VISITS = 500
"""The most visits in one batch."""

BATCH_SIZE = 400
ENDING_FIELDS = ["departed", "open", "departed_evidence", "departed_reason", "flags"]


@act("P2", who=(Role.CARER,), writes=["visit.registered", "visit.left_open"])
def arrive(
    ctx: ActContext,
    *,
    client: CaseNumber,
    by: Evidence,
    tag: Annotated[Code, TAG] = "",
    serial: Annotated[Code, SERIAL] = "",
    reason: Code = "",
    visit: UUID | None = None,
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Begin a visit, with its evidence (P2). An earlier visit left open never stops it."""
    item = MadeVisit(
        client=client,
        arrived=ctx.occurred,
        by=by,
        tag=tag,
        serial=serial,
        reason=reason,
        visit=visit,
        done_though=done_though,
    )
    (answer,) = _register(ctx, [item], begins=True)
    return answer


@act("P2", who=(Role.CARER, Role.COORDINATOR), writes=["visit.departed"])
def depart(
    ctx: ActContext,
    *,
    by: Evidence,
    visit: UUID | None = None,
    tag: Annotated[Code, TAG] = "",
    serial: Annotated[Code, SERIAL] = "",
    reason: Code = "",
) -> dict[str, Any]:
    """End a visit: your open one, or a named one whose end was forgotten."""
    ending = visit_batches.find_visit_to_end(ctx, visit)
    item = MadeVisit(
        client=ending.visit.client.reference,
        arrived=ending.visit.arrived,
        departed=ctx.occurred,
        by=by,
        tag=tag,
        serial=serial,
        reason=reason,
    )
    rules.departs_after_arrival(item.arrived, item.departed)
    rules.by_hand_with_reason(by, reason)
    visit_batches.EvidenceIndex.of(ctx, [item], [ending.visit.client_id]).judge(item, ending.visit.client_id)
    if rules.ends_once(ending.visit.departed, ctx.occurred):
        stored_visits = visit_batches.StoredVisits.of(ctx, [item], {ending.visit.account_id})
        stored_visits.end(ending.visit, item)
        ending.visit.save(update_fields=ENDING_FIELDS)
        _note_departure(ctx, ending.visit, ending.home)
    return visit_batches.answer(ending.visit, ending.visit.client.case_number)


@act(
    "P2",
    who=(Role.CARER, Role.COORDINATOR),
    writes=["visit.registered", "visit.departed"],
    title=_("Skriv in ett besök"),
    lead=_("Med kvittensprodukt, lås eller manuellt med en anledning."),
)
def register_visit(
    ctx: ActContext,
    *,
    client: CaseNumber,
    arrived: Annotated[Instant, field(_("Ankomst"))],
    by: Evidence,
    departed: Annotated[Instant | None, field(_("Avgång"))] = None,
    tag: Annotated[Code, TAG] = "",
    serial: Annotated[Code, SERIAL] = "",
    reason: Annotated[Code, field(_("Varför manuellt?"), choices=rules.VisitReason)] = "",
    visit: UUID | None = None,
    carer: Annotated[Code, field(_("Vem gjorde besöket?"), hint=_("Kontonamn. Tom: du själv"))] = "",
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Register a visit, with its evidence (P2). A phone may report days late: the visit counts from its arrival."""
    item = MadeVisit(
        client=client,
        arrived=arrived,
        by=by,
        departed=departed,
        tag=tag,
        serial=serial,
        reason=reason,
        visit=visit,
        carer=carer,
        done_though=done_though,
    )
    (answer,) = _register(ctx, [item])
    return answer


@act("P2", who=(Role.CARER, Role.COORDINATOR), writes=["visit.registered", "visit.departed"], parts="visits")
def register_visits(
    ctx: ActContext, *, visits: Annotated[list[MadeVisit], msgspec.Meta(min_length=1, max_length=MAX_VISITS)]
) -> dict[str, Any]:
    """Register many visits, from a phone or an office (P2). A visit with an id of its own is registered once."""
    return {"visits": _register(ctx, visits)}


def _register(ctx: ActContext, items: list[MadeVisit], *, begins: bool = False) -> list[dict[str, Any]]:
    """Registers the items and returns their answers. Refused and already stored items write nothing."""
    batch = visit_batches.VisitBatch.of(ctx, items, begins=begins)
    new: list[Visit] = []
    changed: list[Visit] = []
    answers: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            judgement = batch.judge(item)
        except (Refusal, NotFound, BadValue) as refusal:
            if len(items) == 1:
                raise
            ctx.refuse_item(index, refusal)
            continue
        visit = judgement.stored_visit or _new_visit(
            ctx, item, judgement, opens=begins and batch.is_latest(item)
        )
        if judgement.stored_visit is None:
            new.append(visit)
            batch.stored_visits.add(visit)
            changed += _journal_left_open(ctx, batch.close_open_visits(item))
            _note_arrival(ctx, visit, judgement)
        elif item.departed is not None and rules.ends_once(visit.departed, item.departed):
            batch.stored_visits.end(visit, item)
            changed.append(visit)
            _note_departure(ctx, visit, judgement.home)
        answers.append(visit_batches.answer(visit, judgement.case))
    Visit.objects.bulk_update(changed, ENDING_FIELDS, batch_size=BATCH_SIZE)
    Visit.objects.bulk_create(new, batch_size=BATCH_SIZE)
    return answers


def _journal_left_open(ctx: ActContext, open_visits: list[Visit]) -> list[Visit]:
    """Journals the visits. The line names no home, since the routine asks nothing: so no home need be locked."""
    for visit in open_visits:
        ctx.journal("visit.left_open", client=visit.client_id, visit=visit.id, account=visit.account_id)
    return open_visits


def _new_visit(
    ctx: ActContext, item: MadeVisit, judgement: visit_batches.VisitJudgement, *, opens: bool
) -> Visit:
    ended = item.departed is not None
    reason = item.reason if item.by == "hand" else ""
    return Visit(
        id=item.visit or new_id(),
        municipality_id=ctx.actor.municipality,
        client_id=judgement.client,
        organisation_id=judgement.organisation,
        account_id=judgement.account,
        arrived=item.arrived,
        departed=item.departed,
        open=opens,
        evidence=item.by,
        reason=reason,
        departed_evidence=item.by if ended else "",
        departed_reason=reason if ended else "",
        flags=" ".join(judgement.flags),
    )


def _note_arrival(ctx: ActContext, visit: Visit, judgement: visit_batches.VisitJudgement) -> None:
    """Journals a visit: it counts once, from its arrival, whenever its end is reported."""
    ctx.journal(
        "visit.registered",
        homes=[judgement.home],
        client=visit.client_id,
        though=judgement.marks,
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


def _note_departure(ctx: ActContext, visit: Visit, home: UUID) -> None:
    ctx.journal(
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
