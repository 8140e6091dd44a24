# SPDX-License-Identifier: EUPL-1.2
"""Visits, with tag (P2), lock, or a reason as evidence. Registered on arrival and departure, or afterwards."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts import visit_batches
from troskel.acts.tag_reads import FromTag, TagReads, TagTap
from troskel.acts.visit_batches import MadeVisit
from troskel.acts.visit_registration import ENDING_FIELDS, Registration, note_departure
from troskel.custody.signed_tags import TagSignature
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner.choices import Evidence
from troskel.runner.fields import SERIAL, TAG, CaseNumber, Code, Instant, field
from troskel.runner.register import act
from troskel.runner.reported import DoneThough
from troskel.runner.transaction import ActContext
from troskel.visits import rules

CHAPTER = _("Besök")

MAX_VISITS = 500
"""The most visits in one batch."""


@act("P2", who=(Role.CARER,), writes=["visit.registered", "visit.left_open"])
def arrive(
    ctx: ActContext,
    *,
    client: CaseNumber,
    by: Evidence,
    tag: Annotated[Code, TAG] = "",
    serial: Annotated[Code, SERIAL] = "",
    reason: Code = "",
    picc_data: FromTag = "",
    cmac: FromTag = "",
    visit: UUID | None = None,
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Begin a visit, with its evidence (P2). An earlier visit left open never stops it.

    `picc_data`, `cmac`: of the address of a signed tag.
    """
    tap, reads = _tapped(ctx, by, tag, picc_data, cmac)
    item = MadeVisit(
        client=client,
        arrived=ctx.occurred,
        by=by,
        tag=tap.serial,
        serial=serial,
        reason=reason,
        visit=visit,
        done_though=done_though,
    )
    registration = Registration(ctx, [item], begins=True, reads=reads)
    answer = visit_batches.answer(*registration.take(item, tap))
    registration.store()
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
    picc_data: FromTag = "",
    cmac: FromTag = "",
) -> dict[str, Any]:
    """End a visit: your open one, or a named one whose end was forgotten. `picc_data`, `cmac`: of a signed tag."""
    tap, reads = _tapped(ctx, by, tag, picc_data, cmac)
    ending = visit_batches.find_visit_to_end(ctx, visit)
    item = MadeVisit(
        client=ending.visit.client.reference,
        arrived=ending.visit.arrived,
        departed=ctx.occurred,
        by=by,
        tag=tap.serial,
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
        note_departure(ctx, ending.visit, ending.home)
        reads.take(ending.visit.id, "depart", tap)
        reads.store()
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


def _tapped(ctx: ActContext, by: Evidence, tag: str, picc_data: str, cmac: str) -> tuple[TagTap, TagReads]:
    """Returns the tag that was read, named by its chip where its address did not, and what its key says of it."""
    signature = TagSignature.of(picc_data, cmac) if by == "tag" else None
    tap = TagTap(tag, signature, ctx.occurred)
    reads = TagReads.of(ctx, [tap])
    (serial,) = reads.named([tap])
    return tap._replace(serial=serial), reads


def _register(ctx: ActContext, items: list[MadeVisit]) -> list[dict[str, Any]]:
    """Registers the items and returns their answers. Refused and already stored items write nothing."""
    registration = Registration(ctx, items)
    answers: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            answers.append(visit_batches.answer(*registration.take(item)))
        except (Refusal, NotFound, BadValue) as refusal:
            if len(items) == 1:
                raise
            ctx.refuse_item(index, refusal)
    registration.store()
    return answers
