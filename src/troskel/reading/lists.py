# SPDX-License-Identifier: EUPL-1.2
"""Lists of care, orders and links, by case number: screens put names to them. A page is one recorded read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from troskel.care.models import Allocation, Decision
from troskel.custody.models import Link
from troskel.orders.models import Booking, Order, OrderState
from troskel.people.models import Organisation
from troskel.people.roles import CARE_ROLES, CLIENT_ROLES, EVERY_ROLE, PROVIDER_ROLES, Actor, Role
from troskel.reading.base import about_clients, between, clients_within_reach, note
from troskel.reading.care_today import ListedCare, care_of, has_care, locks_of
from troskel.reading.care_today import own_allocations as own_allocations
from troskel.reading.caseloads import Caseload, clients_of
from troskel.reading.paging import Page, PageRequest, Row, page, rows_of
from troskel.reading.register import read


class ListedClient(msgspec.Struct, frozen=True):
    """A client without name. `care`: today's, as far as the viewer may know; `locks`: linked now."""

    case: str
    reference: str
    own: bool
    protected: bool
    died: date | None
    care: list[ListedCare]
    locks: list[str]


class ListedAllocation(msgspec.Struct, frozen=True):
    """The organisation that carries a decision out, and its period."""

    reference: str
    organisation: str
    valid_from: date
    valid_through: date | None
    withdrawn: bool


class ListedDecision(msgspec.Struct, frozen=True):
    """A decision with the allocations that the viewer may know of."""

    reference: str
    case: str
    service: str
    valid_from: date
    valid_through: date | None
    replaces: str
    ending: str
    withdrawn: bool
    allocations: list[ListedAllocation]


class ListedOrder(msgspec.Struct, frozen=True):
    """An order of an installation, a removal or a repair; `booked`: when the locksmith comes."""

    number: str
    kind: str
    state: str
    case: str
    door: UUID
    organisation: str
    locksmith: str
    placed: datetime
    closed: datetime | None
    reason: str
    booked: datetime | None


class ListedLink(msgspec.Struct, frozen=True):
    """A link between a client and a lock."""

    id: UUID
    case: str
    lock: str
    door: UUID
    since: datetime
    until: datetime | None


class ListedOrganisation(msgspec.Struct, frozen=True):
    """An organisation of the municipality."""

    orgnr: str
    name: str
    email: str
    kind: str


CLIENT_COLUMNS = ("id", "case_number", "reference", "home_municipality", "protection", "died")
CLIENT_STATES = ("in_care", "without_care", "elsewhere", "protected", "dead")


@read(who=CLIENT_ROLES - {Role.RESPONDER}, title="The clients that you may see, by case number; no names")
def clients(
    viewer: Actor,
    page_request: PageRequest,
    *,
    state: str = "",
    service: str = "",
    provider: str = "",
    caseload: Caseload | None = None,
) -> Page[ListedClient]:
    """Clients in the viewer's sight, optionally of one state, or with one service or provider today."""
    theirs = clients_of(viewer, caseload)
    rows = clients_within_reach(viewer).filter(theirs, _clients_of(viewer, state, service, provider))
    page_rows, next_cursor = rows_of(rows.values(*CLIENT_COLUMNS), page_request)
    ids = [row["id"] for row in page_rows]
    filters = {"state": state, "service": service, "provider": provider}
    whose = {"whose": caseload.chosen if caseload else ""}
    _note(viewer, "clients.listed", page_request, ids, **filters, **whose)
    care_by_client, locks = care_of(viewer, ids), locks_of(ids)
    items = [
        _client(row, viewer.municipality, care_by_client.get(row["id"], []), locks.get(row["id"], []))
        for row in page_rows
    ]
    return Page(items, next_cursor)


def _client(row: Row, municipality: str, care: list[ListedCare], locks: list[str]) -> ListedClient:
    own, protected = row["home_municipality"] == municipality, bool(row["protection"])
    return ListedClient(row["case_number"], row["reference"], own, protected, row["died"], care, locks)


def _clients_of(viewer: Actor, state: str, service: str, provider: str) -> Q:
    if state == "without_care":
        return ~has_care(viewer, service, provider)
    condition = has_care(viewer, service, provider) if state == "in_care" or service or provider else Q()
    if state == "elsewhere":
        return condition & ~Q(home_municipality=viewer.municipality)
    if state == "protected":
        return condition & ~Q(protection="")
    return condition & Q(died__isnull=False) if state == "dead" else condition


def own_decisions(viewer: Actor) -> Q:
    """The condition on decisions that the viewer may know of: those allocated to the provider, or all."""
    if viewer.role not in PROVIDER_ROLES:
        return Q()
    allocations = Allocation.objects.filter(
        decision=OuterRef("pk"), organisation=viewer.organisation, withdrawn=False
    )
    return Q(Exists(allocations))


@read(who=CARE_ROLES | {Role.ECONOMIST}, title="Decisions, with their allocations")
def decisions(viewer: Actor, page_request: PageRequest, client: str = "") -> Page[ListedDecision]:
    """Decisions about clients in the viewer's sight."""
    rows = Decision.objects.filter(own_decisions(viewer), about_clients(viewer, client))
    page_rows, next_cursor = rows_of(rows.values(*DECISION_COLUMNS), page_request)
    allocations = allocations_of(viewer, [row["id"] for row in page_rows])
    _note(viewer, "decisions.listed", page_request, _client_ids(page_rows), case=client)
    return Page([decision(row, allocations) for row in page_rows], next_cursor)


