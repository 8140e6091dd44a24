# SPDX-License-Identifier: EUPL-1.2
"""What people know in a rougher life: reread from the tables, since anything may have been told late or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troskel.care.models import Allocation, Decision, Ending
from troskel.people.models import Client
from troskel.simulator.organisations import ALARM, HOME_CARE
from troskel.simulator.town import ALARM_SERVICE, Care, Town


def look_anew(town: Town) -> None:
    """Lets the invented people know what has happened to them: their care is what the tables say."""
    rows = {c.case_number: c for c in Client.objects.filter(municipality=town.life.municipality)}
    decisions: dict[Any, list[Decision]] = {}
    for decision in Decision.objects.filter(
        client__municipality=town.life.municipality, withdrawn=False
    ).order_by("valid_from", "id"):
        decisions.setdefault(decision.client_id, []).append(decision)
    carried_out: dict[Any, list[Allocation]] = {}
    for allocation in (
        Allocation.objects.select_related("organisation")
        .filter(decision__client__municipality=town.life.municipality, withdrawn=False)
        .order_by("valid_from", "id")
    ):
        carried_out.setdefault(allocation.decision_id, []).append(allocation)
    for case, person in town.by_case.items():
        client = rows[case]
        person.dead, person.own = client.died is not None, client.home_municipality == town.life.municipality
        person.care = {
            decision.service: _care(decision, carried_out.get(decision.id, []), person.care)
            for decision in decisions.get(client.id, [])
        }


def _care(decision: Decision, allocations: Sequence[Allocation], before: dict[str, Care]) -> Care:
    known = before.get(decision.service)
    provider = known.provider if known else (ALARM if decision.service == ALARM_SERVICE else HOME_CARE[0])
    if allocations:
        provider = allocations[-1].organisation.orgnr
    ended = decision.valid_through if decision.ending == Ending.CONFIRMED else None
    return Care(
        provider,
        decision.reference,
        decision.valid_from,
        decision.valid_through,
        allocated=bool(allocations),
        ends=ended,
    )
