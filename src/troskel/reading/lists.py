# SPDX-License-Identifier: EUPL-1.2
"""Lists of care, orders, links and visits: case numbers, never names. Each is one line of reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from troskel.care import queries as care
from troskel.care.models import Allocation, Decision
from troskel.custody.models import Link
from troskel.ground import clock
from troskel.orders.models import Booking, Order, OrderState
from troskel.people.models import Door, Organisation
from troskel.people.roles import PROVIDER_ROLES, Actor, Role
from troskel.reading.base import about_clients, note, seen_in_all
from troskel.reading.paging import Asked, Page, Row, page, rows_of
from troskel.visits.models import Visit


class ListedCare(msgspec.Struct, frozen=True):
    """What is carried out for a client today: which service, by whom, through which day (none: until told)."""

    service: str
    organisation: str
    through: date | None


class ListedClient(msgspec.Struct, frozen=True):
    """A client in a list: no name. `care`: today's, as far as the viewer may know; `locks`: those linked now."""

    case: str
    reference: str
    own: bool
    protected: bool
    died: date | None
    care: list[ListedCare]
    locks: list[str]


class ListedAllocation(msgspec.Struct, frozen=True):
    """Who carries a decision out, and when."""

    reference: str
    organisation: str
    valid_from: date
    valid_through: date | None
    withdrawn: bool


class ListedDecision(msgspec.Struct, frozen=True):
    """A decision, with the allocations that the viewer may know of."""

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
    """An order of an installation, a removal or a repair; `booked`: when the locksmith is to come."""

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
    """A client and a lock that belong together."""

    id: UUID
    case: str
    lock: str
    door: UUID
    since: datetime
    until: datetime | None


class ListedVisit(msgspec.Struct, frozen=True):
    """A visit, and what proves it."""

    id: UUID
    case: str
    organisation: str
    arrived: datetime
    departed: datetime | None
    evidence: str
    reason: str
    open: bool
    departed_evidence: str
    departed_reason: str
    flags: list[str]


class ListedOrganisation(msgspec.Struct, frozen=True):
    """An organisation of the municipality."""

    orgnr: str
    name: str
    email: str
    kind: str


CLIENT = ("id", "case_number", "reference", "home_municipality", "protection", "died")
CLIENT_STATES = ("in_care", "without_care", "elsewhere", "protected", "dead")


def clients(
    viewer: Actor, asked: Asked, *, state: str = "", service: str = "", provider: str = ""
) -> Page[ListedClient]:
    """The clients that the viewer sees; those of a state, a service of today or a provider of today alone, if asked."""
    rows = seen_in_all(viewer).filter(_clients_of(viewer, state, service, provider))
    found, following = rows_of(rows.values(*CLIENT), asked)
    ids = [row["id"] for row in found]
    _note(viewer, "clients.listed", asked, ids, state=state, service=service, provider=provider)
    caring, locks = _care_of(viewer, ids), _locks_of(ids)
    items = [
        _client(row, viewer.municipality, caring.get(row["id"], []), locks.get(row["id"], []))
        for row in found
    ]
    return Page(items, following)


def _client(row: Row, municipality: str, care: list[ListedCare], locks: list[str]) -> ListedClient:
    own, protected = row["home_municipality"] == municipality, bool(row["protection"])
    return ListedClient(row["case_number"], row["reference"], own, protected, row["died"], care, locks)


def _clients_of(viewer: Actor, state: str, service: str, provider: str) -> Q:
    if state == "without_care":
        return ~_cared_for(viewer, service, provider)
    wanted = _cared_for(viewer, service, provider) if state == "in_care" or service or provider else Q()
    if state == "elsewhere":
        return wanted & ~Q(home_municipality=viewer.municipality)
    if state == "protected":
        return wanted & ~Q(protection="")
    return wanted & Q(died__isnull=False) if state == "dead" else wanted


def _cared_for(viewer: Actor, service: str, provider: str) -> Q:
    """Somebody carries this out for the client today. One organisation's clients are found from it, not one by one."""
    rows = _care_today(viewer)
    if service:
        rows = rows.filter(decision__service=service)
    if provider:
        rows = rows.filter(organisation__orgnr=provider)
    if provider or viewer.role in PROVIDER_ROLES:
        return Q(pk__in=rows.values("decision__client"))
    return Q(Exists(rows.filter(decision__client=OuterRef("pk"))))


