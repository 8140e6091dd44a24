# SPDX-License-Identifier: EUPL-1.2
"""Search by identity number, case number, order, thing, name or address.

Queries are not stored. Results are ids, only of what the viewer may know: a protected client is not found by a name or
an address that the viewer may not see.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from troskel.custody.models import HolderKind, Holding
from troskel.ground.sorting import truncated_sort_key
from troskel.orders.models import Order
from troskel.people import search_terms
from troskel.people.models import Client, Home, HomeDoor, Identifier
from troskel.people.roles import CLIENT_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import entrustments_of
from troskel.reading import lists
from troskel.reading import things as custody
from troskel.reading.base import clients_in_sight, note, remaining
from troskel.reading.client_names import birth_year, current_number
from troskel.reading.discretion import PersonShown, is_address_visible, is_name_visible, visible_person
from troskel.reading.register import read

MAX_CLIENTS = 40
"""Clients per search; a search with more matches is too broad."""
MAX_THINGS = 10
"""Things per search."""


class SearchMatches(msgspec.Struct, frozen=True):
    """Matching ids in display order. `more`: more clients matched."""

    clients: list[UUID] = []
    orders: list[UUID] = []
    things: list[UUID] = []
    more: bool = False


class ClientMatch(msgspec.Struct, frozen=True):
    """A matching client with name, birth year and address, as far as the viewer may know them."""

    case: str
    own: bool
    protected: bool
    died: date | None
    born: int | None
    person: PersonShown | None


class SearchResults(msgspec.Struct, frozen=True):
    """The matches as the viewer may see them now."""

    clients: list[ClientMatch]
    orders: list[lists.ListedOrder]
    things: list[custody.ListedThing]
    more: bool


@read(who=CLIENT_ROLES)
def search(viewer: Actor, question: str) -> SearchMatches:
    """Finds what the viewer may know. At most nine queries, including the recorded read."""
    query = search_terms.parse_search(question)
    things = _things(viewer, query.number) if query.number else []
    in_sight = clients_in_sight(viewer)
    clients = [*_by_numbers(viewer, in_sight, query), *_clients_behind(viewer, things)]
    if query.words and not clients:
        clients = _by_words(viewer, in_sight, query.words)
    orders = _orders(viewer, query.order) if query.order else []
    ids = list(dict.fromkeys(clients))
    matches = SearchMatches(
        ids[:MAX_CLIENTS],
        orders,
        [holding.id for holding in things[:MAX_THINGS]],
        more=len(ids) > MAX_CLIENTS,
    )
    note(viewer, "search.made", ids=matches.clients, found=len(ids) + len(orders) + len(things))
    return matches


@read(who=CLIENT_ROLES)
def results(viewer: Actor, matches: SearchMatches) -> SearchResults:
    """Loads the matches as they are now; those out of the viewer's sight are left out."""
    mine = entrustments_of(viewer).filter(client=OuterRef("pk"))
    rows = clients_in_sight(viewer).select_related("home").filter(id__in=matches.clients)
    annotated = rows.annotate(number=current_number(), entrusted_to_viewer=Exists(mine))
    clients = {row.id: row for row in annotated}
    orders = {
        row["id"]: row for row in lists.order_rows(_visible_orders(viewer).filter(id__in=matches.orders))
    }
    things = {
        row["id"]: row for row in custody.with_holder(_visible_things(viewer).filter(id__in=matches.things))
    }
    note(viewer, "search.shown", ids={*clients, *(row["client_id"] for row in orders.values())})
    return SearchResults(
        [_client(viewer, clients[identifier]) for identifier in matches.clients if identifier in clients],
        [lists.order(orders[identifier]) for identifier in matches.orders if identifier in orders],
        [custody.thing(things[identifier]) for identifier in matches.things if identifier in things],
        matches.more,
    )


def _client(viewer: Actor, row: Any) -> ClientMatch:
    person = visible_person(viewer, row, entrusted=row.entrusted_to_viewer)
    born = birth_year(row.number) if person else None
    return ClientMatch(row.case_number, row.is_own, bool(row.protection), row.died, born, person)


