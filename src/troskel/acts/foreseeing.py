# SPDX-License-Identifier: EUPL-1.2
"""What a preview says of access: whose phones gain or lose a client, and from when. Never of a client out of sight."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from troskel.acts.outcome import Access
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor
from troskel.permits.sight import visible_clients
from troskel.routine import standing
from troskel.routine.facts import HomeFacts

LastDays = dict[tuple[UUID, UUID], date]
"""By client and organisation: the last day on which the organisation's phones have the client, as is known now."""


def last_days(homes: Mapping[UUID, HomeFacts]) -> LastDays:
    """The last day of each client on each organisation's phones. Another municipality's clients are on none (O1)."""
    found: LastDays = {}
    for home in homes.values():
        for client in home.clients.values():
            for allocation in client.allocations.values():
                last = standing.last_day(client, allocation)
                if client.own and last >= allocation.begins:
                    pair = (client.client, allocation.organisation)
                    found[pair] = max(last, found.get(pair, date.min))
    return found


def changed_access(viewer: Actor, before: LastDays, after: LastDays, today: date) -> list[Access]:
    """What differs, for the clients that the viewer may know of. Two queries, where anything does."""
    pairs = sorted(pair for pair in before.keys() | after.keys() if before.get(pair) != after.get(pair))
    if not pairs:
        return []
    seen = Client.objects.filter(visible_clients(viewer, today), id__in={client for client, _ in pairs})
    cases = dict(seen.values_list("id", "case_number"))
    names = dict(Organisation.objects.filter(id__in={one for _, one in pairs}).values_list("id", "orgnr"))
    return [
        Access(
            case=cases[client],
            organisation=names[organisation],
            through_before=_told(before.get((client, organisation))),
            through_after=_told(after.get((client, organisation))),
        )
        for client, organisation in pairs
        if client in cases
    ]


def _told(day: date | None) -> str | None:
    if day is None:
        return None
    return "until further notice" if day == date.max else day.isoformat()
