# SPDX-License-Identifier: EUPL-1.2
"""What was known on a day that has passed, from the journal: later knowledge never rewrites it (design, rule 12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from troskel.ground.clock import midnight_after
from troskel.journal import queries as journal
from troskel.people.models import Client
from troskel.routine import coverage, fold_care
from troskel.routine.facts import HomeFacts
from troskel.routine.fold import fold
from troskel.routine.line import LineFacts

EVENTS = frozenset(fold_care.ON_CLIENT) | {
    "client.registered",
    "client.moved",
    "client.died",
    "client.municipality_changed",
    "clients.merged",
}
"""The events that say who is on whose phones."""

Phones = dict[UUID, set[UUID]]
"""By client, the organisations whose phones show the client."""


def phones_on(
    municipality: str, clients: QuerySet[Any] | Iterable[UUID], days: Collection[date]
) -> dict[date, Phones]:
    """Returns whose phones showed the clients at some time of each day, as it was known then. Two queries.

    What was known of an entry that has been merged was known of the client.
    """
    if not days:
        return {}
    spans = {day: (midnight_after(day - timedelta(days=1)), midnight_after(day)) for day in days}
    known: dict[UUID, tuple[datetime, dict[UUID, HomeFacts]]] = {}
    phones: dict[date, Phones] = {day: {} for day in days}
    remaining = dict(Client.objects.filter(merged_into__in=clients).values_list("id", "merged_into"))
    entries = Client.objects.filter(Q(id__in=clients) | Q(merged_into__in=clients)).values("id")
    for line in journal.lines_about(municipality, entries, EVENTS, max(ends for _, ends in spans.values())):
        assert line.client is not None
        client = remaining.get(line.client) or line.client
        since, homes = known.get(client, (line.recorded, {}))
        for day, (begins, ends) in spans.items():
            if since < ends and begins < line.recorded and since < line.recorded:
                _add(phones[day], client, homes, day)
        for home in line.homes:
            homes.setdefault(home, HomeFacts(home=home))
        fold(homes, LineFacts(**line._asdict()))
        known[client] = line.recorded, homes
    for client, (since, homes) in known.items():
        for day, (_, ends) in spans.items():
            if since < ends:
                _add(phones[day], client, homes, day)
    return phones


def _add(phones: Phones, client: UUID, homes: Mapping[UUID, HomeFacts], day: date) -> None:
    found = {
        allocation.organisation
        for home in homes.values()
        for facts in home.clients.values()  # of this client, under each entry
        if facts.moved_to is None
        for allocation in facts.allocations.values()
        if coverage.on_phone(facts, allocation.organisation, day)
    }
    if found:
        phones.setdefault(client, set()).update(found)
