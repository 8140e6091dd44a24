# SPDX-License-Identifier: EUPL-1.2
"""One question, answered by what it can be: an identity number, a case, an order, a thing, a name or an address.

The question itself is written nowhere. What it finds are ids, and only of what the viewer may know: a protected client
is found neither by a name nor by an address that the viewer would not be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from troskel.custody.models import HolderKind, Holding
from troskel.ground.sorting import stored_key
from troskel.orders.models import Order
from troskel.people import searching
from troskel.people.models import Client, Home, HomeDoor, Identifier
from troskel.people.roles import PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import entrusted_to
from troskel.reading import client_record as records
from troskel.reading import lists
from troskel.reading import things as custody
from troskel.reading.base import note, seen
from troskel.reading.client_record import PersonShown, person_shown

MOST = 40
"""Clients that one question gives; whoever gets so many has asked for too little."""
FEW = 10
"""Orders, and things, that one question gives."""
WHO = frozenset(role for role in Role if role not in (Role.SYSTEM, Role.MANAGER))
"""The manager sees no client."""


class Found(msgspec.Struct, frozen=True):
    """What a question found: ids, in the order to be shown. `more`: there were more than these."""

    clients: list[UUID] = []
    orders: list[UUID] = []
    things: list[UUID] = []
    more: bool = False


class FoundClient(msgspec.Struct, frozen=True):
    """A client who was found; who and where, as far as the viewer may know."""

    case: str
    own: bool
    protected: bool
    died: date | None
    person: PersonShown | None


class Answer(msgspec.Struct, frozen=True):
    """What was found, as the viewer may see it now."""

    clients: list[FoundClient]
    orders: list[lists.ListedOrder]
    things: list[custody.ListedThing]
    more: bool


def search(viewer: Actor, question: str) -> Found:
    """What the question can be, among what the viewer may know. Nine queries at most, with the line of reads."""
    asked = searching.read(question)
    things = _things(viewer, asked.number) if asked.number else []
    clients = [*_by_numbers(viewer, asked), *_behind(viewer, things)]
    if asked.words and not clients:
        clients = _by_words(viewer, asked.words)
    orders = _orders(viewer, asked.order) if asked.order else []
    ids = list(dict.fromkeys(clients))
    found = Found(ids[:MOST], orders, [held.id for held in things[:FEW]], more=len(ids) > MOST)
    note(viewer, "search.made", ids=found.clients, found=len(ids) + len(orders) + len(things))
    return found


def answer(viewer: Actor, found: Found) -> Answer:
    """What was found, as it stands now. What the viewer no longer may know is left out."""
    mine = entrusted_to(viewer).filter(client=OuterRef("pk"))
    rows = seen(viewer).select_related("home").filter(id__in=found.clients)
    clients = {row.id: row for row in rows.annotate(entrusted_to_viewer=Exists(mine))}
    orders = {row["id"]: row for row in lists.order_rows(_seen_orders(viewer).filter(id__in=found.orders))}
    things = {row["id"]: row for row in custody.with_holder(_seen_things(viewer).filter(id__in=found.things))}
    note(viewer, "search.shown", ids={*clients, *(row["client_id"] for row in orders.values())})
    return Answer(
        [_client(viewer, clients[one]) for one in found.clients if one in clients],
        [lists.order(orders[one]) for one in found.orders if one in orders],
        [custody.thing(things[one]) for one in found.things if one in things],
        found.more,
    )


def _client(viewer: Actor, row: Client) -> FoundClient:
    person = person_shown(viewer, row, entrusted=row.entrusted_to_viewer)  # type: ignore[attr-defined]
    return FoundClient(row.case_number, row.is_own, bool(row.protection), row.died, person)


def _by_numbers(viewer: Actor, asked: searching.Question) -> Iterable[UUID]:
    """By case number; by an identity number that the client has or has had."""
    if asked.case:
        return _ids(seen(viewer).filter(case_number=asked.case))
    if asked.identities:
        has = Identifier.objects.filter(municipality=viewer.municipality, number__in=asked.identities)
        return _ids(seen(viewer).filter(records.is_named(viewer), id__in=has.values("client")))
    return []


def _by_words(viewer: Actor, words: str) -> list[UUID]:
    """By the beginning of the last name, of the first name, or of the street; each from its own index."""
    key = stored_key(words)
    named = seen(viewer).filter(records.is_named(viewer))
    last = _ids(named.filter(**_begins("sort_key", key)).order_by("sort_key", "id"))
    first = _ids(named.filter(**_begins("first_key", key)).order_by("first_key", "id"))
    homes = Home.objects.filter(municipality=viewer.municipality, **_begins("street_key", key))
    lives = seen(viewer).filter(records.is_placed(viewer), home__in=homes)
    return [*last, *first, *_ids(lives.order_by("home__street_key", "sort_key", "id"))]


def _begins(field: str, key: str) -> dict[str, str]:
    """The range of a sort key's beginnings: what an index finds, in either database."""
    return {f"{field}__gte": key, f"{field}__lt": f"{key}\U0010ffff"}


def _ids(rows: QuerySet[Client]) -> list[UUID]:
    return list(rows.values_list("id", flat=True)[: MOST + 1])


def _orders(viewer: Actor, number: str) -> list[UUID]:
    return list(_seen_orders(viewer).filter(number=number).values_list("id", flat=True))


def _seen_orders(viewer: Actor) -> QuerySet[Order]:
    mine = Order.objects.filter(lists.their_orders(viewer), municipality=viewer.municipality)
    if viewer.role in PROVIDER_ROLES or viewer.role is Role.LOCKSMITH:
        return mine.filter(Exists(seen(viewer).filter(pk=OuterRef("client"))))
    return mine if viewer.role is not Role.ECONOMIST else mine.none()


def _things(viewer: Actor, number: str) -> list[Holding]:
    rows = _seen_things(viewer).filter(thing__in=custody.numbered(viewer.municipality, number))
    return list(rows.order_by("thing__kind", "id")[:FEW])


def _seen_things(viewer: Actor) -> QuerySet[Holding]:
    """Where each thing is now, of those that the viewer has to do with; asked one thing at a time."""
    rows = Holding.objects.filter(municipality=viewer.municipality, until=None).select_related("thing")
    return rows.none() if viewer.role is Role.ECONOMIST else rows.filter(custody.is_theirs(viewer))


def _behind(viewer: Actor, things: list[Holding]) -> list[UUID]:
    """The clients who hold these things, or live behind the doors where they are, or which they open.

    By case: some of them may have no name here, and a place among names would tell it.
    """
    if not things:
        return []
    doors = {held.holder for held in things if held.kind == HolderKind.DOOR} | {
        held.thing.door_id for held in things if held.thing.door_id
    }
    homes = HomeDoor.objects.filter(municipality=viewer.municipality, door__in=doors).values("home")
    hold = [held.holder for held in things if held.kind == HolderKind.CLIENT]
    return _ids(seen(viewer).filter(Q(home__in=homes) | Q(id__in=hold)).order_by("case_number"))
