# SPDX-License-Identifier: EUPL-1.2
"""Lists of care, orders, links and visits: case numbers, never names. Each is one line of reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q

from troskel.acts.paging import Asked, Page, Row, page, rows_of
from troskel.acts.viewing import clients_named, note, seen
from troskel.care.models import Allocation, Decision
from troskel.custody.models import Link
from troskel.orders.models import Order, OrderState
from troskel.people.models import Door, Organisation
from troskel.people.roles import PROVIDER_ROLES, Actor, Role
from troskel.visits.models import Visit


class ListedClient(msgspec.Struct, frozen=True):
    """A client in a list: no name."""

    case: str
    reference: str
    own: bool
    protected: bool
    died: date | None


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
    """An order of an installation or a removal."""

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


def clients(viewer: Actor, asked: Asked) -> Page[ListedClient]:
    """The clients that the viewer sees."""
    rows = seen(viewer).values("id", "case_number", "reference", "home_municipality", "protection", "died")
    found, following = rows_of(rows, asked)
    _note(viewer, "clients.listed", asked, (row["id"] for row in found))
    return Page([_client(row, viewer.municipality) for row in found], following)


def _client(row: Row, municipality: str) -> ListedClient:
    own, protected = row["home_municipality"] == municipality, bool(row["protection"])
    return ListedClient(row["case_number"], row["reference"], own, protected, row["died"])


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
    rows = Decision.objects.filter(own_decisions(viewer), client__in=clients_named(viewer, client))
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
         "locksmith__orgnr", "placed", "closed", "reason")  # fmt: skip


def orders(viewer: Actor, asked: Asked, client: str = "", state: str = "") -> Page[ListedOrder]:
    """The orders about the clients that the viewer sees."""
    rows = Order.objects.filter(their_orders(viewer), client__in=clients_named(viewer, client))
    if state == "open":
        rows = rows.filter(state__in=[OrderState.PLACED, OrderState.BOOKED])
    elif state:
        rows = rows.filter(state=state)
    found, following = rows_of(rows.values(*ORDER), asked)
    _note(viewer, "orders.listed", asked, (row["client_id"] for row in found), case=client, state=state)
    return Page([order(row) for row in found], following)


def order(row: Row) -> ListedOrder:
    """An order as a list shows it."""
    return ListedOrder(*(row[name] for name in ORDER[2:]))


LINK = ("id", "client_id", "client__case_number", "lock__number", "door_id", "since", "until")


def links(viewer: Actor, asked: Asked, client: str = "") -> Page[ListedLink]:
    """The links, open and ended, of the clients that the viewer sees."""
    found, following = rows_of(
        Link.objects.filter(client__in=clients_named(viewer, client)).values(*LINK), asked
    )
    _note(viewer, "links.listed", asked, (row["client_id"] for row in found), case=client)
    return Page([link(row) for row in found], following)


def link(row: Row) -> ListedLink:
    """A link as a list shows it."""
    return ListedLink(row["id"], *(row[name] for name in LINK[2:]))


VISIT = (
    "id",
    "client_id",
    "client__case_number",
    "organisation__orgnr",
    "arrived",
    "departed",
    "evidence",
    "reason",
    "open",
    "departed_evidence",
    "departed_reason",
    "flags",
)


def visits(viewer: Actor, asked: Asked, client: str = "") -> Page[ListedVisit]:
    """The visits to the clients that the viewer sees; a provider's own alone."""
    rows = Visit.objects.filter(own_allocations(viewer), client__in=clients_named(viewer, client))
    found, following = rows_of(rows.values(*VISIT), asked)
    _note(viewer, "visits.listed", asked, (row["client_id"] for row in found), case=client)
    return Page([_visit(row) for row in found], following)


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
    note(viewer, what, ids=set(ids), limit=asked.limit, after=asked.after, **filters)
