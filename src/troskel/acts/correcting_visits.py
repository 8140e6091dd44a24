# SPDX-License-Identifier: EUPL-1.2
"""When a visit was made, or that it was not, is corrected with a reason; what was stands in the journal (rule 10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from troskel.acts.visit_batches import MadeVisit, StoredVisits, home_of_visit
from troskel.acts.visit_registration import ENDING_FIELDS
from troskel.ground.clock import day_of
from troskel.ground.refusals import NotFound
from troskel.ground.texts import _
from troskel.people.models import Residence
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.choices import Evidence
from troskel.runner.fields import InAddress, Instant, Text, VisitId, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext
from troskel.visits import rules
from troskel.visits.events import EventState
from troskel.visits.models import PhoneEvent, Visit
from troskel.visits.rules import CorrectionReason

CHAPTER = _("Rättelser av besök")

CORRECTED_FIELDS = ["arrived", *ENDING_FIELDS]


@act(
    "P2",
    who=(Role.CARER, Role.COORDINATOR),
    writes=["visit.corrected"],
    light=True,
    corrected_by="correct_visit",
    title=_("Rätta ett besök"),
    lead=_(
        "Skriv när besöket började och slutade. Det som stod förut, vem som rättade och varför syns även efteråt."
    ),
)
def correct_visit(
    ctx: ActContext,
    *,
    visit: VisitId,
    reason: CorrectionReason,
    arrived: Annotated[Instant | None, field(_("Ankomst"), in_address=InAddress.CHANGEABLE)] = None,
    departed: Annotated[Instant | None, field(_("Avgång"), in_address=InAddress.CHANGEABLE)] = None,
    made: Annotated[bool, field(_("Besöket gjordes"))] = True,
    text: Text = "",
) -> dict[str, Any]:
    """Correct a visit: other times, an end that was never told, or one that was not made, as on the wrong client (P2).

    A carer corrects their own visits, a coordinator the provider's. One that was not made stands in the journal alone.
    """
    row = _visit(ctx, visit)
    subject, was, ended = lookup.subject_of(ctx, row.client), row.arrived, row.departed
    row.arrived = rules.corrected_time(was, arrived) or was
    row.departed = rules.corrected_time(ended, departed)
    rules.something_corrected(made=made, is_changed=(row.arrived, row.departed) != (was, ended))
    if made:
        rules.has_been_made(row.arrived, row.departed, ctx.now)
        rules.departs_after_arrival(row.arrived, row.departed)
        _mark(ctx, row, subject, reason, changed=(row.arrived != was, row.departed != ended))
        row.save(update_fields=CORRECTED_FIELDS)
    else:
        row.delete()
    PhoneEvent.objects.filter(municipality=ctx.actor.municipality, visit=visit).update(
        state=EventState.CORRECTED
    )
    ctx.journal(
        "visit.corrected",
        homes=[subject.home.home],
        client=row.client_id,
        visit=visit,
        organisation=row.organisation_id,
        account=row.account_id,
        made=made,
        was=was,
        was_departed=ended,
        arrived=row.arrived if made else None,
        departed=row.departed if made else None,
        reason_code=reason,
        first=_first_day(row),
        detail={"text": text} if text else None,
    )
    return {"case": row.client.case_number, "visit": visit}


def _visit(ctx: ActContext, visit: UUID) -> Visit:
    """Returns the visit that the actor may correct, with its client's homes locked. Raises NotFound."""
    rows = Visit.objects.select_related("client").filter(
        municipality=ctx.actor.municipality, organisation=ctx.actor.organisation, id=visit
    )
    if ctx.actor.role is Role.CARER:
        rows = rows.filter(account=ctx.actor.account)
    ctx.lock_homes(Residence.objects.filter(client__in=rows.values("client_id")).values("home_id"))
    row = rows.first()
    if row is None:
        raise NotFound("visit", "visit")
    return row


def _mark(
    ctx: ActContext, row: Visit, subject: lookup.ClientSubject, reason: str, *, changed: tuple[bool, bool]
) -> None:
    """Marks which times are corrected, and computes the other flags anew. A corrected end is by hand."""
    marks = [flag for flag, is_changed in zip(rules.CORRECTED, changed, strict=True) if is_changed]
    row.flags = " ".join(dict.fromkeys([*row.flags.split(), *marks]))
    if changed[1]:
        row.open, row.departed_evidence, row.departed_reason = False, "hand", reason
    item = MadeVisit(client="", arrived=row.arrived, departed=row.departed, by=Evidence.HAND)
    is_covered = home_of_visit(subject, row.organisation_id, day_of(row.arrived))[1]
    StoredVisits.of(ctx, [item], {row.account_id}).flag(row, covered=is_covered)


def _first_day(row: Visit) -> date | None:
    """The day of the organisation's first visit to the client that now stands; None where none does."""
    first: datetime | None = (
        Visit.objects.filter(
            municipality=row.municipality_id, organisation=row.organisation_id, client=row.client_id
        )
        .order_by("arrived")
        .values_list("arrived", flat=True)
        .first()
    )
    return day_of(first) if first else None
