# SPDX-License-Identifier: EUPL-1.2
"""Change of provider: the new one is told of the one before (A5), the former that the lock stays (A6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from troskel.acts.core import lookup
from troskel.acts.core.fields import Reference
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.care import rules
from troskel.care.models import Allocation, Ending, Service
from troskel.ground.ids import new_id
from troskel.ground.refusals import Refusal
from troskel.people.models import Organisation
from troskel.people.roles import Role


@act("A5", "A6", who=(Role.ASSESSOR,), writes=["allocation.ended", "allocation.withdrawn", "allocation.made"])
def change_provider(
    doing: Doing, *, client: str, former: str, provider: str, on: date, reference: Reference
) -> dict[str, Any]:
    """Let another provider carry out the home care from `on` (A5, A6). The lock stays.

    `reference` is the new allocation's.
    """
    found = lookup.client(doing, client)
    leaves, comes = (
        lookup.organisation(doing, former, "former"),
        lookup.organisation(doing, provider, "provider"),
    )
    lasting = list(
        Allocation.objects.select_related("decision")
        .filter(decision__client=found.row, decision__withdrawn=False, organisation=leaves, withdrawn=False)
        .filter(Q(valid_through=None) | Q(valid_through__gte=on), decision__service=Service.HOME_CARE)
        .order_by("valid_from", "id")
    )
    if not lasting:
        raise Refusal("A6", "the former provider has no home care that goes on past {day}", day=on)
    rules.carries_out(comes.kind, Service.HOME_CARE)
    for number, former_one in enumerate(lasting, start=1):
        own_reference = reference if len(lasting) == 1 else f"{reference[:45]}-{number}"
        _hand_on(doing, found, former_one, comes, on, own_reference)
    return {"case": found.row.case_number, "allocation": reference}


def _hand_on(
    doing: Doing,
    found: lookup.FoundClient,
    ongoing: Allocation,
    comes: Organisation,
    on: date,
    reference: str,
) -> None:
    """One allocation ends the day before (or never begins), and the new provider's takes its place."""
    row = Allocation(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        decision=ongoing.decision,
        organisation=comes,
        reference=reference,
        valid_from=max(on, ongoing.valid_from),
        valid_through=ongoing.valid_through,
    )
    named: dict[str, Any] = {
        "homes": [found.home.home],
        "client": found.row.id,
        "allocation": ongoing.id,
        "paragraph": "A6",
    }
    if ongoing.valid_from < on:
        ongoing.valid_through, ongoing.ending = on - timedelta(days=1), Ending.CONFIRMED
        doing.journal("allocation.ended", **named, through=ongoing.valid_through, confirmed=True)
    else:
        ongoing.withdrawn = True
        doing.journal("allocation.withdrawn", **named)
    ongoing.save(update_fields=["valid_through", "ending", "withdrawn"])
    row.save(force_insert=True)
    doing.journal(
        "allocation.made",
        homes=[found.home.home],
        client=found.row.id,
        paragraph="A5",
        allocation=row.id,
        decision=row.decision_id,
        service=row.decision.service,
        organisation=comes.id,
        from_=row.valid_from,
        through=row.valid_through,
    )
