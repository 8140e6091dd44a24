# SPDX-License-Identifier: EUPL-1.2
"""One duty per what: an event becomes cases, one for each client, provider, door, link …"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from troskel.routine import client_state, door_state, things
from troskel.routine.client_state import Homes
from troskel.routine.duty import OpenDuty, PlannedDuty, RoutineEvent
from troskel.routine.facts import ClientFacts, DoorFacts, HomeFacts
from troskel.routine.line import uid_in


class Case:
    """What a paragraph is judged on: client, door, organisation, what it is about, and the day.

    `opened`: the day the duty arose; `theirs_since`: the day it became its present owner's.
    """

    __slots__ = (
        "about",
        "client",
        "day",
        "door",
        "home",
        "homes",
        "opened",
        "organisation",
        "since",
        "theirs_since",
        "visit",
    )

    def __init__(
        self,
        homes: Homes,
        home: HomeFacts,
        day: date,
        *,
        client: ClientFacts | None = None,
        door: DoorFacts | None = None,
        organisation: UUID | None = None,
        about: dict[str, Any] | None = None,
        opened: date | None = None,
        theirs_since: date | None = None,
        since: datetime | None = None,
    ) -> None:
        self.homes, self.home, self.day = homes, home, day
        self.client, self.door, self.organisation = client, door, organisation
        self.about: dict[str, Any] = {} if about is None else about
        self.opened, self.since = opened or day, since
        self.theirs_since = theirs_since or self.opened
        self.visit: date | None = None

    def name(self, client: ClientFacts | None) -> None:
        """Let it be about this client, in the home where the client lives."""
        if client is not None and client is not self.client:
            self.client = client
            self.home = next(h for h in self.homes.values() if h.clients.get(client.client) is client)

    @property
    def door_id(self) -> UUID | None:
        """The door, where it is about one."""
        return self.door.door if self.door is not None else None

    @property
    def closed(self) -> dict[UUID, date]:
        """Organisations that have closed, or will, and from when: as the home, or one behind the same door, knows."""
        behind = door_state.homes_behind(self.door, self.homes) if self.door is not None else []
        return {one: on for home in (*behind, self.home) for one, on in home.closed.items()}

    def clients(self) -> list[ClientFacts]:
        """Own clients concerned: those behind the door, else those of the home."""
        if self.door is not None:
            return door_state.own_clients_behind(self.door, self.homes)
        return [c for c in self.home.clients.values() if c.own]

    def served_clients(self) -> list[ClientFacts]:
        """The client; behind a door, where the organisation does not have that client, those whom it has there."""
        if self.client is None or self.door is None or self.organisation is None:
            return [self.client] if self.client is not None else []
        if client_state.was_allocated(self.client, self.organisation):
            return [self.client]
        return [c for c in self.clients() if client_state.was_allocated(c, self.organisation)]

    def doors(self) -> list[DoorFacts]:
        """The door, else the doors of the home."""
        return [self.door] if self.door is not None else list(self.home.doors.values())


def case_of_duty(duty: OpenDuty, homes: Homes, day: date) -> Case:
    """The case of an open duty on a later day."""
    home = homes[duty.home]
    client = home.clients.get(duty.client) if duty.client else None
    door = home.doors.get(duty.door) if duty.door else None
    return Case(
        homes,
        home,
        day,
        client=client,
        door=door,
        organisation=_own_field(duty, "organisation"),
        about=duty.about,
        opened=duty.opened,
        theirs_since=duty.passed or duty.opened,
        since=duty.since,
    )


class EventContext:
    """An event with its home, client and door: the rules that listen to it take their cases from one."""

    def __init__(self, event: RoutineEvent, homes: Homes) -> None:
        self.event, self.homes, self.home = event, homes, homes[event.home]
        self.client = self.home.clients.get(event.client) if event.client else None
        self.door = self.home.doors.get(event.door) if event.door else None

    def case(self, client: ClientFacts | None = None, **more: Any) -> Case:
        home = self.home
        if client is not None and home.clients.get(client.client) is not client:
            home = next(h for h in self.homes.values() if h.clients.get(client.client) is client)
        about = more.pop("about", self.event.about)
        more.setdefault("organisation", self.event.organisation)
        return Case(
            self.homes, home, self.event.day, client=client, about=about, since=self.event.since, **more
        )

    def at_the_door(self) -> list[ClientFacts]:
        """The event's client first, then the other own clients behind the door."""
        if self.door is None:
            return [self.client] if self.client else []
        behind = door_state.own_clients_behind(self.door, self.homes)
        if self.client is None:
            return behind
        return [self.client, *(c for c in behind if c is not self.client)]