def _care_today(viewer: Actor) -> QuerySet[Allocation]:
    today = clock.today()
    return Allocation.objects.filter(
        own_allocations(viewer), care.covers(today, today), municipality=viewer.municipality
    )


def _care_of(viewer: Actor, clients: list[UUID]) -> dict[UUID, list[ListedCare]]:
    """What is carried out for these clients today; the locksmith has nothing to do with it. One query."""
    if viewer.role is Role.LOCKSMITH:
        return {}
    rows = _care_today(viewer).filter(decision__client__in=clients).order_by("decision__service", "id")
    found: dict[UUID, list[ListedCare]] = {}
    for client, service, organisation, *ends in rows.values_list(
        "decision__client",
        "decision__service",
        "organisation__orgnr",
        "valid_through",
        "decision__valid_through",
    ):
        through = min((day for day in ends if day), default=None)
        found.setdefault(client, []).append(ListedCare(service, organisation, through))
    return found


def _locks_of(clients: list[UUID]) -> dict[UUID, list[str]]:
    """The locks that these clients are linked to. One query."""
    rows = Link.objects.filter(client__in=clients, until=None).order_by("since", "id")
    found: dict[UUID, list[str]] = {}
    for client, number in rows.values_list("client", "lock__number"):
        found.setdefault(client, []).append(number)
    return found


def own_allocations(viewer: Actor) -> Q:
    """A provider knows of what it is to carry out itself; the municipality of everybody's."""
    return Q(organisation=viewer.organisation) if viewer.role in PROVIDER_ROLES else Q()


def own_decisions(viewer: Actor) -> Q:
    """The decisions behind the allocations that the viewer may know of."""
    if viewer.role not in PROVIDER_ROLES:
        return Q()
    theirs = Allocation.objects.filter(
        decision=OuterRef("pk"), organisation=viewer.organisation, withdrawn=False
    )
    return Q(Exists(theirs))


def decisions(viewer: Actor, asked: Asked, client: str = "") -> Page[ListedDecision]:
    """The decisions about the clients that the viewer sees."""
    rows = Decision.objects.filter(own_decisions(viewer), about_clients(viewer, client))
    found, following = rows_of(rows.values(*DECISION), asked)
    allocated = allocations_of(viewer, [row["id"] for row in found])
    _note(viewer, "decisions.listed", asked, (row["client_id"] for row in found), case=client)
    return Page([decision(row, allocated) for row in found], following)


DECISION = ("id", "client_id", "client__case_number", "reference", "service", "valid_from", "valid_through", "replaces",
            "ending", "withdrawn")  # fmt: skip


def decision(row: Row, allocated: dict[UUID, list[ListedAllocation]]) -> ListedDecision:
    """A decision as a list shows it."""
    shown = {name: row[name] for name in DECISION if name in ListedDecision.__struct_fields__}
    return ListedDecision(case=row["client__case_number"], allocations=allocated.get(row["id"], []), **shown)


def allocations_of(viewer: Actor, found: list[UUID]) -> dict[UUID, list[ListedAllocation]]:
    """The allocations of these decisions that the viewer may know of. One query."""
    rows = Allocation.objects.filter(own_allocations(viewer), decision__in=found).order_by("valid_from", "id")
    named = rows.values_list(
        "decision_id", "reference", "organisation__orgnr", "valid_from", "valid_through", "withdrawn"
    )
    allocated: dict[UUID, list[ListedAllocation]] = {}
    for row in named:
        allocated.setdefault(row[0], []).append(ListedAllocation(*row[1:]))
    return allocated


def their_orders(viewer: Actor) -> Q:
    """The orders that the viewer may know of: a locksmith's own, a provider's own, or all."""
    if viewer.role is Role.LOCKSMITH:
        return Q(locksmith=viewer.organisation)
    return own_allocations(viewer)


ORDER = ("id", "client_id", "number", "kind", "state", "client__case_number", "door_id", "organisation__orgnr",
         "locksmith__orgnr", "placed", "closed", "reason", "booked")  # fmt: skip


def orders(
    viewer: Actor,
    asked: Asked,
    client: str = "",
    state: str = "",
    *,
    kind: str = "",
    provider: str = "",
    locksmith: str = "",
) -> Page[ListedOrder]:
    """The orders about the clients that the viewer sees."""
    rows = Order.objects.filter(their_orders(viewer), about_clients(viewer, client))
    if state == "open":
        rows = rows.filter(state__in=[OrderState.PLACED, OrderState.BOOKED])
    elif state:
        rows = rows.filter(state=state)
    more = {"kind": kind, "organisation__orgnr": provider, "locksmith__orgnr": locksmith}
    rows = rows.filter(**{field: value for field, value in more.items() if value})
    found, following = rows_of(order_rows(rows), asked)
    _note(
        viewer,
        "orders.listed",
        asked,
        (row["client_id"] for row in found),
        case=client,
        state=state,
        kind=kind,
        provider=provider,
        locksmith=locksmith,
    )
    return Page([order(row) for row in found], following)