DECISION_COLUMNS = ("id", "client_id", "client__case_number", "reference", "service", "valid_from", "valid_through",
                    "replaces", "ending", "withdrawn")  # fmt: skip


def decision(row: Row, allocations: dict[UUID, list[ListedAllocation]]) -> ListedDecision:
    """A list item of a decision; `allocations` by decision id."""
    fields = {name: row[name] for name in DECISION_COLUMNS if name in ListedDecision.__struct_fields__}
    return ListedDecision(
        case=row["client__case_number"], allocations=allocations.get(row["id"], []), **fields
    )


def allocations_of(viewer: Actor, decisions: list[UUID]) -> dict[UUID, list[ListedAllocation]]:
    """The allocations of these decisions that the viewer may know of, by decision id. One query."""
    rows = Allocation.objects.filter(own_allocations(viewer), decision__in=decisions).order_by(
        "valid_from", "id"
    )
    values = rows.values_list(
        "decision_id", "reference", "organisation__orgnr", "valid_from", "valid_through", "withdrawn"
    )
    allocations: dict[UUID, list[ListedAllocation]] = {}
    for row in values:
        allocations.setdefault(row[0], []).append(ListedAllocation(*row[1:]))
    return allocations


def own_orders(viewer: Actor) -> Q:
    """The condition on orders that the viewer may know of: a locksmith's own, a provider's own, or all."""
    if viewer.role is Role.LOCKSMITH:
        return Q(locksmith=viewer.organisation)
    return own_allocations(viewer)


ORDER_COLUMNS = ("id", "client_id", "number", "kind", "state", "client__case_number", "door_id", "organisation__orgnr",
                 "locksmith__orgnr", "placed", "closed", "reason", "booked")  # fmt: skip


@read(who=CARE_ROLES | {Role.LOCKSMITH}, title="Orders of installation and removal")
def orders(
    viewer: Actor,
    page_request: PageRequest,
    client: str = "",
    state: str = "",
    *,
    kind: str = "",
    provider: str = "",
    locksmith: str = "",
    first: date | None = None,
    last: date | None = None,
) -> Page[ListedOrder]:
    """Orders about clients in the viewer's sight, placed from `first` to `last`."""
    about = about_clients(viewer, client) & between("placed", first, last) & own_orders(viewer)
    rows = Order.objects.filter(about)
    if state == "open":
        rows = rows.filter(state__in=[OrderState.PLACED, OrderState.BOOKED])
    elif state:
        rows = rows.filter(state=state)
    filters = {"kind": kind, "organisation__orgnr": provider, "locksmith__orgnr": locksmith}
    rows = rows.filter(**{field: value for field, value in filters.items() if value})
    page_rows, next_cursor = rows_of(order_rows(rows), page_request)
    others = {"kind": kind, "provider": provider, "locksmith": locksmith, "first": first, "last": last}
    _note(viewer, "orders.listed", page_request, _client_ids(page_rows), case=client, state=state, **others)
    return Page([order(row) for row in page_rows], next_cursor)


def order_rows(orders: QuerySet[Order]) -> QuerySet[Order, Row]:
    """Rows for `order`."""
    bookings = Booking.objects.filter(order=OuterRef("pk"), order__state=OrderState.BOOKED, outcome="")
    rows: QuerySet[Order, Row] = orders.annotate(booked=Subquery(bookings.values("starts")[:1])).values(
        *ORDER_COLUMNS
    )
    return rows


def order(row: Row) -> ListedOrder:
    """A list item of an order."""
    return ListedOrder(*(row[name] for name in ORDER_COLUMNS[2:]))


LINK_COLUMNS = ("id", "client_id", "client__case_number", "lock__number", "door_id", "since", "until")


@read(who=CARE_ROLES, title="Links between clients and locks, open and ended")
def links(viewer: Actor, page_request: PageRequest, client: str = "", *, state: str = "") -> Page[ListedLink]:
    """Links, open and ended, of clients in the viewer's sight."""
    in_state = Q(until__isnull=state == "open") if state else Q()
    rows = Link.objects.filter(about_clients(viewer, client), in_state)
    page_rows, next_cursor = rows_of(rows.values(*LINK_COLUMNS), page_request)
    _note(viewer, "links.listed", page_request, _client_ids(page_rows), case=client, state=state)
    return Page([link(row) for row in page_rows], next_cursor)


def link(row: Row) -> ListedLink:
    """A list item of a link."""
    return ListedLink(row["id"], *(row[name] for name in LINK_COLUMNS[2:]))


@read(who=EVERY_ROLE, title="Providers, alarm organisations and locksmiths")
def organisations(viewer: Actor, page_request: PageRequest) -> Page[ListedOrganisation]:
    """The municipality's organisations. No client is read, so nothing is recorded."""
    columns = ("orgnr", "name", "email", "kind")
    rows = Organisation.objects.filter(municipality=viewer.municipality).values("id", *columns)
    return page(rows, page_request, lambda row: ListedOrganisation(*(row[name] for name in columns)))


def _client_ids(rows: Iterable[Row]) -> Iterable[UUID]:
    return (row["client_id"] for row in rows)


def _note(viewer: Actor, event: str, page_request: PageRequest, ids: Iterable[UUID], **filters: Any) -> None:
    """Records one page of a list, or one part of an export. Empty filters are left out."""
    event = event.replace(".listed", ".exported") if page_request.export else event
    set_filters = {name: value for name, value in filters.items() if value}
    note(viewer, event, ids=set(ids), limit=page_request.limit, after=page_request.after, **set_filters)
