# SPDX-License-Identifier: EUPL-1.2
"""What a preview shows of access: whose phones gain or lose a client, and when; and which locks stay.

Never about a client out of the viewer's sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from troskel.custody.models import Thing
from troskel.ground.refusal_texts import english
from troskel.orders import rules
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor
from troskel.permits.sight import visible_clients
from troskel.routine import client_state, coverage, door_state
from troskel.routine.facts import DoorFacts, HomeFacts
from troskel.runner.outcome import Access, LockAfter

LastDays = dict[tuple[UUID, UUID, UUID], date]
"""By home, client and organisation: the last day of the care there, or the last day on the phones."""


def last_days(homes: Mapping[UUID, HomeFacts]) -> LastDays:
    """Returns the last day of each own client's care by each organisation. Clients of others have no lock (O1)."""
    days: LastDays = {}
    for home in homes.values():
        for client in (client for client in home.clients.values() if not client.coming):
            for allocation in client.allocations.values():
                last = client_state.last_day(client, allocation)
                if client.own and last >= allocation.begins:
                    key = (home.home, client.client, allocation.organisation)
                    days[key] = max(last, days.get(key, date.min))
    return days


def last_days_on_phones(homes: Mapping[UUID, HomeFacts]) -> LastDays:
    """Returns the last day of each client on each organisation's phones, by the present home."""
    days: LastDays = {}
    for home in homes.values():
        for client in home.clients.values():
            for organisation in {allocation.organisation for allocation in client.allocations.values()}:
                last = coverage.last_day_on_phone(client, organisation)
                if client.moved_to is None and last is not None:
                    days[home.home, client.client, organisation] = last
    return days


def access_changes(viewer: Actor, before: LastDays, after: LastDays, today: date) -> list[Access]:
    """Returns the changes for the clients in the viewer's sight. Two queries, or none where nothing changes."""
    days_before, days_after = _by_client_and_organisation(before), _by_client_and_organisation(after)
    pairs = sorted(
        pair
        for pair in days_before.keys() | days_after.keys()
        if days_before.get(pair) != days_after.get(pair)
    )
    if not pairs:
        return []
    cases = _cases(viewer, {client for client, _ in pairs}, today)
    orgnrs = dict(
        Organisation.objects.filter(id__in={identifier for _, identifier in pairs}).values_list("id", "orgnr")
    )
    return [
        Access(
            case=cases[client],
            organisation=orgnrs[organisation],
            through_before=_format_day(days_before.get((client, organisation))),
            through_after=_format_day(days_after.get((client, organisation))),
        )
        for client, organisation in pairs
        if client in cases
    ]


def locks_after(
    viewer: Actor, before: LastDays, after: LastDays, homes: Mapping[UUID, HomeFacts], today: date
) -> list[LockAfter]:
    """Returns, for each lock, whether it may be removed once the care has ended that the act ends (rule 1).

    Only for clients in sight whose last day with an organisation comes earlier. Two queries, or none.
    """
    first_free_days: dict[tuple[UUID, UUID], date] = {}
    for key, last in before.items():
        if after.get(key, date.min) < last:
            home, client, _ = key
            first_day = after[key] + client_state.ONE_DAY if key in after else today
            first_free_days[home, client] = max(first_day, first_free_days.get((home, client), today))
    cases = _cases(viewer, {client for _, client in first_free_days}, today) if first_free_days else {}
    doors = [
        (door, client, day)
        for (home, client), day in sorted(first_free_days.items())
        if client in cases
        for door in homes[home].doors.values()
        if door.lock is not None
    ]
    locks = {door.lock for door, _, _ in doors}
    numbers = dict(Thing.objects.filter(id__in=locks).values_list("id", "number")) if locks else {}
    return [_lock_after(door, numbers, homes, client, day) for door, client, day in doors]


def _lock_after(
    door: DoorFacts, numbers: Mapping[Any, str], homes: Mapping[UUID, HomeFacts], client: UUID, day: date
) -> LockAfter:
    refusal = rules.removal_refusal(door, homes, day)
    clients_with_care = door_state.care_left_behind(door, homes, day)
    others = any(resident != client for resident in clients_with_care)
    return LockAfter(
        numbers[door.lock],
        day,
        rule=refusal.rule if refusal else "",
        message=english(refusal) if refusal else "",
        own_care=client in clients_with_care,
        others=others,
        code=refusal.code if refusal else "",
    )


def _by_client_and_organisation(last: LastDays) -> dict[tuple[UUID, UUID], date]:
    """Returns the last day by client and organisation, whichever the home: a client who moves is still on the phone."""
    days: dict[tuple[UUID, UUID], date] = {}
    for (_, client, organisation), day in last.items():
        days[client, organisation] = max(day, days.get((client, organisation), date.min))
    return days


def _cases(viewer: Actor, clients: set[UUID], today: date) -> dict[UUID, str]:
    rows = Client.objects.filter(visible_clients(viewer, today), id__in=clients)
    return dict(rows.values_list("id", "case_number"))


def _format_day(day: date | None) -> str | None:
    if day is None:
        return None
    return "until further notice" if day == date.max else day.isoformat()