def _per_home(t: EventContext) -> Iterator[Case]:
    yield t.case()


def _per_account(t: EventContext) -> Iterator[Case]:
    if t.event.about.get("account"):
        yield t.case()


def _per_client(t: EventContext) -> Iterator[Case]:
    if t.client:
        yield t.case(t.client, door=t.door)


def _per_client_behind_door(t: EventContext) -> Iterator[Case]:
    for client in t.at_the_door():
        if client is t.client or client_state.needs_the_door(client, t.event.day):
            yield t.case(client, door=t.door)


def _per_provider(t: EventContext) -> Iterator[Case]:
    for client in _served(t):
        own = (
            [t.event.organisation] if t.event.organisation else client_state.providers_of(client, t.event.day)
        )
        for organisation in dict.fromkeys([*own, *_had_by(t)]):
            yield t.case(client, organisation=organisation, door=t.door if t.client else None)


def _served(t: EventContext) -> list[ClientFacts]:
    """The client, else those at the door or in the home; of a key, an own client of its organisation there (P5)."""
    if t.client is None:
        return t.at_the_door() if t.door else [c for c in t.home.clients.values() if c.own]
    if t.door is None:
        return [t.client]
    in_the_home = [t.client, *t.home.clients.values()]
    theirs = (
        c for c in in_the_home if c.own and t.event.organisation in client_state.providers_of(c, t.event.day)
    )
    return [next(theirs, t.client)]


def _had_by(t: EventContext) -> list[UUID]:
    """The provider that a thing goes from, or that has had it since before the take-over: it concerns that one, too."""
    ends = (t.event.about.get("from"), t.event.about.get("holder"))
    return [UUID(end["id"]) for end in ends if isinstance(end, dict) and end.get("kind") == "organisation"]


def _per_provider_and_home(t: EventContext) -> Iterator[Case]:
    """The home, others behind the same doors, and the one to which the client is to move: wherever keys are held.

    It is in the name of who left the key. Where the event is no provider's, it is of all that hold keys from the home.
    """
    yield from _per_provider(t)
    if t.event.organisation is None:
        for key in things.keys_from(t.home):
            yield t.case(t.home.clients[key.client], organisation=key.organisation)
        return
    behind = [home for door in t.home.doors.values() for home in door_state.homes_behind(door, t.homes)]
    for home in (*behind, *_homes(t)):
        for key in things.keys_of(home, t.event.organisation):
            if home is not t.home:
                yield t.case(home.clients[key.client])


def _per_provider_and_month(t: EventContext) -> Iterator[Case]:
    if t.client and t.event.organisation:
        yield t.case(t.client)


def _per_ending_provider(t: EventContext) -> Iterator[Case]:
    if t.client:
        for organisation in client_state.providers_to_the_end(t.client, t.event.about.get("service")):
            yield t.case(t.client, organisation=organisation)


def _per_last_provider(t: EventContext) -> Iterator[Case]:
    if t.client:
        for organisation in client_state.providers_to_the_end(t.client):
            yield t.case(t.client, organisation=organisation)


def _per_provider_with_tag(t: EventContext) -> Iterator[Case]:
    for client in t.at_the_door():
        for organisation in dict.fromkeys(client.tags.values()):
            if t.door is not None or t.event.organisation in (None, organisation):
                yield t.case(client, organisation=organisation)


def _per_door(t: EventContext) -> Iterator[Case]:
    for home in [t.home] if t.door else _homes(t):
        named = home.clients.get(t.client.client) if t.client else None
        for door in [t.door] if t.door else list(home.doors.values()):
            behind = door_state.own_clients_behind(door, t.homes)
            if not any(client_state.needs_the_door(c, t.event.day) for c in behind):
                behind += door_state.others_behind(door, t.homes)  # whose lock it then is (O1)
            first = [named] if named else []
            for client in first + [c for c in behind if c is not named]:
                yield t.case(client, door=door)


def _homes(t: EventContext) -> list[HomeFacts]:
    """The home, and the one to which the client is to move: what is asked of the doors is asked there too."""
    ahead = t.homes.get(t.client.moving_to) if t.client is not None and t.client.moving_to else None
    return [t.home] if ahead is None else [t.home, ahead]


