# SPDX-License-Identifier: EUPL-1.2
"""Questions on the facts: used by the rules of acts and by the routine's conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from troskel.routine.facts import (
    ALARM,
    HOME_CARE,
    AbsenceFacts,
    AllocationFacts,
    ClientFacts,
    DecisionFacts,
    HomeFacts,
)
from troskel.routine.line import stockholm_day

ONE_DAY = timedelta(days=1)
FOREVER = date.max
SERVICES = (HOME_CARE, ALARM)
Homes = Mapping[UUID, HomeFacts]


# -- periods: a decision or allocation reaches no further than the client's life in this home


def has_lived_here(client: ClientFacts) -> bool:
    """Not of one who is still to come, nor of one whose move here was called off."""
    return not client.coming and (client.moved_out is None or client.moved_out != client.moved_in)


def here_through(client: ClientFacts) -> date:
    """The last known day that the client lives in this home; FOREVER where none is known."""
    last = client.died or FOREVER
    if not client.coming and not has_lived_here(client):
        return date.min
    if client.moved_out is not None:
        last = min(last, client.moved_out - ONE_DAY)
    return last


def first_day(client: ClientFacts, granted: DecisionFacts | AllocationFacts) -> date:
    """The first day of a decision or allocation in this home."""
    if client.moved_in is not None and client.moved_in > granted.begins:
        return client.moved_in
    return granted.begins


def last_day(client: ClientFacts, granted: DecisionFacts | AllocationFacts) -> date:
    """The last day of a decision or allocation in this home; FOREVER where none is set.

    An allocation ends with its decision at the latest.
    """
    last = granted.through or FOREVER
    if isinstance(granted, AllocationFacts):
        decision = client.decisions.get(granted.decision)
        if decision is not None and decision.through is not None and decision.through < last:
            last = decision.through
    if client.died is not None or client.moved_out is not None:
        last = min(last, here_through(client))
    return last


def is_alive(client: ClientFacts, day: date) -> bool:
    """Is the client alive the whole day? Care lasts through the day of death, but no phone has the client that day."""
    return client.died is None or day < client.died


def lives_here(client: ClientFacts, day: date) -> bool:
    """Is the client alive, by all that is known, and still living in this home on the day?"""
    return client.died is None and here_through(client) >= day


# -- care


def decided(client: ClientFacts, service: str, day: date) -> bool:
    """Does a decision of the service cover the day?"""
    return any(
        d.service == service and first_day(client, d) <= day <= last_day(client, d)
        for d in client.decisions.values()
    )


def ongoing(client: ClientFacts, day: date) -> Iterator[AllocationFacts]:
    """The allocations that cover the day: the decision is ongoing and given to someone."""
    for a in client.allocations.values():
        if first_day(client, a) <= day <= last_day(client, a):
            decision = client.decisions.get(a.decision)
            if decision is None or decision.begins <= day:
                yield a


def covered(client: ClientFacts, service: str, day: date) -> bool:
    """Does somebody carry out the service on this day? What a phone shows is `coverage.on_phone`."""
    return any(a.service == service for a in ongoing(client, day))


def decided_since(client: ClientFacts, service: str, after: date, day: date) -> bool:
    """Has a decision of the service begun after `after` and by `day`, so that a gap is over?"""
    return any(
        d.service == service and after < first_day(client, d) <= min(day, last_day(client, d))
        for d in client.decisions.values()
    )


def covered_since(client: ClientFacts, service: str, after: date, day: date) -> bool:
    """Has an allocation of the service begun after `after` and by `day`?"""
    return any(
        a.service == service and after < first_day(client, a) <= min(day, last_day(client, a))
        for a in client.allocations.values()
    )


def covered_by(client: ClientFacts, organisation: UUID, day: date) -> bool:
    """Does this organisation carry out an ongoing decision for the client on this day?"""
    return any(a.organisation == organisation for a in ongoing(client, day))


def absences_on(client: ClientFacts, day: date) -> list[AbsenceFacts]:
    """The absences that cover the day: in hospital or away, access rests, nothing is removed (case 15)."""
    return [a for a in client.absences if a.begins <= day <= (a.through or FOREVER)]


def absences_from(client: ClientFacts, day: date) -> list[AbsenceFacts]:
    """The absences of the day and of later days, the earliest first."""
    left = [a for a in client.absences if day <= (a.through or FOREVER)]
    return sorted(left, key=lambda a: (a.begins, a.through or FOREVER))


def has_care_left(client: ClientFacts, day: date) -> bool:
    """Does any decision cover this day or a later one? Never for a client who is dead or has moved away."""
    return any(
        last_day(client, d) >= day and last_day(client, d) >= d.begins for d in client.decisions.values()
    )


def real_decisions(client: ClientFacts) -> list[DecisionFacts]:
    """The decisions except those withdrawn before they began."""
    return [d for d in client.decisions.values() if d.through is None or d.through >= d.begins]


def last_decision(client: ClientFacts, service: str) -> DecisionFacts | None:
    """The decision of the service with the latest last day, except those withdrawn before they began."""
    of_service = [d for d in real_decisions(client) if d.service == service]
    return max(of_service, key=lambda d: (d.through or FOREVER, d.begins)) if of_service else None


def ending_is_known(client: ClientFacts, service: str) -> bool:
    """Has somebody said that the service ends, or is the client dead or moving? Running out is no ending."""
    last = last_decision(client, service)
    if last is None:
        return False
    return (last.confirmed and last.through is not None) or here_through(client) != FOREVER


def last_day_of(client: ClientFacts, service: str) -> date | None:
    """The last day of the service; FOREVER where none is set, None where the client never had it."""
    last = last_decision(client, service)
    return last_day(client, last) if last else None


def last_care_day(client: ClientFacts) -> date | None:
    """The last day of the client's care of any kind."""
    decisions = real_decisions(client) or client.decisions.values()
    return max((last_day(client, d) for d in decisions), default=None)


