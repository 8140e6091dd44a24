# SPDX-License-Identifier: EUPL-1.2
"""Ended months of another municipality's client, with each provider, for invoicing (O2). A month is 2026-10."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from troskel.routine import client_state
from troskel.routine.facts import HOME_CARE, AllocationFacts, ClientFacts

ONE_DAY = timedelta(days=1)
REACH = 12
"""How many months back a month is still found to have ended, when care becomes known late."""


def month_of(day: date) -> str:
    """The month that the day is in."""
    return f"{day:%Y-%m}"


def first_of_next(day: date) -> date:
    """The first day of the month after the day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def last_day_of(month: str) -> date:
    """The month's last day."""
    return first_of_next(date.fromisoformat(f"{month}-01")) - ONE_DAY


def ended(client: ClientFacts, day: date) -> list[tuple[str, UUID]]:
    """The months that have ended within REACH, with each provider of home care on some day of them.

    Empty in a home that the client has left: care moves with the client.
    """
    if client.coming or client.moved_to is not None or not _was_ever_elsewhere(client):
        return []
    before = day.replace(day=1) - ONE_DAY
    return sorted(
        {
            (month, a.organisation)
            for a in client.allocations.values()
            for month in _months(client, a, _reach_back(day), before)
        }
    )


def seen_through(
    before: list[tuple[str, UUID]], now: list[tuple[str, UUID]], day: date
) -> list[tuple[str, UUID]]:
    """The months already seen: each is reported once and kept as long as it is within REACH."""
    oldest = month_of(_reach_back(day))
    return sorted({*now, *(seen for seen in before if seen[0] >= oldest)})


def is_running(client: ClientFacts, day: date) -> bool:
    """Has the client had, or will have, care as another municipality's in the month that the day is in?"""
    if client.coming or client.moved_to is not None or not _was_ever_elsewhere(client):
        return False
    first, last = day.replace(day=1), first_of_next(day) - ONE_DAY
    return any(next(_months(client, a, first, last), None) for a in client.allocations.values())


def had_care_in(client: ClientFacts, organisation: UUID, month: str) -> bool:
    """Did the organisation have the home care of another municipality's client on some day of the month?"""
    last = last_day_of(month)
    return any(
        a.organisation == organisation and next(_months(client, a, last.replace(day=1), last), None)
        for a in client.allocations.values()
    )


def _months(client: ClientFacts, a: AllocationFacts, first: date, last: date) -> Iterator[str]:
    """The months between the two days in which the allocation covers a day, in whatever home."""
    decision = client.decisions.get(a.decision)
    begins = max(first, a.begins, decision.begins if decision else a.begins)
    ends = min(last, client_state.last_day(client, a))
    for theirs, ours in _elsewhere(client) if a.service == HOME_CARE else ():
        day = max(begins, theirs)
        while day <= min(ends, ours):
            yield month_of(day)
            day = first_of_next(day)


def was_elsewhere(client: ClientFacts, day: date) -> bool:
    """Was the client another municipality's on the day?"""
    return any(theirs <= day <= ours for theirs, ours in _elsewhere(client))


def _was_ever_elsewhere(client: ClientFacts) -> bool:
    return not client.own or bool(client.elsewhere)


def _elsewhere(client: ClientFacts) -> Iterator[tuple[date, date]]:
    """First and last day of the times in which the client was another municipality's, by what was known then."""
    for time in client.elsewhere:
        yield time.since or date.min, time.through
    if not client.own:
        yield client.elsewhere_since or date.min, date.max


def _reach_back(day: date) -> date:
    """The first day that is within reach."""
    return date(day.year - 1, day.month, 1)