def matching(viewer: Actor, clients: QuerySet[Client], question: str) -> list[UUID]:
    """Returns those of the clients who have this number, or whose name or street begins so."""
    query = search_terms.parse_search(question)
    found = list(_by_numbers(viewer, clients, query))
    return found or (_by_words(viewer, clients, query.words) if query.words else [])


def _by_numbers(viewer: Actor, clients: QuerySet[Client], query: search_terms.SearchTerms) -> Iterable[UUID]:
    """Clients by case number, or by a present or former identity number."""
    if query.case:
        found = _ids(clients.filter(case_number=query.case))
        return found or _ids(clients.filter(case_number=remaining(viewer, query.case)))
    if query.identities:
        identifiers = Identifier.objects.filter(municipality=viewer.municipality, number__in=query.identities)
        return _ids(clients.filter(is_name_visible(viewer), id__in=identifiers.values("client")))
    return []


def _by_words(viewer: Actor, clients: QuerySet[Client], words: str) -> list[UUID]:
    """Clients by the beginning of last name, first name or street; each has its own index."""
    key = truncated_sort_key(words)
    named = clients.filter(is_name_visible(viewer))
    last = _ids(named.filter(**_prefix_range("sort_key", key)).order_by("sort_key", "id"))
    first = _ids(named.filter(**_prefix_range("first_key", key)).order_by("first_key", "id"))
    homes = Home.objects.filter(municipality=viewer.municipality, **_prefix_range("street_key", key))
    residents = clients.filter(is_address_visible(viewer), home__in=homes)
    return [*last, *first, *_ids(residents.order_by("home__street_key", "sort_key", "id"))]


def _prefix_range(field: str, key: str) -> dict[str, str]:
    """Filters for a prefix as a range, which uses an index in both databases."""
    return {f"{field}__gte": key, f"{field}__lt": f"{key}\U0010ffff"}


def _ids(rows: QuerySet[Client]) -> list[UUID]:
    return list(rows.values_list("id", flat=True)[: MAX_CLIENTS + 1])


def _orders(viewer: Actor, number: str) -> list[UUID]:
    return list(_visible_orders(viewer).filter(number=number).values_list("id", flat=True))


def _visible_orders(viewer: Actor) -> QuerySet[Order]:
    mine = Order.objects.filter(lists.own_orders(viewer), municipality=viewer.municipality)
    if viewer.role in PROVIDER_ROLES or viewer.role is Role.LOCKSMITH:
        return mine.filter(Exists(clients_in_sight(viewer).filter(pk=OuterRef("client"))))
    return mine if viewer.role is not Role.ECONOMIST else mine.none()


def _things(viewer: Actor, number: str) -> list[Holding]:
    rows = _visible_things(viewer).filter(thing__in=custody.things_with_number(viewer.municipality, number))
    return list(rows.order_by("thing__kind", "id")[:MAX_THINGS])


def _visible_things(viewer: Actor) -> QuerySet[Holding]:
    """Open holdings of things that concern the viewer; for lookups of single things."""
    rows = Holding.objects.filter(municipality=viewer.municipality, until=None).select_related("thing")
    return rows.none() if viewer.role is Role.ECONOMIST else rows.filter(custody.is_own_holding(viewer))


def _clients_behind(viewer: Actor, things: list[Holding]) -> list[UUID]:
    """Clients who hold these things, or live behind doors where they are or which they open.

    Sorted by case number: names may be hidden, and a place among names would reveal them.
    """
    if not things:
        return []
    doors = {holding.holder for holding in things if holding.kind == HolderKind.DOOR} | {
        holding.thing.door_id for holding in things if holding.thing.door_id
    }
    homes = HomeDoor.objects.filter(municipality=viewer.municipality, door__in=doors).values("home")
    holders = [holding.holder for holding in things if holding.kind == HolderKind.CLIENT]
    return _ids(
        clients_in_sight(viewer).filter(Q(home__in=homes) | Q(id__in=holders)).order_by("case_number")
    )
