# SPDX-License-Identifier: EUPL-1.2
"""The tables as plain rows, read by SQL: the basis of independent checks, which use none of the program's logic.

Days and instants are text as the database writes them, which sorts chronologically; ids are text too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection

T = TypeVar("T")


class SimClient(NamedTuple):
    """A client; `elsewhere` is the municipality that assigned the client."""

    id: str
    home: str
    elsewhere: str
    died: str | None
    protection: str
    first_name: str
    last_name: str
    street: str


class SimHomeDoor(NamedTuple):
    """A door on the way to a home."""

    home: str
    door: str


class SimResidence(NamedTuple):
    """A stay in a home."""

    id: str
    client: str
    home: str
    through: str | None


class SimPlannedMove(NamedTuple):
    """A move that is known beforehand."""

    client: str
    home: str


class SimDecision(NamedTuple):
    """A decision."""

    id: str
    client: str
    service: str
    begins: str
    through: str | None
    withdrawn: bool
    ending: str


class SimAllocation(NamedTuple):
    """An allocation."""

    id: str
    decision: str
    organisation: str
    begins: str
    through: str | None
    withdrawn: bool
    ending: str


class SimAbsence(NamedTuple):
    """An absence: in hospital or away."""

    client: str
    begins: str
    through: str | None


class SimThing(NamedTuple):
    """A lock, a tag or a key."""

    id: str
    kind: str
    number: str


class SimHolding(NamedTuple):
    """A thing's holder from one handover to the next."""

    thing: str
    sequence: int
    kind: str
    holder: str | None
    since: str
    until: str | None


class SimLink(NamedTuple):
    """A link, open or ended."""

    id: str
    lock: str
    client: str
    door: str
    since: str
    until: str | None
    corrects: str | None


class SimOrder(NamedTuple):
    """An order."""

    number: str
    kind: str
    state: str
    client: str
    door: str
    closed: str | None
    lock: str | None
    organisation: str


class SimDuty(NamedTuple):
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


class SimVisit(NamedTuple):
    """A visit."""

    id: str
    client: str
    organisation: str
    arrived: str


_QUERIES: dict[Any, str] = {
    SimClient: "SELECT c.id, c.home_id, c.home_municipality, c.died, c.protection, c.first_name, c.last_name, h.street "
    "FROM people_client c JOIN people_home h ON h.id = c.home_id WHERE c.municipality_id = %s",
    SimHomeDoor: "SELECT home_id, door_id FROM people_homedoor WHERE municipality_id = %s",
    SimResidence: "SELECT id, client_id, home_id, valid_through FROM people_residence WHERE municipality_id = %s",
    SimPlannedMove: "SELECT client_id, home_id FROM people_plannedmove WHERE municipality_id = %s AND outcome = ''",
    SimDecision: "SELECT id, client_id, service, valid_from, valid_through, withdrawn, ending FROM care_decision "
    "WHERE municipality_id = %s",
    SimAllocation: "SELECT id, decision_id, organisation_id, valid_from, valid_through, withdrawn, ending "
    "FROM care_allocation WHERE municipality_id = %s",
    SimAbsence: "SELECT client_id, valid_from, valid_through FROM care_suspension "
    "WHERE municipality_id = %s AND NOT withdrawn",
    SimThing: "SELECT id, kind, number FROM custody_thing WHERE municipality_id = %s",
    SimHolding: "SELECT thing_id, sequence, kind, holder, since, until FROM custody_holding WHERE municipality_id = %s "
    "ORDER BY thing_id, sequence",
    SimLink: "SELECT id, lock_id, client_id, door_id, since, until, corrects_id FROM custody_link "
    "WHERE municipality_id = %s",
    SimOrder: "SELECT number, kind, state, client_id, door_id, closed, lock, organisation_id FROM orders_order "
    "WHERE municipality_id = %s",
    SimDuty: "SELECT id, kind, paragraph, ask, home_id, client_id, door_id, role, organisation_id, about "
    "FROM duties_duty WHERE municipality_id = %s AND state = 'open'",
    SimVisit: "SELECT id, client_id, organisation_id, arrived FROM visits_visit WHERE municipality_id = %s",
}


