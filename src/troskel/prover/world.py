# SPDX-License-Identifier: EUPL-1.2
"""What is true in a small household, as the prover keeps it: never folded by the engine, never asked of it.

Ids are names, as "~K1" for a client and "~Norr" for a provider; `ident` makes the UUID of one and `name_of` reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from troskel.prover.entities import (
    ALARM,
    ALARMS,
    FOREVER,
    HOME_CARE,
    ONE_DAY,
    PROVIDERS,
    SMITH,
    TOLD,
    World,
    WorldAllocation,
    WorldClient,
    WorldDecision,
    WorldDoor,
    WorldOrder,
    ident,
    name_of,
)

__all__ = [
    "ALARM",
    "ALARMS",
    "FOREVER",
    "HOME_CARE",
    "ONE_DAY",
    "PROVIDERS",
    "SMITH",
    "TOLD",
    "World",
    "WorldAllocation",
    "WorldClient",
    "WorldDecision",
    "WorldDoor",
    "WorldOrder",
    "ident",
    "name_of",
]


# -- care


def granted(p: WorldClient) -> list[WorldDecision | WorldAllocation]:
    """The decisions and allocations."""
    return [*p.decisions.values(), *p.allocations.values()]


def last(p: WorldClient, granted: WorldDecision | WorldAllocation) -> date:
    """The last day: its own, its decision's, or the day of death."""
    days = [granted.through or FOREVER, p.died or FOREVER]
    if isinstance(granted, WorldAllocation):
        days.append(p.decisions[granted.decision].through or FOREVER)
    return min(days)


def day_after(p: WorldClient, granted: WorldDecision | WorldAllocation) -> date:
    """The day after the last day; FOREVER where there is none."""
    ends = last(p, granted)
    return ends if ends == FOREVER else ends + ONE_DAY


def real_decisions(p: WorldClient, service: str | None = None) -> list[WorldDecision]:
    """The decisions, but those withdrawn before they began."""
    return [d for d in p.decisions.values() if service in (None, d.service) and last(p, d) >= d.begins]


def real_allocations(p: WorldClient) -> list[WorldAllocation]:
    """The allocations that have had a day, or will."""
    return [a for a in p.allocations.values() if last(p, a) >= a.begins]


def has_care(p: WorldClient, day: date) -> bool:
    """Is there care on the day or later?"""
    return any(last(p, d) >= day for d in real_decisions(p))


def end_is_said(p: WorldClient, service: str) -> bool:
    """Has a person said that the service ends, or has the client died or moved to special housing?"""
    latest = max(real_decisions(p, service), key=lambda d: (d.through or FOREVER, d.begins))
    return is_leaving(p) or (latest.through is not None and latest.confirmed)


def is_leaving(p: WorldClient) -> bool:
    """Is the client dead, or on the way to special housing?"""
    return p.died is not None or p.home_through is not None


def is_gone(p: WorldClient, day: date) -> bool:
    """Is the client dead since an earlier day, or in special housing?"""
    return any(last is not None and last < day for last in (p.died, p.home_through))


def services(p: WorldClient) -> list[str]:
    """The services that the client has had, or will have."""
    return list(dict.fromkeys(d.service for d in real_decisions(p)))


def is_over(p: WorldClient, day: date) -> bool:
    """Neither home care nor alarm, said by a person; or dead (P6)."""
    if is_gone(p, day):
        return True
    return (
        bool(p.decisions) and not has_care(p, day) and all(end_is_said(p, service) for service in services(p))
    )


def is_new(p: WorldClient, day: date) -> bool:
    """Has no provider yet come to have the client, since care began or began anew (A4)?"""
    return is_over(p, day) or not any(
        a.begins <= day and a.made < day and last(p, a) >= p.begun for a in real_allocations(p)
    )


def is_ending(p: WorldClient) -> bool:
    """Has a person said of everything the client has had that it ends?"""
    return bool(p.decisions) and all(end_is_said(p, service) for service in services(p))


def needs_lock(p: WorldClient, day: date) -> bool:
    """The municipality's own, with care that is not over, who is not known to want no lock (rule 1)."""
    return p.own and bool(p.decisions) and not p.unwanted and not is_over(p, day)


