# SPDX-License-Identifier: EUPL-1.2
"""Locks, tags and keys: where each is now, as far as the viewer has to do with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from troskel.custody.models import HolderKind, Holding, Link, Thing, ThingKind
from troskel.orders.models import Order, OrderState
from troskel.people.models import Client, HomeDoor, Organisation
from troskel.people.roles import Actor, Role
from troskel.permits.sight import EVERYBODY
from troskel.reading.base import note, seen, seen_in_all
from troskel.reading.paging import Asked, Page, Row, rows_of


class ListedThing(msgspec.Struct, frozen=True):
    """A thing and its holder: an organisation by its number, a client by the case, a door by its id.

    `clients`: in a list, who is linked to the lock, or lives behind the door of the key; those whom the viewer sees.
    """

    number: str
    kind: str
    opens: UUID | None
    held_by: str
    organisation: str | None
    case: str | None
    door: UUID | None
    since: datetime
    clients: list[str] = []


THING = (
    "id",
    "thing_id",
    "thing__number",
    "thing__kind",
    "thing__door_id",
    "kind",
    "holder",
    "orgnr",
    "case",
    "since",
)


class Stock(NamedTuple):
    """How many things lie with an organisation, by its number."""

    organisation: str
    things: int


def things(
    viewer: Actor,
    kind: str,
    asked: Asked,
    *,
    where: str = "",
    organisation: str = "",
    by: Literal["id", "thing__number"] = "id",
) -> Page[ListedThing]:
    """The locks, tags or keys that the viewer has to do with: everywhere, or where one kind of holder has them."""
    # the thing's own kind is named too: by it the things lie in the order of their numbers
    its_own = Q(thing__municipality=viewer.municipality, thing__kind=kind)
    rows = Holding.objects.filter(
        _theirs(viewer, kind), its_own, municipality=viewer.municipality, thing_kind=kind, until=None
    )
    if where:
        rows = rows.filter(kind=where)
    if organisation:
        held_by = Organisation.objects.filter(municipality=viewer.municipality, orgnr=organisation)
        rows = rows.filter(kind=HolderKind.ORGANISATION, holder__in=held_by.values("pk"))
    found, following = rows_of(with_holder(rows), asked, by)
    clients = _clients_of(viewer, kind, found)
    shown = {row["holder"] for row in found if row["kind"] == "client"}
    shown.update(client for each in clients.values() for client, _ in each)
    what = f"{kind}.exported" if asked.export else f"{kind}.listed"
    note(
        viewer, what, ids=shown, limit=asked.limit, after=asked.after, where=where, organisation=organisation
    )
    return Page(
        [thing(row, [case for _, case in clients.get(row["id"], [])]) for row in found],
        following,
    )


def _clients_of(viewer: Actor, kind: str, found: list[Row]) -> dict[UUID, list[tuple[UUID, str]]]:
    """By holding: the ids and cases of those linked to the lock, or behind the key's door. One query, for tags none."""
    if kind == ThingKind.TAG:
        return {}
    by_lock = kind == ThingKind.LOCK
    place = "thing_id" if by_lock else "thing__door_id"
    places = {row[place] for row in found}
    named: QuerySet[Any, Any]
    if by_lock:
        linked = Exists(seen(viewer).filter(pk=OuterRef("client")))
        links = Link.objects.filter(linked, lock__in=places, until=None)
        named = links.values_list("lock_id", "client_id", "client__case_number")
    else:
        behind = Exists(seen(viewer).filter(pk=OuterRef("home__clients")))
        ways = HomeDoor.objects.filter(behind, door__in=places)
        named = ways.values_list("door_id", "home__clients", "home__clients__case_number")
    clients: dict[UUID, list[tuple[UUID, str]]] = {}
    for where, client, case in named.order_by("id"):
        clients.setdefault(where, []).append((client, case))
    return {row["id"]: clients.get(row[place], []) for row in found}


