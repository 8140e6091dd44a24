# SPDX-License-Identifier: EUPL-1.2
"""Duties, decisions, allocations and things as they are stored, against what the journal gives when it is replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from troskel.care.models import Allocation, Decision
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.duties import replay
from troskel.ground import clock
from troskel.orders.models import Order, OrderState
from troskel.people.models import Client
from troskel.routine.duty import HomeSnapshot
from troskel.routine.facts import AllocationFacts, ClientFacts, DecisionFacts


def discrepancies(municipality: str, tell: replay.Tell = replay.silent) -> list[str]:
    """Returns how rows and duties differ from the journal. Replays it whole: seconds for 20,000 lines."""
    again = replay.history(municipality, tell=tell)
    wrong = replay.discrepancies(municipality, again)
    clients = _clients(municipality, again.homes)
    wrong += _periods_differ(municipality, clients)
    for name, lived, stored in (
        ("link", _lived_links(again.homes), _stored_links(municipality)),
        ("lock at door", _lived_locks(again.homes), _stored_locks(municipality)),
        ("key", _lived_keys(again.homes), _stored_keys(municipality)),
        ("tag", _lived_tags(clients), _stored_tags(municipality)),
        ("open order", _lived_orders(again.homes), _stored_orders(municipality)),
    ):
        wrong += _differences(name, lived, stored)
    return wrong


def _differences(name: str, lived: Mapping[UUID, Any], stored: Mapping[UUID, Any]) -> Iterator[str]:
    for one in sorted(lived.keys() | stored.keys()):
        if one not in stored:
            yield f"{name} {one} is not stored"
        elif one not in lived:
            yield f"{name} {one} is stored but does not follow"
        elif lived[one] != stored[one]:
            yield f"{name} {one} is stored otherwise than it was lived"


def _clients(municipality: str, homes: Mapping[UUID, HomeSnapshot]) -> list[ClientFacts]:
    """The clients' facts, each in the home where the client lives now."""
    rows = Client.objects.filter(municipality=municipality, merged_into=None).values_list("id", "home")
    there = ((homes.get(home), client) for client, home in rows)
    return [home.facts.clients[client] for home, client in there if home and client in home.facts.clients]


def _periods_differ(municipality: str, clients: list[ClientFacts]) -> Iterator[str]:
    """Decisions and allocations. What is withdrawn keeps its days in its row, and has none left that hold."""
    of_decision = {one: (c.client, d.service, d) for c in clients for one, d in c.decisions.items()}
    of_allocation = {one: (c.client, a.organisation, a) for c in clients for one, a in c.allocations.items()}
    decisions = Decision.objects.filter(municipality=municipality)
    allocations = Allocation.objects.filter(municipality=municipality)
    days = ("withdrawn", "valid_from", "valid_through")
    for name, lived, rows in (
        ("decision", of_decision, decisions.values_list("id", "client", "service", *days)),
        (
            "allocation",
            of_allocation,
            allocations.values_list("id", "decision__client", "organisation", *days),
        ),
    ):
        stored = {one: tuple(rest) for one, *rest in rows}
        told = {
            one: (client, what, *_days(facts, *stored[one][2:])) if one in stored else ()
            for one, (client, what, facts) in lived.items()
        }
        yield from _differences(name, told, stored)


def _days(
    lived: DecisionFacts | AllocationFacts, withdrawn: bool, begins: date, through: date | None
) -> tuple[bool, date, date | None]:
    """What the row should have; where it is rightly withdrawn, the days that it has."""
    last = lived.through
    never_held = last is not None and last < lived.begins  # it ended before it began
    is_over = lived.confirmed and last is not None and last < clock.today()
    if withdrawn and (never_held or is_over) and lived.begins == begins:
        return True, begins, through
    return False, lived.begins, lived.through


def _lived_links(homes: Mapping[UUID, HomeSnapshot]) -> dict[UUID, Any]:
    clients = (client for home in homes.values() for client in home.facts.clients.values())
    return {
        one: (client.client, link.lock, link.door) for client in clients for one, link in client.links.items()
    }


def _stored_links(municipality: str) -> dict[UUID, Any]:
    rows = Link.objects.filter(municipality=municipality, until=None)
    return {one: tuple(rest) for one, *rest in rows.values_list("id", "client", "lock", "door")}


def _lived_locks(homes: Mapping[UUID, HomeSnapshot]) -> dict[UUID, Any]:
    doors = (door for home in homes.values() for door in home.facts.doors.values())
    return {door.door: door.lock for door in doors if door.lock}


def _stored_locks(municipality: str) -> dict[UUID, Any]:
    rows = Holding.objects.filter(municipality=municipality, until=None, kind=HolderKind.DOOR)
    return {door: thing for door, thing in rows.values_list("holder", "thing") if door}


def _lived_keys(homes: Mapping[UUID, HomeSnapshot]) -> dict[UUID, Any]:
    doors = (door for home in homes.values() for door in home.facts.doors.values())
    return {one: key.organisation for door in doors for one, key in door.keys.items()}


def _stored_keys(municipality: str) -> dict[UUID, Any]:
    rows = Holding.objects.filter(municipality=municipality, until=None, kind=HolderKind.ORGANISATION)
    return dict(rows.filter(thing__kind=ThingKind.KEY).values_list("thing", "holder"))


def _lived_tags(clients: list[ClientFacts]) -> dict[UUID, Any]:
    return {tag: facts.client for facts in clients for tag in facts.tags}


def _stored_tags(municipality: str) -> dict[UUID, Any]:
    rows = Holding.objects.filter(municipality=municipality, until=None, kind=HolderKind.CLIENT)
    return dict(rows.filter(thing__kind=ThingKind.TAG).values_list("thing", "holder"))


def _lived_orders(homes: Mapping[UUID, HomeSnapshot]) -> dict[UUID, Any]:
    doors = (door for home in homes.values() for door in home.facts.doors.values())
    return {
        one: (door.door, order.client, order.kind) for door in doors for one, order in door.orders.items()
    }


def _stored_orders(municipality: str) -> dict[UUID, Any]:
    is_open = [OrderState.PLACED, OrderState.BOOKED]
    rows = Order.objects.filter(municipality=municipality, state__in=is_open)
    return {one: tuple(rest) for one, *rest in rows.values_list("id", "door", "client", "kind")}