def _per_client_and_lock(t: EventContext) -> Iterator[Case]:
    for door in [t.door] if t.door else list(t.home.doors.values()):
        if door.lock is not None:
            for client in t.at_the_door():
                yield t.case(client, door=door, about={**t.event.about, "lock": str(door.lock)})


def _per_link(t: EventContext) -> Iterator[Case]:
    """The link that it is about; with a door, links to a lock that hangs there no more; without, links at the doors.

    A door that begins to serve another home has others behind it: it is asked of the links at it, too.
    """
    lock = uid_in(t.event.about, "lock")
    doors = {t.door.door: t.door} if t.door else t.home.doors
    behind = [home for door in doors.values() for home in door_state.homes_behind(door, t.homes)]
    others = [c for home in behind for c in home.clients.values()]
    for client in {c.client: c for c in (*t.at_the_door(), *others)}.values():
        for link_id, link in client.links.items():
            is_named = str(link_id) == t.event.about.get("link")
            is_stale = t.door is not None and link.door == t.door.door and link.lock != t.door.lock
            all_at_it = t.door is None or t.event.name == "door.registered"
            is_here = all_at_it and link.door in doors and lock in (None, link.lock)
            if is_named or is_stale or is_here:
                door = t.home.doors.get(link.door)
                yield t.case(
                    client, door=door, about={**t.event.about, "link": str(link_id), "lock": str(link.lock)}
                )


PER: dict[str, Callable[[EventContext], Iterator[Case]]] = {
    "home": _per_home,
    "account": _per_account,
    "client": _per_client,
    "decision": _per_client,
    "ending": _per_client,
    "gap": _per_client,
    "order": _per_client,
    "tag": _per_client,
    "key": _per_client,
    "client_behind_door": _per_client_behind_door,
    "provider": _per_provider,
    "provider_and_home": _per_provider_and_home,
    "provider_and_month": _per_provider_and_month,
    "basis_form": _per_client,
    "ending_provider": _per_ending_provider,
    "last_provider": _per_last_provider,
    "provider_with_tag": _per_provider_with_tag,
    "door": _per_door,
    "client_and_lock": _per_client_and_lock,
    "link": _per_link,
}

ABOUT_NO_CLIENT = ("home", "account")
"""Of these a case names no client."""

# The fields that identify a duty of an ask. `through` separates one ending, or gap, from the next; a provider
# has a duty in each home of a client who moves: old keys go back while new ones are collected.
SAME: dict[str, tuple[str, ...]] = {
    "home": ("home",),
    "account": ("account",),
    "client": ("client",),
    "decision": ("client", "decision"),
    "ending": ("client", "decision", "through"),
    "gap": ("client", "service", "provider", "through"),
    "order": ("order",),
    "tag": ("client", "tag"),
    "key": ("client", "key"),
    "client_behind_door": ("client", "door"),
    "provider": ("home", "client", "organisation", "former"),
    "provider_and_home": ("home", "organisation"),
    "provider_and_month": ("client", "organisation", "month"),
    "basis_form": ("form",),
    "ending_provider": ("home", "client", "organisation"),
    "last_provider": ("home", "client", "organisation"),
    "provider_with_tag": ("home", "client", "organisation"),
    "door": ("door",),
    "client_and_lock": ("client", "lock"),
    "link": ("link",),
}
_OWN_FIELDS = ("home", "client", "door", "organisation")


def cases(per: str, event: EventContext) -> Iterator[Case]:
    """The cases of an event, one for each duty it may open."""
    return PER[per](event)


def identity(per: str, thing: OpenDuty | PlannedDuty) -> tuple[Any, ...]:
    """What makes two duties of an ask the same: two open duties never share it."""
    return tuple(_own_field(thing, f) if f in _OWN_FIELDS else thing.about.get(f) for f in SAME[per])


def concerns(per: str, event: RoutineEvent, duty: OpenDuty | PlannedDuty) -> bool:
    """Is the event about the same subject as the duty? Fields that either lacks are ignored."""
    for field in SAME[per]:
        theirs = getattr(event, field) if field in _OWN_FIELDS else event.about.get(field)
        mine = _own_field(duty, field) if field in _OWN_FIELDS else duty.about.get(field)
        if theirs is not None and mine is not None and theirs != mine:
            return False
    return True


def _own_field(thing: OpenDuty | PlannedDuty, field: str) -> Any:
    """What a closed organisation has left to the administrator is still that organisation's, and of its clients."""
    value = getattr(thing, field)
    return uid_in(thing.about, "left_by") if value is None and field == "organisation" else value
