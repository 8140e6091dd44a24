# SPDX-License-Identifier: EUPL-1.2
"""Locks, tags and keys that concern the viewer, and who holds each now."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from troskel.custody.models import HolderKind, Holding, Link, Thing, ThingKind
from troskel.ground.spelling import thing_number
from troskel.orders.models import Order, OrderState
from troskel.people.models import Client, HomeDoor, Organisation
from troskel.people.roles import CARE_ROLES, Actor, Role
from troskel.permits.sight import ROLES_SEEING_ALL
from troskel.reading.base import clients_in_sight, clients_within_reach, note
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read


class ListedThing(msgspec.Struct, frozen=True):
    """A thing and its holder: an organisation by its number, a client by case number, a door by its id.

    `clients`: in lists, cases in the viewer's sight that are linked to the lock, or live behind the key's door.
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


THING_COLUMNS = (
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


class Stock(msgspec.Struct, frozen=True):
    """How many things an organisation holds; `organisation` is its number."""

    organisation: str
    things: int


ThingOrder = Literal["id", "thing__number"]


@read(who=CARE_ROLES | {Role.LOCKSMITH}, title="Locks, and where each is")
def locks(
    viewer: Actor,
    page_request: PageRequest,
    *,
    where: str = "",
    organisation: str = "",
    by: ThingOrder = "id",
) -> Page[ListedThing]:
    """Locks that concern the viewer, optionally with one kind of holder (`where`) or one organisation."""
    return _things(viewer, "lock", page_request, where, organisation, by)


@read(who=CARE_ROLES, title="Receipt tags, and who holds each")
def tags(
    viewer: Actor,
    page_request: PageRequest,
    *,
    where: str = "",
    organisation: str = "",
    by: ThingOrder = "id",
) -> Page[ListedThing]:
    """The same for receipt tags."""
    return _things(viewer, "tag", page_request, where, organisation, by)


@read(who=CARE_ROLES, title="Keys, and who holds each")
def keys(
    viewer: Actor,
    page_request: PageRequest,
    *,
    where: str = "",
    organisation: str = "",
    by: ThingOrder = "id",
) -> Page[ListedThing]:
    """The same for keys."""
    return _things(viewer, "key", page_request, where, organisation, by)


THING_LISTS = {"lock": locks, "tag": tags, "key": keys}
"""The list of each kind of thing."""


def _things(
    viewer: Actor, kind: str, page_request: PageRequest, where: str, organisation: str, by: ThingOrder
) -> Page[ListedThing]:
    # the thing's own kind is filtered too: its index is in order of numbers
    is_of_kind = Q(thing__municipality=viewer.municipality, thing__kind=kind)
    rows = Holding.objects.filter(
        own_holdings(viewer, kind), is_of_kind, municipality=viewer.municipality, thing_kind=kind, until=None
    )
    if where:
        rows = rows.filter(kind=where)
    if organisation:
        holders = Organisation.objects.filter(municipality=viewer.municipality, orgnr=organisation)
        rows = rows.filter(kind=HolderKind.ORGANISATION, holder__in=holders.values("pk"))
    page_rows, next_cursor = rows_of(with_holder(rows), page_request, by)
    clients = clients_of(viewer, kind, page_rows)
    client_ids = {row["holder"] for row in page_rows if row["kind"] == "client"}
    client_ids.update(client for pairs in clients.values() for client, _ in pairs)
    event = f"{kind}.exported" if page_request.export else f"{kind}.listed"
    note(
        viewer,
        event,
        ids=client_ids,
        limit=page_request.limit,
        after=page_request.after,
        where=where,
        organisation=organisation,
    )
    return Page(
        [thing(row, [case for _, case in clients.get(row["id"], [])]) for row in page_rows],
        next_cursor,
    )


def clients_of(viewer: Actor, kind: str, page_rows: list[Row]) -> dict[UUID, list[tuple[UUID, str]]]:
    """By holding id: ids and cases of clients linked to the lock, or behind the key's door. No query for tags."""
    if kind == ThingKind.TAG:
        return {}
    by_lock = kind == ThingKind.LOCK
    column = "thing_id" if by_lock else "thing__door_id"
    keys = {row[column] for row in page_rows}
    pairs: QuerySet[Any, Any]
    if by_lock:
        is_visible = Exists(clients_in_sight(viewer).filter(pk=OuterRef("client")))
        links = Link.objects.filter(is_visible, lock__in=keys, until=None)
        pairs = links.values_list("lock_id", "client_id", "client__case_number")
    else:
        is_visible = Exists(clients_in_sight(viewer).filter(pk=OuterRef("home__clients")))
        ways = HomeDoor.objects.filter(is_visible, door__in=keys)
        pairs = ways.values_list("door_id", "home__clients", "home__clients__case_number")
    clients: dict[UUID, list[tuple[UUID, str]]] = {}
    for key, client, case in pairs.order_by("id"):
        clients.setdefault(key, []).append((client, case))
    return {row["id"]: clients.get(row[column], []) for row in page_rows}


@read(who=locks.who)
def stock(viewer: Actor, kind: str) -> list[Stock]:
    """Stock of each organisation, for the office; others see their own. No client is read."""
    rows = Holding.objects.filter(
        municipality=viewer.municipality, thing_kind=kind, kind=HolderKind.ORGANISATION, until=None
    )
    if viewer.role not in ROLES_SEEING_ALL:
        rows = rows.filter(holder=viewer.organisation)
    counts = dict(rows.values_list("holder").annotate(count=Count("pk")).order_by("holder"))
    organisations = Organisation.objects.filter(pk__in=counts).values_list("pk", "orgnr")
    return [Stock(orgnr, counts[pk]) for pk, orgnr in organisations.order_by("orgnr")]


def things_about(viewer: Actor, client: UUID, doors: list[UUID]) -> list[ListedThing]:
    """Things that a client holds, things at the client's doors, and keys to them. One query."""
    about = Q(kind="client", holder=client) | Q(kind="door", holder__in=doors)
    keys = Q(thing__door__in=doors)
    if viewer.role not in ROLES_SEEING_ALL:
        keys &= Q(kind="organisation", holder=viewer.organisation)
    rows = Holding.objects.filter(about | keys, municipality=viewer.municipality, until=None)
    return [thing(row) for row in with_holder(rows).order_by("thing__kind", "thing__number")]


def thing(row: Row, clients: list[str] | None = None) -> ListedThing:
    """A list item of a thing."""
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


def things_with_number(municipality: str, number: str) -> QuerySet[Thing]:
    """Things of any kind with this number, in any spelling."""
    spellings = {number, thing_number(number)}
    return Thing.objects.filter(municipality=municipality, kind__in=ThingKind.values, number__in=spellings)


def with_holder(rows: QuerySet[Holding]) -> QuerySet[Holding, Row]:
    """Rows for `thing`."""
    organisation = Organisation.objects.filter(pk=OuterRef("holder")).values("orgnr")
    client = Client.objects.filter(pk=OuterRef("holder")).values("case_number")
    return rows.annotate(orgnr=Subquery(organisation), case=Subquery(client)).values(*THING_COLUMNS)


def own_holdings(viewer: Actor, kind: str) -> Q:
    """The condition on holdings that concern the viewer, as a union: one OR condition would scan all holdings."""
    if viewer.role in ROLES_SEEING_ALL:
        return Q()
    open_holdings = Holding.objects.filter(municipality=viewer.municipality, thing_kind=kind, until=None)
    ways = [open_holdings.filter(kind=HolderKind.ORGANISATION, holder=viewer.organisation)]
    if viewer.role is Role.LOCKSMITH:
        ways.append(
            open_holdings.filter(kind=HolderKind.DOOR, holder__in=_open_orders(viewer).values("door_id"))
        )
    else:
        clients = clients_within_reach(viewer)
        doors = HomeDoor.objects.filter(home__clients__in=clients)
        ways.append(open_holdings.filter(kind=HolderKind.CLIENT, holder__in=clients.values("pk")))
        ways.append(open_holdings.filter(kind=HolderKind.DOOR, holder__in=doors.values("door_id")))
    first, *others = (rows.values("pk") for rows in ways)
    return Q(pk__in=first.union(*others))


def is_own_holding(viewer: Actor) -> Q:
    """The same condition for a query that already selects single things."""
    if viewer.role in ROLES_SEEING_ALL:
        return Q()
    own = Q(kind=HolderKind.ORGANISATION, holder=viewer.organisation)
    if viewer.role is Role.LOCKSMITH:
        return own | Q(Exists(_open_orders(viewer).filter(door=OuterRef("holder"))), kind=HolderKind.DOOR)
    with_client = Exists(clients_in_sight(viewer).filter(pk=OuterRef("holder")))
    at_their_door = Exists(clients_in_sight(viewer).filter(home__ways__door=OuterRef("holder")))
    return own | Q(with_client, kind=HolderKind.CLIENT) | Q(at_their_door, kind=HolderKind.DOOR)


def _open_orders(viewer: Actor) -> QuerySet[Order]:
    return Order.objects.filter(
        locksmith=viewer.organisation, state__in=[OrderState.PLACED, OrderState.BOOKED]
    )
