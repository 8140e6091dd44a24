# SPDX-License-Identifier: EUPL-1.2
"""The tables as they stand, read plainly: what a checker judges by, who trusts no facts, no acts and no conditions.

Days and instants are text as the database writes them, which sorts as they do; ids are text too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection

T = TypeVar("T")


class Client(NamedTuple):
    """A client; `elsewhere` is the municipality that assigned the client."""

    id: str
    home: str
    elsewhere: str
    died: str | None
    protection: str
    first_name: str
    last_name: str
    street: str


class Way(NamedTuple):
    """A door on the way to a home."""

    home: str
    door: str


class Residence(NamedTuple):
    """A stay in a home."""

    id: str
    client: str
    home: str
    through: str | None


class Decision(NamedTuple):
    """A decision."""

    id: str
    client: str
    service: str
    begins: str
    through: str | None
    withdrawn: bool


class Allocation(NamedTuple):
    """An allocation."""

    id: str
    decision: str
    organisation: str
    begins: str
    through: str | None
    withdrawn: bool


class Thing(NamedTuple):
    """A lock, a tag or a key."""

    id: str
    kind: str
    number: str


class Holding(NamedTuple):
    """From one handover to the next."""

    thing: str
    sequence: int
    kind: str
    holder: str | None
    since: str
    until: str | None


class Link(NamedTuple):
    """A link, open or ended."""

    id: str
    lock: str
    client: str
    door: str
    since: str
    until: str | None
    corrects: str | None


class Order(NamedTuple):
    """An order."""

    number: str
    kind: str
    state: str
    client: str
    door: str
    closed: str | None
    lock: str | None


class Duty(NamedTuple):
    """An open duty or notice."""

    id: str
    kind: str
    paragraph: str
    ask: str
    home: str
    client: str | None
    door: str | None
    role: str
    organisation: str | None
    about: str


class Visit(NamedTuple):
    """A visit."""

    id: str
    client: str
    organisation: str
    arrived: str


_FROM: dict[Any, str] = {
    Client: "SELECT c.id, c.home_id, c.home_municipality, c.died, c.protection, c.first_name, c.last_name, h.street "
    "FROM people_client c JOIN people_home h ON h.id = c.home_id WHERE c.municipality_id = %s",
    Way: "SELECT home_id, door_id FROM people_homedoor WHERE municipality_id = %s",
    Residence: "SELECT id, client_id, home_id, valid_through FROM people_residence WHERE municipality_id = %s",
    Decision: "SELECT id, client_id, service, valid_from, valid_through, withdrawn FROM care_decision "
    "WHERE municipality_id = %s",
    Allocation: "SELECT id, decision_id, organisation_id, valid_from, valid_through, withdrawn FROM care_allocation "
    "WHERE municipality_id = %s",
    Thing: "SELECT id, kind, number FROM custody_thing WHERE municipality_id = %s",
    Holding: "SELECT thing_id, sequence, kind, holder, since, until FROM custody_holding WHERE municipality_id = %s "
    "ORDER BY thing_id, sequence",
    Link: "SELECT id, lock_id, client_id, door_id, since, until, corrects_id FROM custody_link "
    "WHERE municipality_id = %s",
    Order: "SELECT number, kind, state, client_id, door_id, closed, lock FROM orders_order WHERE municipality_id = %s",
    Duty: "SELECT id, kind, paragraph, ask, home_id, client_id, door_id, role, organisation_id, about FROM duties_duty "
    "WHERE municipality_id = %s AND state = 'open'",
    Visit: "SELECT id, client_id, organisation_id, arrived FROM visits_visit WHERE municipality_id = %s",
}


class Tables:
    """All of a municipality's rows that rules speak of, at one moment."""

    def __init__(self, municipality: str, today: str) -> None:
        self.municipality, self.today = municipality, today
        self.clients = {row.id: row for row in self._rows(Client)}
        self.ways = self._rows(Way)
        self.residences = self._rows(Residence)
        self.decisions = {row.id: row for row in self._rows(Decision)}
        self.allocations = self._rows(Allocation)
        self.things = {row.id: row for row in self._rows(Thing)}
        self.holdings = self._rows(Holding)
        self.links = self._rows(Link)
        self.orders = self._rows(Order)
        self.duties = self._rows(Duty)
        self.visits = self._rows(Visit)

    def _rows(self, kind: Callable[..., T]) -> list[T]:
        with connection.cursor() as cursor:
            cursor.execute(_FROM[kind], [self.municipality])
            return [kind(*map(_text, row)) for row in cursor.fetchall()]

    @cached_property
    def doors_of(self) -> dict[str, set[str]]:
        """The doors on the way to each home."""
        found: dict[str, set[str]] = {}
        for way in self.ways:
            found.setdefault(way.home, set()).add(way.door)
        return found

    @cached_property
    def behind(self) -> dict[str, list[Client]]:
        """The municipality's own clients behind each door."""
        found: dict[str, list[Client]] = {}
        for client in self.clients.values():
            for door in self.doors_of.get(client.home, ()) if self.is_own(client) else ():
                found.setdefault(door, []).append(client)
        return found

    @cached_property
    def decided(self) -> dict[str, list[Decision]]:
        """The decisions of each client that have not been taken back."""
        found: dict[str, list[Decision]] = {}
        for decision in self.decisions.values():
            if not decision.withdrawn:
                found.setdefault(decision.client, []).append(decision)
        return found

    def is_own(self, client: Client) -> bool:
        """Is the client the municipality's own?"""
        return client.elsewhere == self.municipality

    def in_care(self, client: Client, day: str) -> list[Decision]:
        """The client's decisions that cover this day or a later one; the dead have none."""
        if client.died is not None and client.died < day:
            return []
        return [d for d in self.decided.get(client.id, ()) if d.through is None or d.through >= day]

    def on_the_phones_of(self, organisation: str, day: str) -> set[str]:
        """Whom the organisation's phones are to show on the day (rule 4), reckoned row by row."""
        found = set()
        for allocation in self.allocations:
            decision = self.decisions[allocation.decision]
            client = self.clients[decision.client]
            withdrawn = allocation.withdrawn or decision.withdrawn
            if allocation.organisation != organisation or withdrawn or not self.is_own(client):
                continue
            covers = all(
                one.begins <= day and (one.through is None or day <= one.through)
                for one in (allocation, decision)
            )
            if covers and (client.died is None or day < client.died):
                found.add(client.id)
        return found


def _text(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value if value is None or isinstance(value, int) else str(value)
