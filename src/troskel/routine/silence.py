# SPDX-License-Identifier: EUPL-1.2
"""The client to whom nobody comes: how long it usually is between visits, and since when nobody has come.

Counted in days with a visit, by whomever: what matters is that somebody has seen the client.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from msgspec import structs

from troskel.routine import client_state
from troskel.routine.client_state import ONE_DAY
from troskel.routine.duty import ClientSnapshot, RoutineEvent
from troskel.routine.facts import HOME_CARE, ClientFacts
from troskel.routine.model import Silence


def is_expected_of(client: ClientFacts, organisation: UUID | None, day: date) -> bool:
    """Has the organisation the client's home care on this day? None: has anybody (it has closed)?"""
    return any(
        a.service == HOME_CARE and organisation in (None, a.organisation)
        for a in client_state.ongoing(client, day)
    )


def expected(client: ClientFacts, day: date) -> list[UUID]:
    """The providers of home care of which one is to come; none while the client is away, or is taken over."""
    if not client.own or client.coming or client_state.is_being_taken_over(client):
        return []
    if not client_state.lives_here(client, day) or client_state.absences_on(client, day):
        return []
    ongoing = [a for a in client_state.ongoing(client, day) if a.service == HOME_CARE]
    return list(dict.fromkeys(a.organisation for a in sorted(ongoing, key=lambda a: (a.begins, a.line))))


def last_visit(client: ClientFacts) -> date | None:
    """The latest day with a visit, whoever made it."""
    return max(client.visits, default=None)


def quiet_since(client: ClientFacts, day: date) -> date | None:
    """The day from which nobody has come: of the last visit, the last day away, or the first day of home care.

    None where that is not known: care from before the take-over, and no visit since.
    """
    visited = last_visit(client)
    if visited is None and not client_state.begins_after_take_over(client):
        return None
    away = [a.through for a in client.absences if a.through is not None and a.through < day]
    return max(filter(None, (visited, _care_since(client, day), *away)))


def usual_days(client: ClientFacts, day: date) -> int | None:
    """The longest time between visits that is no exception, in days: the second longest of the latest intervals.

    So a weekend counts, and one journey that nobody wrote down does not. None while there are fewer than two. What an
    absence fell into is no interval, nor is a time without home care.
    """
    begun = _care_since(client, day)
    days = sorted(visited for visited in client.visits if visited >= begun)
    intervals = [
        (later - earlier).days
        for earlier, later in pairwise(days)
        if not any(a.begins < later and (a.through is None or a.through > earlier) for a in client.absences)
    ]
    return sorted(intervals)[-2] if len(intervals) > 1 else None


def _care_since(client: ClientFacts, day: date) -> date:
    """The first day of the home care that has gone on without a gap until this day, in whichever home."""
    client = structs.replace(client, moved_in=None)
    begun = day
    for first, last in sorted(
        (
            (client_state.first_day(client, a), client_state.last_day(client, a))
            for a in client.allocations.values()
            if a.service == HOME_CARE
        ),
        reverse=True,
    ):
        if first < begun and last >= begun - ONE_DAY:
            begun = first
    return begun


def silences(client: ClientFacts, asked: tuple[Silence, ...], day: date) -> Iterator[tuple[int, date, date]]:
    """Of each number of days after which it is asked: that number, the last day on which it was reached, and the next.

    The last day is the one it is counted from where it has not been reached yet.
    """
    since = quiet_since(client, day)
    if since is None:
        return
    usual, visited = usual_days(client, day), bool(client.visits)
    limits = {one.days_after(usual, visited=visited) for one in asked}
    for limit in sorted(days for days in limits if days is not None):
        reached = since + timedelta(days=max((day - since).days, 0) // limit * limit)
        yield limit, reached, reached + timedelta(days=limit)


def next_day(client: ClientFacts, asked: tuple[Silence, ...], day: date) -> Iterator[date]:
    """The days on which the client may have been without a visit for too long, or need none."""
    if asked and expected(client, day):
        yield from (following for _, _, following in silences(client, asked, day))
        yield from (a.begins for a in client.absences)


def events(
    seen: ClientSnapshot,
    client: ClientFacts,
    asked: tuple[Silence, ...],
    home: UUID,
    day: date,
    since: datetime,
    line: int | None,
) -> list[RoutineEvent]:
    """The events that a client has become silent: one for each provider, once each time the days are over again.

    Changes the snapshot.
    """
    found: list[RoutineEvent] = []
    quiet = quiet_since(client, day)
    told: list[tuple[UUID, int, date]] = []
    for organisation in expected(client, day):
        for limit, reached, _ in silences(client, asked, day):
            if quiet is not None and reached > quiet:
                told.append((organisation, limit, reached))
    for organisation, limit, reached in told:
        if (organisation, limit, reached) not in seen.silences:
            found.append(
                RoutineEvent(
                    name="client.silent",
                    home=home,
                    day=day,
                    occurred=day,
                    since=since,
                    line=line,
                    client=client.client,
                    organisation=organisation,
                    about=_about(client, quiet, limit, day),
                )
            )
    seen.silences = told
    return found


def _about(client: ClientFacts, quiet: date | None, limit: int, day: date) -> dict[str, Any]:
    visited, usual = last_visit(client), usual_days(client, day)
    told = {
        "quiet_since": quiet.isoformat() if quiet else None,
        "last_visit": visited.isoformat() if visited else None,
        "usual_days": usual,
        "silent_days": limit,
    }
    return {key: value for key, value in told.items() if value is not None}
