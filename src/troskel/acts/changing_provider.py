# SPDX-License-Identifier: EUPL-1.2
"""Change of provider: the new one is told of the one before (A5), the former that the lock stays (A6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from troskel.acts import finding
from troskel.acts.doing import Doing
from troskel.acts.register import act
from troskel.acts.values import Reference
from troskel.care import rules
from troskel.care.models import Allocation, Ending
from troskel.ground.ids import new_id
from troskel.ground.refusals import Refusal
from troskel.people.roles import Role


@act("A5", "A6", who=(Role.ASSESSOR,), writes=["allocation.ended", "allocation.made"])
def change_provider(
    doing: Doing, *, client: str, former: str, provider: str, on: date, reference: Reference
) -> dict[str, Any]:
    """Let another provider carry out the home care from `on` (A5, A6). The lock stays.

    `reference` is the new allocation's.
    """
    found = finding.client(doing, client)
    leaves, comes = (
        finding.organisation(doing, former, "former"),
        finding.organisation(doing, provider, "provider"),
    )
    ongoing = (
        Allocation.objects.select_related("decision")
        .filter(decision__client=found.row, decision__withdrawn=False, organisation=leaves, withdrawn=False)
        .filter(Q(valid_through=None) | Q(valid_through__gte=on), valid_from__lt=on)
        .order_by("-valid_from")
        .first()
    )
    if ongoing is None:
        raise Refusal("A6", f"the former provider has no allocation that goes on past {on}")
    rules.carries_out(comes.kind, ongoing.decision.service)
    row = Allocation(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        decision=ongoing.decision,
        organisation=comes,
        reference=reference,
        valid_from=on,
        valid_through=ongoing.valid_through,
    )
    ongoing.valid_through, ongoing.ending = on - timedelta(days=1), Ending.CONFIRMED
    ongoing.save(update_fields=["valid_through", "ending"])
    row.save(force_insert=True)
    doing.journal(
        "allocation.ended",
        homes=[found.home.home],
        client=found.row.id,
        paragraph="A6",
        allocation=ongoing.id,
        through=ongoing.valid_through,
        confirmed=True,
    )
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
    return {"case": found.row.case_number, "allocation": reference}