def nothing_remains(client: ClientFacts) -> bool:
    """Is the ending of every service of the client known?"""
    return bool(client.decisions) and all(
        ending_is_known(client, service) for service in SERVICES if last_decision(client, service)
    )


def has_left(client: ClientFacts, day: date) -> bool:
    """No home care and no alarm left, confirmed by somebody; or dead, or moved from this home (P6, P7)."""
    if here_through(client) < day:
        return True
    return nothing_remains(client) and not has_care_left(client, day)


def is_new_client(client: ClientFacts, day: date) -> bool:
    """Care that begins after the take-over, and that no provider carries out yet by what was known before (A4)."""
    return begins_after_take_over(client) and not any(
        first_day(client, a) <= day
        and came_to_hold(client, a)
        and (a.made is None or stockholm_day(a.made) < day)
        for a in client.allocations.values()
        if client.stay is None or last_day(client, a) >= client.stay
    )


def is_leaving(client: ClientFacts, day: date) -> bool:
    """Has the client left, or is this day known to be the last (P7)?"""
    if has_left(client, day):
        return True
    last = last_care_day(client)
    return nothing_remains(client) and last is not None and last <= day


def provider_stays(client: ClientFacts, organisation: UUID, day: date) -> bool:
    """Has the provider the client after this day, and has nobody said that it ends?"""
    return any(
        a.organisation == organisation and last_day(client, a) > day and not _end_is_said(client, a)
        for a in client.allocations.values()
    )


def _end_is_said(client: ClientFacts, a: AllocationFacts) -> bool:
    decision = client.decisions.get(a.decision)
    confirmed = a.confirmed or (decision is not None and decision.confirmed)
    return (confirmed and last_day(client, a) != FOREVER) or here_through(client) != FOREVER


def begins_after_take_over(client: ClientFacts) -> bool:
    """Is it care that this system has followed from its first day?"""
    return client.stay is not None and (client.take_over is None or client.stay > client.take_over)


def is_to_be_told(client: ClientFacts) -> bool:
    """Has the client to be told about the lock (A1–A3): new here, or not told since the last lock came down?"""
    return client.to_be_told or begins_after_take_over(client)


def tell_anew(client: ClientFacts) -> None:
    """What the client was told about an earlier lock no longer counts."""
    client.informed, client.keys_told, client.understood, client.to_be_told = [], [], False, True


def is_being_taken_over(client: ClientFacts) -> bool:
    """Is old care being entered, so that nothing is asked for what was settled long ago?"""
    return client.settling and not (client.stay and client.take_over and client.stay > client.take_over)


