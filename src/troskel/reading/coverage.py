# SPDX-License-Identifier: EUPL-1.2
"""Gaps in coverage, clients per organisation's phones, and counts of clients (A8, case 8)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q

from troskel.care import queries as care
from troskel.people.roles import Actor
from troskel.reading.base import clients_in_sight, note


def gaps(viewer: Actor, on: date, days: int) -> list[care.CoverageGap]:
    """Gaps in coverage within `days` days from `on` (case 8)."""
    coverage_gaps = list(care.gaps(clients_in_sight(viewer), viewer.municipality, on, days))
    note(viewer, "gaps.viewed", on=on, days=days, cases=[gap.case for gap in coverage_gaps])
    return coverage_gaps


def phone_clients(viewer: Actor, on: date) -> dict[str, int]:
    """How many clients each organisation's phones have on a day."""
    return care.phone_clients(clients_in_sight(viewer), viewer.municipality, on)


class ClientCounts(NamedTuple):
    """Numbers of clients: own and another municipality's; and of both, protected and dead."""

    own: int
    other_municipality: int
    protected: int
    dead: int


def count_clients(viewer: Actor) -> ClientCounts:
    """Counts the clients in the viewer's sight."""
    rows = clients_in_sight(viewer)
    own = Q(home_municipality=viewer.municipality)
    counts = rows.aggregate(
        own=Count("pk", filter=own),
        other_municipality=Count("pk", filter=~own),
        protected=Count("pk", filter=~Q(protection="")),
        dead=Count("pk", filter=~Q(died=None)),
    )
    return ClientCounts(**counts)