def serving(
    p: WorldClient, day: date, service: str | None = None, closing: Collection[str] = ()
) -> list[str]:
    """The organisations that have the client now or soon, the earliest first; none that is about to close."""
    found = [a for a in real_allocations(p) if last(p, a) >= day and service in (None, a.service)]
    found = [a for a in found if a.to not in closing]
    return list(dict.fromkeys(a.to for a in sorted(found, key=lambda a: a.begins)))


def having(p: WorldClient, day: date, service: str | None = None) -> list[str]:
    """Those that serve, and those whose allocation has run out though nobody has said that they leave: a gap."""
    had = [a.to for a in real_allocations(p) if service in (None, a.service)]
    serves = serving(p, day, service)
    return [o for o in dict.fromkeys([*serves, *had]) if o in serves or not provider_left(p, o, day)]


def last_providers(p: WorldClient, service: str | None = None) -> list[str]:
    """Those who had the client, in this service, on its last day."""
    found = [a for a in real_allocations(p) if service in (None, a.service)]
    ends = max((last(p, a) for a in found), default=None)
    return list(dict.fromkeys(a.to for a in found if last(p, a) == ends))


def knows(p: WorldClient, organisation: str) -> bool:
    """Has the organisation had the client, or will it?"""
    return any(a.to == organisation for a in real_allocations(p))


def covered(p: WorldClient, service: str, day: date, by: str | None = None) -> bool:
    """Does an ongoing decision that is allocated cover the day (A8)?"""
    return any(
        a.service == service
        and by in (None, a.to)
        and max(a.begins, p.decisions[a.decision].begins) <= day <= last(p, a)
        for a in p.allocations.values()
    )


def stays(p: WorldClient, organisation: str, day: date) -> bool:
    """Has the organisation the client after the day, and nobody has said that it ends?"""
    return any(
        a.to == organisation
        and last(p, a) > day
        and (last(p, a) == FOREVER or not (a.confirmed or p.decisions[a.decision].confirmed))
        for a in real_allocations(p)
    )


def decided(p: WorldClient, service: str, day: date) -> bool:
    """Does a decision cover the day?"""
    return any(d.begins <= day <= last(p, d) for d in real_decisions(p, service))


def provider_left(p: WorldClient, organisation: str, day: date) -> bool:
    """The organisation no longer has the client, and that is no mere gap (P5, P7; decision 48).

    While a decision goes on that nobody has, whoever had the client last has only lost it on the phone, even if its
    allocation was ended: A8 asks who is to have it.
    """
    mine = [a for a in real_allocations(p) if a.to == organisation]
    if not mine:
        return any(a.to == organisation for a in p.allocations.values())
    if max(last(p, a) for a in mine) >= day:
        return False
    latest = max(mine, key=lambda a: (last(p, a), a.begins))
    decision = p.decisions[latest.decision]
    said = latest.confirmed or (decision.confirmed and last(p, decision) == last(p, latest))
    after = day_after(p, latest)
    if not covered(p, latest.service, after):  # a gap, unless the service is meant to be over
        said = decision.confirmed and last(p, decision) < day and not decided(p, latest.service, after)
    return (
        said
        or not p.own
        or is_over(p, day)
        or any(
            a.to != organisation and a.service == latest.service and a.begins > last(p, latest)
            for a in real_allocations(p)
        )
    )


def uncovered(p: WorldClient, service: str, day: date) -> bool:
    """Is the day without an ongoing allocated decision, and nobody has said that it should be?"""
    begun = [d for d in real_decisions(p, service) if d.begins <= day]
    if not p.own or not begun or is_gone(p, day) or covered(p, service, day):
        return False
    latest = max(begun, key=lambda d: (d.through or FOREVER, d.begins))
    return last(p, latest) >= day or not (latest.confirmed or is_leaving(p))


def months_owed(w: World) -> list[tuple[str, str, str]]:
    """Client, provider and ended month in which it had another municipality's client, and which is not billed (O2)."""
    found = dict.fromkeys(
        (name, a.to, month)
        for name, p in w.people.items()
        for a in p.allocations.values()
        for month in (_months(p, a, w.day.replace(day=1) - ONE_DAY) if a.service == HOME_CARE else ())
    )
    return [owed for owed in found if owed not in w.billed]


