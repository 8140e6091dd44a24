# SPDX-License-Identifier: EUPL-1.2
"""Whose phone has the client on a day and until when (rule 4), the gaps, and who loses whom (A8; cases 2, 4, 7, 8, 15).

`on_phone` is the one definition. `care.queries` says the same in SQL, for Sight, doors, lists and counts; the simulator
compares them (`simulator.phone_invariants`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from msgspec import structs

from troskel.routine import client_state
from troskel.routine.client_state import FOREVER, ONE_DAY
from troskel.routine.facts import AllocationFacts, ClientFacts


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


Provider = TypeVar("Provider")


class Granted(NamedTuple):
    """The days of a decision, both included; FOREVER where it has no end. `meant`: a person has said that it ends."""

    decision: UUID
    first: date
    last: date
    meant: bool


class Held(NamedTuple, Generic[Provider]):
    """The days on which an allocation and its decision give a provider the client. `meant`: this ending is stated."""

    provider: Provider
    decision: UUID
    first: date
    last: date
    meant: bool


class Loss(NamedTuple, Generic[Provider]):
    """Days, both included, on which a provider has lost the client; without a provider, days that nobody ever got.

    `decision`: the one that ran out or is not allocated. FOREVER where no end is known.
    """

    provider: Provider | None
    decision: UUID
    first: date
    through: date


class _Lost(NamedTuple):
    """A provider that has lost the client: by which decision, as stated by a person or not, and who had it beside."""

    decision: UUID
    meant: bool
    beside: frozenset[object]


def losses(granted: Sequence[Granted], held: Sequence[Held[Provider]]) -> list[Loss[Provider]]:
    """The days of one service that A8 asks about: of a provider that loses the client, and those given to nobody.

    A provider that another follows (one that did not have the client beside it) has lost nothing. While others go
    on, it is lost unless a person has stated the ending. While nobody has the client, it is lost wherever a decision
    covers the day, and wherever the decisions have only run out.
    """
    found: list[Loss[Provider]] = []
    lost: dict[Provider, _Lost] = {}
    since: dict[Provider, date] = {}
    periods = [(one.first, one.last) for one in granted] + [(one.first, one.last) for one in held]
    for first, through in _segments(periods):
        having = list(dict.fromkeys(h.provider for h in held if h.first <= first <= h.last))
        decided = [g for g in granted if g.first <= first <= g.last]
        lost |= {
            provider: _ending(held, provider, first, since) for provider in since if provider not in having
        }
        ended = not having and not decided and _all_meant(granted, first)
        for provider, how in list(lost.items()):
            if (
                provider in having
                or any(one not in how.beside for one in having)
                or (how.meant if having else ended)
            ):
                del lost[provider]
            else:
                _extend(found, Loss(provider, how.decision, first, through))
        if decided and not having and not lost:
            _extend(found, Loss(None, decided[0].decision, first, through))
        since = {provider: since.get(provider, first) for provider in having}
    return found


def losses_of(client: ClientFacts, service: str) -> list[Loss[UUID]]:
    """The losses of a client in a service, whichever home it lived in meanwhile. None of another municipality's."""
    return _losses(client, service) if client.own else []


def provider_has_left(client: ClientFacts, organisation: UUID, day: date) -> bool:
    """No ongoing or coming allocation, and no mere gap: ended, followed by another provider, or the client left.

    Of another municipality's client nobody is asked to follow up what has run out (A8): there it is no gap.
    """
    mine = [a for a in client.allocations.values() if a.organisation == organisation]
    ends = [client_state.last_day(client, a) for a in mine if client_state.came_to_hold(client, a)]
    if not mine or max(ends, default=date.min) >= day:
        return False
    return (
        not client.own
        or client_state.has_left(client, day)
        or not any(
            loss.provider == organisation and loss.first <= day <= loss.through
            for service in {a.service for a in mine}
            for loss in _losses(client, service)
        )
    )


def is_in_gap(client: ClientFacts, organisation: UUID, day: date) -> bool:
    """Has the provider had the client, and has it neither now or soon nor left: A8 asks (decision 48)?

    In whichever home it had the client: to one who is to move in, or has, it goes on.
    """
    anywhere = structs.replace(client, moved_in=None) if client.moved_in is not None else client
    held = any(
        a.organisation == organisation and client_state.came_to_hold(anywhere, a)
        for a in client.allocations.values()
    )
    serves = organisation in client_state.providers_of(client, day)
    return held and not serves and not provider_has_left(client, organisation, day)


def gaps(client: ClientFacts, service: str) -> list[Gap]:
    """The gaps in a service from its first decision on. A confirmed ending leaves no gap."""
    if not client.own:
        return []
    periods = [
        (client_state.first_day(client, one), client_state.last_day(client, one))
        for granted in (client.decisions, client.allocations)
        for one in granted.values()
        if one.service == service
    ]
    found: list[Gap] = []
    for first, through in _segments(periods):
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


def _segments(periods: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The days between which nothing begins or ends; the last segment has no end."""
    changes: set[date] = set()
    for first, last in periods:
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


def _ending(
    held: Sequence[Held[Provider]], provider: Provider, first: date, since: Mapping[Provider, date]
) -> _Lost:
    """How the provider lost the client on the day `first`: stated only where each of its allocations that ended is.

    One that began in the last days, and after it, follows it: they were only handing over.
    """
    ended = [h for h in held if h.provider == provider and h.last == first - ONE_DAY]
    long_ago = first - ONE_DAY - client_state.HANDING_OVER
    beside = (other for other, began in since.items() if began <= max(long_ago, since[provider]))
    return _Lost(ended[-1].decision, all(h.meant for h in ended), frozenset(beside))


def _all_meant(granted: Sequence[Granted], day: date) -> bool:
    """Has a person stated the ending of the decisions that ended last before this day?"""
    ended = [g for g in granted if g.last < day]
    latest = max((g.last for g in ended), default=None)
    return all(g.meant for g in ended if g.last == latest)


def _extend(found: list[Loss[Provider]], loss: Loss[Provider]) -> None:
    """Adds the loss, joined to the same provider's if that ended the day before."""
    for index, earlier in enumerate(found):
        if earlier.provider == loss.provider and earlier.through == loss.first - ONE_DAY:
            found[index] = earlier._replace(through=loss.through)
            return
    found.append(loss)


def _losses(client: ClientFacts, service: str) -> list[Loss[UUID]]:
    granted = [
        Granted(decision, one.begins, client_state.last_day(client, one), one.confirmed)
        for decision, one in client.decisions.items()
        if one.service == service
    ]
    held = [_held(client, one) for one in client.allocations.values() if one.service == service]
    if not granted and not held:
        return []
    here = client_state.here_through(client)
    return [
        loss._replace(through=min(loss.through, here)) for loss in losses(granted, held) if loss.first <= here
    ]


def _held(client: ClientFacts, allocation: AllocationFacts) -> Held[UUID]:
    last, decision = client_state.last_day(client, allocation), client.decisions.get(allocation.decision)
    stated = allocation.confirmed and allocation.through == last
    if decision is None:
        return Held(allocation.organisation, allocation.decision, allocation.begins, last, stated)
    stated = stated or (decision.confirmed and decision.through == last)
    first = max(allocation.begins, decision.begins)
    return Held(allocation.organisation, allocation.decision, first, last, stated)