class Tables:
    """All of a municipality's rows that the rules concern, at one moment."""

    def __init__(self, municipality: str, today: str) -> None:
        self.municipality, self.today = municipality, today
        self.clients = {row.id: row for row in self._rows(SimClient)}
        self.ways = self._rows(SimHomeDoor)
        self.residences = self._rows(SimResidence)
        self.decisions = {row.id: row for row in self._rows(SimDecision)}
        self.allocations = self._rows(SimAllocation)
        self.absences = self._rows(SimAbsence)
        self.things = {row.id: row for row in self._rows(SimThing)}
        self.holdings = self._rows(SimHolding)
        self.links = self._rows(SimLink)
        self.orders = self._rows(SimOrder)
        self.duties = self._rows(SimDuty)
        self.visits = self._rows(SimVisit)

    def _rows(self, kind: Callable[..., T]) -> list[T]:
        with connection.cursor() as cursor:
            cursor.execute(_QUERIES[kind], [self.municipality])
            return [kind(*map(_text, row)) for row in cursor.fetchall()]

    @cached_property
    def orgnrs(self) -> dict[str, str]:
        """The organisations' numbers by id."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, orgnr FROM people_organisation WHERE municipality_id = %s", [self.municipality]
            )
            return {_text(identifier): orgnr for identifier, orgnr in cursor.fetchall()}

    @cached_property
    def allocations_of(self) -> dict[str, list[SimAllocation]]:
        """The allocations of each decision that have not been withdrawn."""
        allocations: dict[str, list[SimAllocation]] = {}
        for allocation in self.allocations:
            if not allocation.withdrawn:
                allocations.setdefault(allocation.decision, []).append(allocation)
        return allocations

    @cached_property
    def corrected_doors(self) -> set[str]:
        """The doors where a report of what hangs there has been corrected (rule 10)."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT body FROM journal_line WHERE municipality = %s AND event IN ('lock.corrected', "
                "'report.taken_back')",
                [self.municipality],
            )
            return {UUID(json.loads(body)["door"]).hex for (body,) in cursor.fetchall()}

    @cached_property
    def want_no_lock(self) -> set[str]:
        """The clients who, as the assessor has confirmed, want no lock (rule 1); here the facts are believed."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT state FROM duties_homestate WHERE municipality_id = %s", [self.municipality]
            )
            homes = [json.loads(state)["facts"] for (state,) in cursor.fetchall()]
        clients = [client for home in homes for client in home.get("clients", {}).values()]
        return {UUID(c["client"]).hex for c in clients if c.get("unwanted") and not c.get("moved_to")}

    @cached_property
    def doors_of(self) -> dict[str, set[str]]:
        """The doors on the way to each home."""
        doors: dict[str, set[str]] = {}
        for way in self.ways:
            doors.setdefault(way.home, set()).add(way.door)
        return doors

    @cached_property
    def behind(self) -> dict[str, list[SimClient]]:
        """The municipality's own clients behind each door."""
        clients: dict[str, list[SimClient]] = {}
        for client in self.clients.values():
            for door in self.doors_of.get(client.home, ()) if self.is_own(client) else ():
                clients.setdefault(door, []).append(client)
        return clients

    @cached_property
    def coming_behind(self) -> dict[str, list[SimClient]]:
        """The municipality's own clients who are to move in behind each door."""
        clients: dict[str, list[SimClient]] = {}
        for move in self._rows(SimPlannedMove):
            client = self.clients[move.client]
            for door in self.doors_of.get(move.home, ()) if self.is_own(client) else ():
                clients.setdefault(door, []).append(client)
        return clients

    @cached_property
    def standing_decisions(self) -> dict[str, list[SimDecision]]:
        """The decisions of each client that have not been withdrawn."""
        decisions: dict[str, list[SimDecision]] = {}
        for decision in self.decisions.values():
            if not decision.withdrawn:
                decisions.setdefault(decision.client, []).append(decision)
        return decisions

    def is_own(self, client: SimClient) -> bool:
        """Is the client the municipality's own?"""
        return client.elsewhere == self.municipality

    def in_care(self, client: SimClient, day: str) -> list[SimDecision]:
        """Returns the client's decisions that cover this day or a later one; dead clients have none."""
        if client.died is not None and client.died < day:
            return []
        return [
            d for d in self.standing_decisions.get(client.id, ()) if d.through is None or d.through >= day
        ]

    def phone_clients_of(self, organisation: str, day: str) -> set[str]:
        """Returns the clients that the organisation's phones must show on the day (rule 4), row by row."""
        clients = set()
        for allocation in self.allocations:
            decision = self.decisions[allocation.decision]
            client = self.clients[decision.client]
            withdrawn = allocation.withdrawn or decision.withdrawn
            if allocation.organisation != organisation or withdrawn or not self.is_own(client):
                continue
            covers = all(
                period.begins <= day and (period.through is None or day <= period.through)
                for period in (allocation, decision)
            )
            if covers and (client.died is None or day < client.died) and not self._is_away(client, day):
                clients.add(client.id)
        return clients

    def _is_away(self, client: SimClient, day: str) -> bool:
        return any(
            absence.client == client.id and absence.begins <= day <= (absence.through or day)
            for absence in self.absences
        )


def _text(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value if value is None or isinstance(value, int) else str(value)