def _months(p: WorldClient, a: WorldAllocation, through: date) -> Iterator[str]:
    for first, until in p.elsewhere:
        day = max(a.begins, p.decisions[a.decision].begins, first)
        while day <= min(last(p, a), until or FOREVER, through):
            yield f"{day:%Y-%m}"
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)


# -- doors


def doors_of(w: World, home: str) -> Iterator[tuple[str, WorldDoor]]:
    """The doors of a home."""
    return ((name, door) for name, door in w.doors.items() if home in door.homes)


def behind(w: World, door: WorldDoor) -> dict[str, WorldClient]:
    """The clients behind a door, now or by a planned move."""
    return {name: p for name, p in w.people.items() if lives_behind(p, door) or comes_to(p, door)}


def lives_behind(p: WorldClient, door: WorldDoor) -> bool:
    """Does the client live there now?"""
    return p.home in door.homes


def comes_to(p: WorldClient, door: WorldDoor) -> bool:
    """Is the client to move there?"""
    return p.coming is not None and p.coming[0] in door.homes


def has_care_at(p: WorldClient, door: WorldDoor, day: date) -> bool:
    """Is there care there: on the day or later, or, where the client is to move there, from that day on?"""
    first = p.coming[1] if p.coming is not None and not lives_behind(p, door) else day
    return has_care(p, max(day, first))


def is_away(p: WorldClient, day: date, *, ahead: bool = False) -> bool:
    """Is the client in hospital or away that day (`ahead`: or later)?"""
    return any((ahead or first <= day) and day <= (last or FOREVER) for first, last in p.absences)


def behind_home(w: World, home: str) -> list[WorldClient]:
    """The clients behind the doors of a home."""
    found = {name: p for _, door in doors_of(w, home) for name, p in behind(w, door).items()}
    return list(found.values())


def needing(w: World, door: WorldDoor) -> dict[str, WorldClient]:
    """Those behind the door who keep a lock there (rule 1)."""
    return {name: p for name, p in behind(w, door).items() if needs_lock(p, w.day)}


def wanting(w: World, door: WorldDoor) -> list[str]:
    """Those who need a lock at the door and do not refuse one."""
    return [name for name, p in needing(w, door).items() if not p.refused]


def leads(w: World, people: Iterable[WorldClient]) -> list[str]:
    """Those of whom one orders the lock: home care before alarm, of those allocated first (P1)."""
    found = [
        (p.refused, a.service != HOME_CARE, a.begins, a.to)
        for p in people
        if p.own
        for a in real_allocations(p)
        if last(p, a) >= w.day and a.to not in w.closing
    ]
    return [to for *first, to in found if first == list(min(found)[:3])]


def letter_to(w: World, client: str, door_name: str) -> str | None:
    """Who gets a letter about the door: the client, or else another who has care there (S1, S3)."""
    here = behind(w, w.doors[door_name])
    others = (name for name in needing(w, w.doors[door_name]) if serving(here[name], w.day))
    for name in (client, *others):
        p = w.people[name]
        if p.own and p.died is None and not is_gone(p, w.day) and not comes_to(p, w.doors[door_name]):
            return name
    return None


def pass_letters_on(w: World) -> None:
    """What was for one who died, or became another municipality's, goes to another there; else it is not sent."""
    found = {order: (letter_to(w, *letter), letter[1]) for order, letter in w.letters.items()}
    w.letters = {order: (to, door) for order, (to, door) in found.items() if to is not None}


def order_at(door: WorldDoor, kind: str) -> str | None:
    """The open order of this kind."""
    return next((name for name, order in door.orders.items() if order.kind == kind), None)


def lock_in_use(w: World, p: WorldClient) -> bool:
    """Is the client linked to a lock that hangs at a door of the home?"""
    return any(linked_at(p, door) for _, door in doors_of(w, p.home))


def home_of_key(w: World, door: WorldDoor, left_by: str) -> str:
    """The home that a key is to: the home of the client who left it, or the door's, if the client has moved."""
    home = w.people[left_by].home
    return home if home in door.homes else door.homes[0]


def linked_at(p: WorldClient, door: WorldDoor) -> bool:
    """Is the client linked to the lock at the door?"""
    return door.lock is not None and door.lock in p.links.values()
