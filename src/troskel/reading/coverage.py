# SPDX-License-Identifier: EUPL-1.2
"""Who is without cover, who is on which phones, and how many clients there are (A8, case 8)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q

from troskel.care import queries as care
from troskel.people.roles import Actor
from troskel.reading.base import note, seen


def gaps(viewer: Actor, on: date, days: int) -> list[care.Gap]:
    """Who will be without cover, and when (case 8)."""
    found = list(care.gaps(seen(viewer), viewer.municipality, on, days))
    note(viewer, "gaps.viewed", on=on, days=days, cases=[gap.case for gap in found])
    return found


def phone_clients(viewer: Actor, on: date) -> dict[str, int]:
    """How many clients each organisation's phones have on a day."""
    return care.phone_clients(seen(viewer), viewer.municipality, on)


class Counts(NamedTuple):
    """Clients in all: own and another municipality's; and of them all, protected and dead."""

    own: int
    other_municipality: int
    protected: int
    dead: int


def count_clients(viewer: Actor) -> Counts:
    """How many clients there are."""
    rows = seen(viewer)
    own = Q(home_municipality=viewer.municipality)
    counted = rows.aggregate(
        own=Count("pk", filter=own),
        other_municipality=Count("pk", filter=~own),
        protected=Count("pk", filter=~Q(protection="")),
        dead=Count("pk", filter=~Q(died=None)),
    )
    return Counts(**counted)
