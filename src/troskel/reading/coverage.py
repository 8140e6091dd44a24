# SPDX-License-Identifier: EUPL-1.2
"""Gaps in coverage, clients per organisation's phones, and counts of clients (A8, case 8)."""

from __future__ import annotations

from datetime import date

import msgspec
from django.db.models import Count, Q

from troskel.care import queries as care
from troskel.people.roles import CARE_ROLES, OFFICE_ROLES, Actor
from troskel.reading.base import clients_in_sight, note
from troskel.reading.register import read


class GapShown(msgspec.Struct, frozen=True):
    """The days on which a client who is covered today has no coverage."""

    client: str
    case: str
    service: str
    days: list[date]


@read(who=CARE_ROLES, title="Clients without coverage, and on which days")
def gaps(viewer: Actor, on: date, days: int) -> list[GapShown]:
    """Gaps in coverage within `days` days from `on` (case 8)."""
    rows = care.gaps(clients_in_sight(viewer), viewer.municipality, on, days)
    coverage_gaps = [GapShown(*row) for row in rows]
    note(viewer, "gaps.viewed", on=on, days=days, cases=[gap.case for gap in coverage_gaps])
    return coverage_gaps


@read(who=OFFICE_ROLES, title="The number of clients on each organisation's phones")
def phone_clients(viewer: Actor, on: date) -> dict[str, int]:
    """How many clients each organisation's phones have on a day."""
    return care.phone_clients(clients_in_sight(viewer), viewer.municipality, on)


@read(who=OFFICE_ROLES)
def phones_with(viewer: Actor, reference: str, on: date) -> list[str]:
    """The organisations whose phones have the client on a day, by number: `phone_clients` of one client."""
    client = clients_in_sight(viewer).filter(reference=reference)
    organisations = list(care.phone_clients(client, viewer.municipality, on))
    note(viewer, "phones.viewed", ids=client.values_list("id", flat=True), on=on)
    return organisations


class ClientCounts(msgspec.Struct, frozen=True):
    """Numbers of clients: own and another municipality's; and of both, protected and dead."""

    own: int
    other_municipality: int
    protected: int
    dead: int


@read(who=OFFICE_ROLES)
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
