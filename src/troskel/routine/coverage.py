# SPDX-License-Identifier: EUPL-1.2
"""Whose phone has the client on a day and until when (rule 4), and the gaps between (A8; cases 2, 4, 7, 8 and 15).

`on_phone` is the one definition. `care.queries` says the same in SQL, for Sight, doors, lists and counts; the simulator
compares them (`simulator.phone_invariants`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from troskel.routine import client_state
from troskel.routine.client_state import FOREVER, ONE_DAY
from troskel.routine.facts import AllocationFacts, ClientFacts, DecisionFacts


class Why(StrEnum):
    """Why nobody has the client on a day."""

    NO_DECISION = "no_decision"
    NOT_ALLOCATED = "not_allocated"


class Gap(NamedTuple):
    """Days, both included, on which nobody has the client for this service; FOREVER where no end is known."""

    service: str
    first: date
    through: date
    why: Why


def on_phone(client: ClientFacts, organisation: UUID, day: date) -> bool:
    """Do the organisation's phones show the client on this day, and open the door? `client`: in the present home.

    The municipality's own, alive the whole day, not away, and an allocation to the organisation covers the day as its
    decision does. Which home the client lives in that day does not matter.
    """
    return (
        client.own
        and client_state.is_alive(client, day)
        and not client_state.absences_on(client, day)
        and any(first <= day <= last for first, last in _days_with(client, organisation))
    )


def last_day_on_phone(client: ClientFacts, organisation: UUID) -> date | None:
    """The last day on which the organisation's phones have the client; FOREVER where no end is known, None: no day."""
    last_days = []
    for first, last in _days_with(client, organisation) if client.own else ():
        while last >= first and (away := client_state.absences_on(client, last)):
            last = min(absence.begins for absence in away) - ONE_DAY
        if last >= first:
            last_days.append(last)
    return max(last_days, default=None)


def _days_with(client: ClientFacts, organisation: UUID) -> Iterator[tuple[date, date]]:
    """First and last day of each allocation to the organisation, within its decision and the client's life."""
    alive_through = client.died - ONE_DAY if client.died is not None else FOREVER
    for a in client.allocations.values():
        if a.organisation == organisation:
            decision = client.decisions.get(a.decision)
            first = max(a.begins, decision.begins) if decision else a.begins
            ends = (a.through, decision.through if decision else None, alive_through)
            yield first, min(end for end in ends if end is not None)


def gaps(client: ClientFacts, service: str) -> list[Gap]:
    """The gaps in a service from its first decision on. A confirmed ending leaves no gap."""
    if not client.own:
        return []
    periods = [*_of(client.decisions.values(), service), *_of(client.allocations.values(), service)]
    found: list[Gap] = []
    for first, through in _between_changes(client, periods):
        why = _why_uncovered(client, service, first)
        if why is None:
            continue
        if found and found[-1].why == why and found[-1].through + ONE_DAY == first:
            found[-1] = found[-1]._replace(through=through)
        else:
            found.append(Gap(service, first, through, why))
    return found


def lasts_through(client: ClientFacts, service: str, organisation: UUID, day: date) -> date:
    """The last day of the organisation's unbroken service, counted from a day that it has."""
    mine = sorted(
        (client_state.first_day(client, a), client_state.last_day(client, a))
        for a in client.allocations.values()
        if a.service == service and a.organisation == organisation
    )
    last = day
    for begins, ends in mine:
        if begins <= last or begins == last + ONE_DAY:
            last = max(last, ends)
    return last


def end_is_meant(client: ClientFacts, service: str, last: date) -> bool:
    """Is the service meant to end after this day? Otherwise its decision has only run out (A8)."""
    if client_state.here_through(client) <= last:
        return True
    ended = [
        d
        for d in client.decisions.values()
        if d.service == service and client_state.last_day(client, d) <= last
    ]
    latest = max(ended, key=lambda d: client_state.last_day(client, d), default=None)
    return latest is None or latest.confirmed


def _of(
    granted: Iterable[AllocationFacts | DecisionFacts], service: str
) -> list[AllocationFacts | DecisionFacts]:
    return [one for one in granted if one.service == service]


def _between_changes(
    client: ClientFacts, periods: list[AllocationFacts | DecisionFacts]
) -> list[tuple[date, date]]:
    """The periods in which nothing begins or ends; the last has no end."""
    changes = set()
    for one in periods:
        first, last = client_state.first_day(client, one), client_state.last_day(client, one)
        if first <= last:
            changes |= {first} if last == FOREVER else {first, last + ONE_DAY}
    days = sorted(changes)
    return [(day, following - ONE_DAY) for day, following in pairwise(days)] + [
        (day, FOREVER) for day in days[-1:]
    ]


def _why_uncovered(client: ClientFacts, service: str, day: date) -> Why | None:
    if client_state.covered(client, service, day):
        return None
    if client_state.decided(client, service, day):
        return Why.NOT_ALLOCATED
    return None if end_is_meant(client, service, day - ONE_DAY) else Why.NO_DECISION
