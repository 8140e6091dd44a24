# SPDX-License-Identifier: EUPL-1.2
"""How it stands for a client today, asked of the routine's and the rooms' own rules: who has the care, through which
day and what comes then; and whether the lock may be taken down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from troskel.orders import rules
from troskel.routine import standing
from troskel.routine.coverage import Gap, Why, end_is_meant, gaps, lasts_through
from troskel.routine.facts import AllocationFacts, ClientFacts, DoorFacts, HomeFacts
from troskel.routine.standing import FOREVER, ONE_DAY


class Then(StrEnum):
    """What comes after the last day."""

    NOTHING = ""  # no end is set
    GAP = "gap"  # nobody has the client: the phone loses it (A8)
    ENDS = "ends"  # it is meant to end
    ANOTHER = "another"  # another provider has the client


class CareShown(msgspec.Struct, frozen=True):
    """A service by a provider, now or (`begins`) to come. Without a provider: granted, or lapsed, and nobody has it."""

    service: str
    provider: str
    begins: date | None
    through: date | None
    then: Then
    follower: str = ""
    why: Why | None = None


class LockShown(msgspec.Struct, frozen=True):
    """A lock at a door, and why it can't be taken down: which rule says no, in the rule's own words; empty: it can.

    `own_care`: the client has care left; `others`: somebody else behind the door has. Never who, or what.
    """

    door: UUID
    number: str
    linked: bool
    rule: str
    message: str
    own_care: bool
    others: bool


def care_of(
    client: ClientFacts, services: Sequence[str], theirs: UUID | None, names: Mapping[str, str], today: date
) -> list[CareShown]:
    """Who has each of these services, through when, and what then. `theirs`: of this provider alone."""
    return [shown for service in services for shown in _of_service(client, service, theirs, names, today)]


def _of_service(
    client: ClientFacts, service: str, theirs: UUID | None, names: Mapping[str, str], today: date
) -> Iterator[CareShown]:
    now = dict.fromkeys(a.organisation for a in standing.ongoing(client, today) if a.service == service)
    shown = [one for one in now if theirs in (None, one)]
    for organisation in shown:
        last = lasts_through(client, service, organisation, today)
        yield _ongoing(client, service, organisation, last, theirs, names)
    if shown or not standing.lives_here(client, today):
        return
    coming = sorted(
        (standing.first_day(client, a), str(a.organisation), a.organisation)
        for a in client.allocations.values()
        if a.service == service and theirs in (None, a.organisation)
        and today < standing.first_day(client, a) <= standing.last_day(client, a)
    )  # fmt: skip
    if coming:
        begins, _, organisation = coming[0]
        last = lasts_through(client, service, organisation, begins)
        yield msgspec.structs.replace(
            _ongoing(client, service, organisation, last, theirs, names), begins=begins
        )
        return
    for gap in gaps(client, service) if theirs is None else _gaps_after(client, service, theirs):
        if gap.first <= today <= gap.through:
            yield CareShown(service, "", None, None, Then.GAP, why=gap.why)


def _ongoing(
    client: ClientFacts,
    service: str,
    organisation: UUID,
    last: date,
    theirs: UUID | None,
    names: Mapping[str, str],
) -> CareShown:
    provider = names.get(str(organisation), "")
    if last == FOREVER:
        return CareShown(service, provider, None, None, Then.NOTHING)
    following = last + ONE_DAY
    others = [a.organisation for a in standing.ongoing(client, following) if a.service == service]
    if others:
        told = names.get(str(others[0]), "") if theirs is None else ""
        return CareShown(service, provider, None, last, Then.ANOTHER, follower=told)
    meant = not client.own or (
        not standing.decided(client, service, following) and end_is_meant(client, service, last)
    )
    return CareShown(service, provider, None, last, Then.ENDS if meant else Then.GAP)


def gaps_told(client: ClientFacts, service: str, theirs: UUID | None) -> list[Gap]:
    """The gaps in a service: all, or those after the time of `theirs` alone, without the day on which another began."""
    if theirs is None:
        return gaps(client, service)
    known = _known_ends(client, service, theirs)
    found = _gaps_after(client, service, theirs)
    return [gap if gap.through in known else gap._replace(through=FOREVER) for gap in found]


def _gaps_after(client: ClientFacts, service: str, organisation: UUID) -> list[Gap]:
    """The gaps that begin the day after the organisation's own time, and what goes on from them as far as it knows."""
    known = _known_ends(client, service, organisation)
    ends = {standing.last_day(client, one) for one in _periods(client, service, organisation)}
    found: list[Gap] = []
    for gap in gaps(client, service):
        before = gap.first - ONE_DAY
        if before in ends or (found and found[-1].through == before and before in known):
            found.append(gap)
    return found


def _known_ends(client: ClientFacts, service: str, organisation: UUID) -> set[date]:
    """The last days of a gap that are the organisation's to know: before its own time begins, or its decision ends."""
    known = set()
    for one in _periods(client, service, organisation):
        known.add(standing.first_day(client, one) - ONE_DAY)
        if one.decision in client.decisions:
            known.add(standing.last_day(client, client.decisions[one.decision]))
    return known


def _periods(client: ClientFacts, service: str, organisation: UUID) -> list[AllocationFacts]:
    """The organisation's allocations, without those taken back before they began."""
    return [
        one
        for one in client.allocations.values()
        if (one.service, one.organisation) == (service, organisation)
        and standing.first_day(client, one) <= standing.last_day(client, one)
    ]


def lock_shown(
    door: DoorFacts, number: str, homes: Mapping[UUID, HomeFacts], client: UUID, today: date
) -> LockShown:
    """A lock at the door, with what an order of its removal would be refused for today."""
    needed = standing.care_left_behind(door, homes, today)
    behind = [home.clients[client] for home in standing.homes_behind(door, homes) if client in home.clients]
    linked = any(standing.is_linked(one, door.lock) for one in behind)
    rule, message = rules.why_not_taken_down(door, homes, today)
    others = any(one != client for one in needed)
    return LockShown(door.door, number, linked, rule, message, client in needed, others)
