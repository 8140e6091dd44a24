# SPDX-License-Identifier: EUPL-1.2
"""In which of the provider's areas a client is, as the case system tells it beside each allocation (`omrade`).

It places in areas that the provider has, and makes none. Where a coordinator has placed the client stands until the
case system names another area than before.
"""

from __future__ import annotations

from collections.abc import Iterable

from troskel.exchange.case_extract.known_records import KnownState
from troskel.exchange.case_extract.plan import NightPlan
from troskel.exchange.case_extract.rows import AllocationRow, NightExtract
from troskel.people.caseloads import ProviderArea, area_key


def by_provider(areas: Iterable[ProviderArea]) -> dict[str, set[str]]:
    """Returns the areas of each provider, by its number and without how they are spelt."""
    found: dict[str, set[str]] = {}
    for area in areas:
        found.setdefault(area.orgnr, set()).add(area_key(area.name))
    return found


def named_areas(plan: NightPlan, night: NightExtract, state: KnownState) -> list[AllocationRow]:
    """Returns the lines that name another area than the night before, the one that begins last of all at the end."""
    made = {row.reference for row in plan.allocations_made}
    named = []
    for row in night.allocations.values():
        told = "" if row.reference in made else _told(row, state)
        if row.area and told is not None and area_key(row.area) != area_key(told):
            named.append(row)
    return sorted(named, key=lambda row: row.valid_from)  # then by their place in the file


def _told(row: AllocationRow, state: KnownState) -> str | None:
    """What was named for the allocation before; None where it waits for its decision."""
    before = state.allocations.get(row.reference)
    if (
        before is None
        or before.withdrawn
        or (before.decision, before.organisation) != (row.decision, row.organisation)
    ):
        return None
    return before.area_told
