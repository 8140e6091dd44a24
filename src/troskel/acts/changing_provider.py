# SPDX-License-Identifier: EUPL-1.2
"""Change of provider: the new one learns who the former was (A5), the former that the lock stays (A6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Q

from troskel.care import rules
from troskel.care.models import Allocation, Ending, Service
from troskel.ground.ids import new_id
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.models import Organisation
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, FromDay, Named, ProviderNumber, Reference, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Byte av utförare")


@act(
    "A5",
    "A6",
    who=(Role.ASSESSOR,),
    writes=["allocation.ended", "allocation.withdrawn", "allocation.made"],
    title=_("Byt utförare"),
    lead=_("Låsvredet sitter kvar. Båda utförarna får veta det."),
)
def change_provider(
    ctx: ActContext,
    *,
    client: CaseNumber,
    former: Annotated[ProviderNumber, field(_("Tidigare utförare"), names=Named.HOME_CARE_PROVIDER)],
    provider: Annotated[ProviderNumber, field(_("Ny utförare"))],
    on: FromDay,
    reference: Reference,
) -> dict[str, Any]:
    """Give the home care to another provider from `on` (A5, A6). The lock stays.

    `reference`: of the new allocation.
    """
    subject = lookup.find_client(ctx, client)
    former_provider, new_provider = (
        lookup.find_organisation(ctx, former, "former"),
        lookup.find_organisation(ctx, provider, "provider"),
    )
    allocations = list(
        Allocation.objects.select_related("decision")
        .filter(
            decision__client=subject.row,
            decision__withdrawn=False,
            organisation=former_provider,
            withdrawn=False,
        )
        .filter(Q(valid_through=None) | Q(valid_through__gte=on), decision__service=Service.HOME_CARE)
        .order_by("valid_from", "id")
    )
    if not allocations:
        raise Refusal(
            "A6",
            "allocation.nothing_to_move",
            _(
                "Den tidigare utföraren har ingen hemtjänst hos kunden efter {day}. "
                "Kontrollera utföraren och dagen."
            ),
            day=on,
        )
    rules.carries_out(new_provider.kind, Service.HOME_CARE)
    for number, allocation in enumerate(allocations, start=1):
        new_reference = reference if len(allocations) == 1 else f"{reference[:45]}-{number}"
        _transfer_allocation(ctx, subject, allocation, new_provider, on, new_reference)
    return {"case": subject.row.case_number, "allocation": reference}


def _transfer_allocation(
    ctx: ActContext,
    subject: lookup.ClientSubject,
    former_allocation: Allocation,
    new_provider: Organisation,
    on: date,
    reference: str,
) -> None:
    """Ends one allocation the day before `on` (or withdraws it, if it has not begun) and makes the new provider's."""
    row = Allocation(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        decision=former_allocation.decision,
        organisation=new_provider,
        reference=reference,
        valid_from=max(on, former_allocation.valid_from),
        valid_through=former_allocation.valid_through,
    )
    line: dict[str, Any] = {
        "homes": [subject.home.home],
        "client": subject.row.id,
        "allocation": former_allocation.id,
        "paragraph": "A6",
    }
    if former_allocation.valid_from < on:
        former_allocation.valid_through, former_allocation.ending = on - timedelta(days=1), Ending.CONFIRMED
        ctx.journal("allocation.ended", **line, through=former_allocation.valid_through, confirmed=True)
    else:
        former_allocation.withdrawn = True
        ctx.journal("allocation.withdrawn", **line)
    former_allocation.save(update_fields=["valid_through", "ending", "withdrawn"])
    row.save(force_insert=True)
    ctx.journal(
        "allocation.made",
        homes=[subject.home.home],
        client=subject.row.id,
        paragraph="A5",
        allocation=row.id,
        decision=row.decision_id,
        service=row.decision.service,
        organisation=new_provider.id,
        from_=row.valid_from,
        through=row.valid_through,
    )
