# SPDX-License-Identifier: EUPL-1.2
"""What a preview says of access: whose phones gain or lose a client, and from when; and of the locks, which stay.
Never of a client out of sight."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from troskel.acts.core.outcome import Access, LockAfter
from troskel.custody.models import Thing
from troskel.orders import rules
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor
from troskel.permits.sight import visible_clients
from troskel.routine import standing
from troskel.routine.facts import DoorFacts, HomeFacts

LastDays = dict[tuple[UUID, UUID, UUID], date]
"""By home, client and organisation: the last day on which the organisation has the client there, as is known now."""


def last_days(homes: Mapping[UUID, HomeFacts]) -> LastDays:
    """The last day of each client on each organisation's phones. Another municipality's clients are on none (O1)."""
    found: LastDays = {}
    for home in homes.values():
        for client in home.clients.values():
            for allocation in client.allocations.values():
                last = standing.last_day(client, allocation)
                if client.own and last >= allocation.begins:
                    there = (home.home, client.client, allocation.organisation)
                    found[there] = max(last, found.get(there, date.min))
    return found


def changed_access(viewer: Actor, before: LastDays, after: LastDays, today: date) -> list[Access]:
    """What differs, for the clients that the viewer may know of. Two queries, where anything does."""
    was, becomes = _wherever(before), _wherever(after)
    pairs = sorted(pair for pair in was.keys() | becomes.keys() if was.get(pair) != becomes.get(pair))
    if not pairs:
        return []
    cases = _cases(viewer, {client for client, _ in pairs}, today)
    names = dict(Organisation.objects.filter(id__in={one for _, one in pairs}).values_list("id", "orgnr"))
    return [
        Access(
            case=cases[client],
            organisation=names[organisation],
            through_before=_told(was.get((client, organisation))),
            through_after=_told(becomes.get((client, organisation))),
        )
        for client, organisation in pairs
        if client in cases
    ]


def locks_after(
    viewer: Actor, before: LastDays, after: LastDays, homes: Mapping[UUID, HomeFacts], today: date
) -> list[LockAfter]:
    """May the locks be taken down once the care has ended that the act ends? The removal guard answers (rule 1).

    Asked where a client in sight comes to have an organisation there for a shorter time. Two queries, where one does.
    """
    free: dict[tuple[UUID, UUID], date] = {}
    for there, last in before.items():
        if after.get(there, date.min) < last:
            home, client, _ = there
            following = after[there] + standing.ONE_DAY if there in after else today
            free[home, client] = max(following, free.get((home, client), today))
    seen = _cases(viewer, {client for _, client in free}, today) if free else {}
    found = [
        (door, client, day)
        for (home, client), day in sorted(free.items())
        if client in seen
        for door in homes[home].doors.values()
        if door.lock is not None
    ]
    locks = {door.lock for door, _, _ in found}
    numbers = dict(Thing.objects.filter(id__in=locks).values_list("id", "number")) if locks else {}
    return [_lock(door, numbers, homes, client, day) for door, client, day in found]


def _lock(
    door: DoorFacts, numbers: Mapping[Any, str], homes: Mapping[UUID, HomeFacts], client: UUID, day: date
) -> LockAfter:
    rule, message = rules.why_not_taken_down(door, homes, day)
    needed = standing.care_left_behind(door, homes, day)
    others = any(one != client for one in needed)
    return LockAfter(numbers[door.lock], day, rule, message, client in needed, others)


def _wherever(last: LastDays) -> dict[tuple[UUID, UUID], date]:
    """By client and organisation: one who moves is on the phone in the one home or the other."""
    found: dict[tuple[UUID, UUID], date] = {}
    for (_, client, organisation), day in last.items():
        found[client, organisation] = max(day, found.get((client, organisation), date.min))
    return found


def _cases(viewer: Actor, clients: set[UUID], today: date) -> dict[UUID, str]:
    seen = Client.objects.filter(visible_clients(viewer, today), id__in=clients)
    return dict(seen.values_list("id", "case_number"))


def _told(day: date | None) -> str | None:
    if day is None:
        return None
    return "until further notice" if day == date.max else day.isoformat()