def are_being_taken_over(homes: Homes) -> bool:
    """Are all clients of these homes being taken over?"""
    clients = [client for home in homes.values() for client in home.clients.values()]
    return bool(clients) and all(map(is_being_taken_over, clients))


# -- providers


def providers_of(client: ClientFacts, day: date) -> list[UUID]:
    """Organisations with an ongoing or coming allocation, the earliest allocation first."""
    found = [a for a in client.allocations.values() if last_day(client, a) >= max(day, a.begins)]
    return list(dict.fromkeys(a.organisation for a in sorted(found, key=lambda a: (a.begins, a.line))))


def was_allocated(client: ClientFacts, organisation: UUID) -> bool:
    """Has the organisation ever been given the client to carry out care for?"""
    return any(a.organisation == organisation for a in client.allocations.values())


def only_answers_alarms(client: ClientFacts, organisation: UUID, day: date) -> bool:
    """Has the organisation the client's alarm, now or soon, and no home care? It makes no visits (P2)."""
    services = {
        a.service
        for a in client.allocations.values()
        if a.organisation == organisation and last_day(client, a) >= max(day, a.begins)
    }
    return services == {ALARM}


class ChangeOfProvider(NamedTuple):
    """A provider follows another: which, the last day of that one, and its own first day."""

    former: UUID
    former_through: date
    begins: date


HANDING_OVER = timedelta(days=7)
"""Two providers that have a client together for no longer than this are one change of provider."""


def change_of_provider(client: ClientFacts, service: str, organisation: UUID) -> ChangeOfProvider | None:
    """The provider that this one follows: it ended before this one began, or soon after (A5, A6). In whichever home."""
    client = msgspec.structs.replace(client, moved_in=None, moved_out=None)
    allocations = [a for a in client.allocations.values() if a.service == service and came_to_hold(client, a)]
    mine = [a for a in allocations if a.organisation == organisation]
    if not mine:
        return None
    begins = first_day(client, max(mine, key=lambda a: a.begins))
    others: dict[UUID, date] = {}
    for a in sorted(allocations, key=lambda a: (a.begins, a.line)):
        if a.organisation != organisation and first_day(client, a) < begins:
            others[a.organisation] = max(others.get(a.organisation, date.min), last_day(client, a))
    before = [(ended, former) for former, ended in others.items() if ended < begins + HANDING_OVER]
    if not before:
        return None
    ended, former = max(before, key=lambda one: one[0])  # of several, the one allocated first
    beside = any(first_day(client, a) < begins and ended <= last_day(client, a) for a in mine)
    same_stay = client.stay is None or ended >= client.stay
    return ChangeOfProvider(former, ended, begins) if same_stay and not beside else None


def is_followed(client: ClientFacts, organisation: UUID) -> bool:
    """Does another provider follow this one, in any service?"""
    others = {a.organisation for a in client.allocations.values()} - {organisation}
    changes = (change_of_provider(client, service, other) for service in SERVICES for other in others)
    return any(change is not None and change.former == organisation for change in changes)


def goes_on_without(client: ClientFacts, organisation: UUID, day: date) -> bool:
    """Is a service that the organisation had still granted, today or later?"""
    services = {
        a.service
        for a in client.allocations.values()
        if a.organisation == organisation and came_to_hold(client, a) and first_day(client, a) <= day
    }
    return any(d.service in services and last_day(client, d) >= day for d in client.decisions.values())


def came_to_hold(client: ClientFacts, a: DecisionFacts | AllocationFacts) -> bool:
    """Has the decision or allocation been in effect on some day, or may it yet be?"""
    return last_day(client, a) >= first_day(client, a)


def providers_to_the_end(client: ClientFacts, service: str | None = None) -> list[UUID]:
    """The providers that had the client (in this service) on the last day."""
    found = [
        a for a in client.allocations.values() if service in (None, a.service) and came_to_hold(client, a)
    ]
    if not found:
        return []
    last = max(last_day(client, a) for a in found)
    return list(dict.fromkeys(a.organisation for a in found if last_day(client, a) == last))


# -- doors


def needs_the_door(client: ClientFacts, day: date) -> bool:
    """Care left, or care whose end nobody has confirmed; not a client who, as is confirmed, wants no lock (rule 1)."""
    return bool(client.decisions) and not client.unwanted and not has_left(client, day)
