# SPDX-License-Identifier: EUPL-1.2
"""A client's status today by the routine's rules: who gives the care, through which day and what follows; and whether
the lock may be taken down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from troskel.ground.refusal_texts import english
from troskel.orders import rules
from troskel.routine import client_state, door_state, things
from troskel.routine.client_state import FOREVER, ONE_DAY
from troskel.routine.coverage import Gap, Why, end_is_meant, gaps, lasts_through
from troskel.routine.facts import AllocationFacts, ClientFacts, DoorFacts, HomeFacts


class AfterLastDay(StrEnum):
    """What follows the last day of care."""

    NOTHING = ""  # no end is set
    GAP = "gap"  # no provider: the phone loses the client (A8)
    ENDS = "ends"  # a planned end
    ANOTHER = "another"  # another provider continues


class CareStatus(msgspec.Struct, frozen=True):
    """A service by a provider, ongoing or (with `begins`) coming. Without a provider: a gap, with `why`."""

    service: str
    provider: str
    begins: date | None
    through: date | None
    then: AfterLastDay
    follower: str = ""
    why: Why | None = None


class LockStatus(msgspec.Struct, frozen=True):
    """A lock at a door, and the rule, message and code that refuse its removal; all empty: it may be removed.

    `own_care`: the client has care left; `others`: somebody else behind the door has. Never who, or which care.
    """

    door: UUID
    number: str
    linked: bool
    rule: str
    message: str
    own_care: bool
    others: bool
    code: str = ""


def care_statuses(
    client: ClientFacts,
    services: Sequence[str],
    only_provider: UUID | None,
    names: Mapping[str, str],
    today: date,
) -> list[CareStatus]:
    """The status of each service: provider, last day and what follows. `only_provider`: limit to this provider."""
    return [
        status
        for service in services
        for status in _service_statuses(client, service, only_provider, names, today)
    ]


def _service_statuses(
    client: ClientFacts, service: str, only_provider: UUID | None, names: Mapping[str, str], today: date
) -> Iterator[CareStatus]:
    if not client_state.is_alive(client, today):
        return
    current = dict.fromkeys(
        a.organisation for a in client_state.ongoing(client, today) if a.service == service
    )
    organisations = [organisation for organisation in current if only_provider in (None, organisation)]
    for organisation in organisations:
        last = lasts_through(client, service, organisation, today)
        yield _ongoing_status(client, service, organisation, last, only_provider, names)
    if organisations or not client_state.lives_here(client, today):
        return
    coming = sorted(
        (client_state.first_day(client, a), str(a.organisation), a.organisation)
        for a in client.allocations.values()
        if a.service == service and only_provider in (None, a.organisation)
        and today < client_state.first_day(client, a) <= client_state.last_day(client, a)
    )  # fmt: skip
    if coming:
        begins, _, organisation = coming[0]
        last = lasts_through(client, service, organisation, begins)
        yield msgspec.structs.replace(
            _ongoing_status(client, service, organisation, last, only_provider, names), begins=begins
        )
        return
    for gap in (
        gaps(client, service) if only_provider is None else _gaps_after(client, service, only_provider)
    ):
        if gap.first <= today <= gap.through:
            yield CareStatus(service, "", None, None, AfterLastDay.GAP, why=gap.why)


def _ongoing_status(
    client: ClientFacts,
    service: str,
    organisation: UUID,
    last: date,
    only_provider: UUID | None,
    names: Mapping[str, str],
) -> CareStatus:
    provider = names.get(str(organisation), "")
    if last == FOREVER:
        return CareStatus(service, provider, None, None, AfterLastDay.NOTHING)
    following = last + ONE_DAY
    followers = [a.organisation for a in client_state.ongoing(client, following) if a.service == service]
    if followers:
        follower = names.get(str(followers[0]), "") if only_provider is None else ""
        return CareStatus(service, provider, None, last, AfterLastDay.ANOTHER, follower=follower)
    is_meant = not client.own or (
        not client_state.decided(client, service, following) and end_is_meant(client, service, last)
    )
    return CareStatus(service, provider, None, last, AfterLastDay.ENDS if is_meant else AfterLastDay.GAP)


def visible_gaps(client: ClientFacts, service: str, only_provider: UUID | None) -> list[Gap]:
    """The gaps in a service; with `only_provider` those after its own time, without the day on which another began."""
    if only_provider is None:
        return gaps(client, service)
    known_ends = _known_ends(client, service, only_provider)
    provider_gaps = _gaps_after(client, service, only_provider)
    return [gap if gap.through in known_ends else gap._replace(through=FOREVER) for gap in provider_gaps]


def _gaps_after(client: ClientFacts, service: str, organisation: UUID) -> list[Gap]:
    """Gaps that begin the day after the organisation's own time, and gaps continuing them as far as it may know."""
    known_ends = _known_ends(client, service, organisation)
    ends = {
        client_state.last_day(client, allocation) for allocation in _periods(client, service, organisation)
    }
    later_gaps: list[Gap] = []
    for gap in gaps(client, service):
        before = gap.first - ONE_DAY
        if before in ends or (later_gaps and later_gaps[-1].through == before and before in known_ends):
            later_gaps.append(gap)
    return later_gaps


def _known_ends(client: ClientFacts, service: str, organisation: UUID) -> set[date]:
    """Last days of gaps that the organisation may know: before its allocation begins, or where its decision ends."""
    known_ends = set()
    for allocation in _periods(client, service, organisation):
        known_ends.add(client_state.first_day(client, allocation) - ONE_DAY)
        if allocation.decision in client.decisions:
            known_ends.add(client_state.last_day(client, client.decisions[allocation.decision]))
    return known_ends


def _periods(client: ClientFacts, service: str, organisation: UUID) -> list[AllocationFacts]:
    """The organisation's allocations, except those withdrawn before they began."""
    return [
        allocation
        for allocation in client.allocations.values()
        if (allocation.service, allocation.organisation) == (service, organisation)
        and client_state.first_day(client, allocation) <= client_state.last_day(client, allocation)
    ]


def lock_status(
    door: DoorFacts, number: str, homes: Mapping[UUID, HomeFacts], client: UUID, today: date
) -> LockStatus:
    """A lock at the door, with the refusal that an order of removal would meet today."""
    needed = door_state.care_left_behind(door, homes, today)
    behind = [home.clients[client] for home in door_state.homes_behind(door, homes) if client in home.clients]
    linked = any(things.is_linked(resident, door.lock) for resident in behind)
    refusal = rules.removal_refusal(door, homes, today)
    others = any(resident != client for resident in needed)
    return LockStatus(
        door.door,
        number,
        linked,
        rule=refusal.rule if refusal else "",
        message=english(refusal) if refusal else "",
        own_care=client in needed,
        others=others,
        code=refusal.code if refusal else "",
    )
