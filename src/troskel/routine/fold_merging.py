# SPDX-License-Identifier: EUPL-1.2
"""Facts from a line that makes two entries of one person one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from troskel.routine.facts import ClientFacts, DoorFacts, HomeFacts, KeyFacts, OrderFacts
from troskel.routine.fold_things import latest
from troskel.routine.line import LineFacts, uid


def clients_merged(homes: Mapping[UUID, HomeFacts], line: LineFacts) -> None:
    """All of the other entry becomes the remaining one's, in every home and at every door."""
    assert line.client is not None
    kept_id, gone_id = line.client, uid(line.body["merged"])
    linked = _locks_of(homes, line, kept_id)
    for home in (homes[home] for home in line.homes):
        gone, kept = home.clients.pop(gone_id, None), home.clients.get(kept_id)
        if gone is not None:  # one lock, one link, also in a home that they have left
            gone.links = {name: link for name, link in gone.links.items() if link.lock not in linked}
        if gone is not None and kept is not None:
            _absorb(kept, gone)
        elif gone is not None:
            gone.client = kept_id
            home.clients[kept_id] = gone
        for door in home.doors.values():
            for thing in things_in_name_of(door, gone_id):
                thing.client = kept_id


def _locks_of(homes: Mapping[UUID, HomeFacts], line: LineFacts, client: UUID) -> set[UUID]:
    """The locks that the client is linked to, in all homes of the line."""
    found = [homes[home].clients.get(client) for home in line.homes]
    return {link.lock for facts in found if facts is not None for link in facts.links.values()}


def things_in_name_of(door: DoorFacts, client: UUID) -> list[OrderFacts | KeyFacts]:
    """The open orders for the client at the door, and the keys that the client left."""
    things: list[OrderFacts | KeyFacts] = [*door.orders.values(), *door.keys.values()]
    return [thing for thing in things if thing.client == client]


def _absorb(kept: ClientFacts, gone: ClientFacts) -> None:
    """What was said to either has been said to the person; but a no stands, whoever wrote down a yes."""
    kept.take_over = kept.take_over or gone.take_over
    kept.settling = kept.settling or gone.settling
    kept.moved_in = min(kept.moved_in, gone.moved_in) if kept.moved_in and gone.moved_in else None
    if (
        kept.moved_to is None and gone.moved_to is None
    ):  # to special housing; but one entry may say that they are home
        kept.moved_out = max(kept.moved_out, gone.moved_out) if kept.moved_out and gone.moved_out else None
    kept.told = _of_both(max, kept.told, gone.told)
    kept.stay = _of_both(min, kept.stay, gone.stay)
    kept.informed = sorted({*kept.informed, *gone.informed})
    kept.keys_told = sorted({*kept.keys_told, *gone.keys_told})
    kept.way_in_decided = all(one.way_in_decided for one in (kept, gone) if one.refused)
    kept.refused = kept.refused or gone.refused
    kept.understood = (kept.understood or gone.understood) and not kept.refused
    kept.to_be_told = kept.to_be_told and gone.to_be_told
    kept.absences = [*kept.absences, *(a for a in gone.absences if a not in kept.absences)]
    kept.decisions |= gone.decisions
    kept.allocations |= gone.allocations
    kept.investigations |= gone.investigations
    for organisation, day in gone.first_visits.items():
        kept.first_visits[organisation] = min(day, kept.first_visits.get(organisation, day))
    days = {*kept.visits, *gone.visits}
    kept.visits = latest({day: kept.visits.get(day, 0) + gone.visits.get(day, 0) for day in days})
    times = [*kept.elsewhere, *(time for time in gone.elsewhere if time not in kept.elsewhere)]
    kept.elsewhere = sorted(times, key=lambda time: time.through)
    kept.elsewhere_since = _of_both(max, kept.elsewhere_since, gone.elsewhere_since)
    kept.tags |= gone.tags
    kept.links |= gone.links


def _of_both(choose: Callable[[date, date], date], one: date | None, other: date | None) -> date | None:
    return choose(one, other) if one and other else one or other