def stock(viewer: Actor, kind: str) -> list[Stock]:
    """How many locks or tags lie in stock: with each, for the office; others have their own. No client is read."""
    rows = Holding.objects.filter(
        municipality=viewer.municipality, thing_kind=kind, kind=HolderKind.ORGANISATION, until=None
    )
    if viewer.role not in EVERYBODY:
        rows = rows.filter(holder=viewer.organisation)
    counted = dict(rows.values_list("holder").annotate(count=Count("pk")).order_by("holder"))
    named = Organisation.objects.filter(pk__in=counted).values_list("pk", "orgnr")
    return [Stock(orgnr, counted[pk]) for pk, orgnr in named.order_by("orgnr")]


def things_about(viewer: Actor, client: UUID, doors: list[UUID]) -> list[ListedThing]:
    """What a client holds, what is at the client's doors, and the keys to them. One query."""
    about = Q(kind="client", holder=client) | Q(kind="door", holder__in=doors)
    keys = Q(thing__door__in=doors)
    if viewer.role not in EVERYBODY:
        keys &= Q(kind="organisation", holder=viewer.organisation)
    rows = Holding.objects.filter(about | keys, municipality=viewer.municipality, until=None)
    return [thing(row) for row in with_holder(rows).order_by("thing__kind", "thing__number")]


def thing(row: Row, clients: list[str] | None = None) -> ListedThing:
    """A thing as a list shows it."""
    return ListedThing(
        number=row["thing__number"],
        kind=row["thing__kind"],
        opens=row["thing__door_id"],
        held_by=row["kind"],
        organisation=row["orgnr"],
        case=row["case"],
        door=row["holder"] if row["kind"] == "door" else None,
        since=row["since"],
        clients=clients or [],
    )


def numbered(municipality: str, number: str) -> QuerySet[Thing]:
    """The things of this number, whatever they are, in whichever case it is written."""
    written = {number, number.upper(), number.lower()}
    return Thing.objects.filter(municipality=municipality, kind__in=ThingKind.values, number__in=written)


def with_holder(rows: QuerySet[Holding]) -> QuerySet[Holding, Row]:
    """Holdings as `thing` takes them."""
    organisation = Organisation.objects.filter(pk=OuterRef("holder")).values("orgnr")
    client = Client.objects.filter(pk=OuterRef("holder")).values("case_number")
    return rows.annotate(orgnr=Subquery(organisation), case=Subquery(client)).values(*THING)


def _theirs(viewer: Actor, kind: str) -> Q:
    """Each way to have to do with a thing is looked up by itself: together they would be sought among all there are."""
    if viewer.role in EVERYBODY:
        return Q()
    now = Holding.objects.filter(municipality=viewer.municipality, thing_kind=kind, until=None)
    ways = [now.filter(kind=HolderKind.ORGANISATION, holder=viewer.organisation)]
    if viewer.role is Role.LOCKSMITH:
        ways.append(now.filter(kind=HolderKind.DOOR, holder__in=_open_orders(viewer).values("door_id")))
    else:
        clients = seen_in_all(viewer)
        doors = HomeDoor.objects.filter(home__clients__in=clients)
        ways.append(now.filter(kind=HolderKind.CLIENT, holder__in=clients.values("pk")))
        ways.append(now.filter(kind=HolderKind.DOOR, holder__in=doors.values("door_id")))
    first, *others = (rows.values("pk") for rows in ways)
    return Q(pk__in=first.union(*others))


def is_theirs(viewer: Actor) -> Q:
    """The same for one thing that is at hand already: asked of it, and not among all."""
    if viewer.role in EVERYBODY:
        return Q()
    own = Q(kind=HolderKind.ORGANISATION, holder=viewer.organisation)
    if viewer.role is Role.LOCKSMITH:
        return own | Q(Exists(_open_orders(viewer).filter(door=OuterRef("holder"))), kind=HolderKind.DOOR)
    with_client = Exists(seen(viewer).filter(pk=OuterRef("holder")))
    at_their_door = Exists(seen(viewer).filter(home__ways__door=OuterRef("holder")))
    return own | Q(with_client, kind=HolderKind.CLIENT) | Q(at_their_door, kind=HolderKind.DOOR)


def _open_orders(viewer: Actor) -> QuerySet[Order]:
    return Order.objects.filter(
        locksmith=viewer.organisation, state__in=[OrderState.PLACED, OrderState.BOOKED]
    )