def order_rows(orders: QuerySet[Order]) -> QuerySet[Order, Row]:
    """Orders as `order` takes them."""
    booked = Booking.objects.filter(order=OuterRef("pk"), order__state=OrderState.BOOKED, outcome="")
    rows: QuerySet[Order, Row] = orders.annotate(booked=Subquery(booked.values("starts")[:1])).values(*ORDER)
    return rows


def order(row: Row) -> ListedOrder:
    """An order as a list shows it."""
    return ListedOrder(*(row[name] for name in ORDER[2:]))


LINK = ("id", "client_id", "client__case_number", "lock__number", "door_id", "since", "until")


def links(viewer: Actor, asked: Asked, client: str = "", *, state: str = "") -> Page[ListedLink]:
    """The links, open and ended, of the clients that the viewer sees."""
    rows = Link.objects.filter(about_clients(viewer, client))
    if state:
        rows = rows.filter(until__isnull=state == "open")
    found, following = rows_of(rows.values(*LINK), asked)
    _note(viewer, "links.listed", asked, (row["client_id"] for row in found), case=client, state=state)
    return Page([link(row) for row in found], following)


def link(row: Row) -> ListedLink:
    """A link as a list shows it."""
    return ListedLink(row["id"], *(row[name] for name in LINK[2:]))


VISIT = ("id", "client_id", "client__case_number", "organisation__orgnr", "arrived", "departed", "evidence", "reason",
         "open", "departed_evidence", "departed_reason", "flags")  # fmt: skip


def visits(
    viewer: Actor, asked: Asked, client: str = "", *, state: str = "", provider: str = "", evidence: str = ""
) -> Page[ListedVisit]:
    """The visits to the clients that the viewer sees; a provider's own alone.

    `state`: under way, ended, or flagged: something about it can't be quite right.
    """
    rows = Visit.objects.filter(own_allocations(viewer), about_clients(viewer, client), _visits_of(state))
    more = {"organisation__orgnr": provider, "evidence": evidence}
    rows = rows.filter(**{field: value for field, value in more.items() if value})
    found, following = rows_of(rows.values(*VISIT), asked)
    _note(
        viewer,
        "visits.listed",
        asked,
        (row["client_id"] for row in found),
        case=client,
        state=state,
        provider=provider,
        evidence=evidence,
    )
    return Page([_visit(row) for row in found], following)


def _visits_of(state: str) -> Q:
    if state == "open":
        return Q(open=True)
    if state == "ended":
        return Q(departed__isnull=False)
    return ~Q(flags="") if state == "flagged" else Q()


def _visit(row: Row) -> ListedVisit:
    told: dict[str, Any] = {
        name: row[name] for name in VISIT if name in ListedVisit.__struct_fields__ and name != "flags"
    }
    return ListedVisit(
        case=row["client__case_number"],
        organisation=row["organisation__orgnr"],
        flags=row["flags"].split(),
        **told,
    )


def organisations(viewer: Actor, asked: Asked) -> Page[ListedOrganisation]:
    """The organisations of the municipality: no client is read, so no line is written."""
    rows = Organisation.objects.filter(municipality=viewer.municipality).values(
        "id", "orgnr", "name", "email", "kind"
    )
    return page(
        rows, asked, lambda row: ListedOrganisation(row["orgnr"], row["name"], row["email"], row["kind"])
    )


def doors_named(viewer: Actor, doors: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """What doors are called: kind and label. No client is read, so no line is written."""
    rows = Door.objects.filter(municipality=viewer.municipality, id__in=doors).order_by("id")
    return {row.id: (row.kind, row.label) for row in rows}


def _note(viewer: Actor, what: str, asked: Asked, ids: Iterable[UUID], **filters: Any) -> None:
    """A line for a page of a list; an export has a line for each part of it. What was not asked for is left out."""
    what = what.replace(".listed", ".exported") if asked.export else what
    told = {name: value for name, value in filters.items() if value}
    note(viewer, what, ids=set(ids), limit=asked.limit, after=asked.after, **told)
