# SPDX-License-Identifier: EUPL-1.2
"""A client's record, and the journal's lines."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q

from troskel.care.models import Decision
from troskel.custody.models import Link
from troskel.duties import queries as duties
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound
from troskel.ground.texts import _
from troskel.journal.models import ChainKind, Line
from troskel.journal.queries import concerning
from troskel.orders.models import Order
from troskel.people.models import Client, HomeDoor
from troskel.people.roles import CARE_ROLES, MUNICIPAL_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import ROLES_SEEING_ALL, entrustments_of
from troskel.reading import lists
from troskel.reading.base import clients_in_sight, note, readable_clients, remaining
from troskel.reading.duties import ListedDuty, ListedNotice, duty_item, notices_of
from troskel.reading.paging import MAX_PAGE
from troskel.reading.register import read
from troskel.reading.things import ListedThing, things_about
from troskel.reading.worklist import duties_of


class PersonShown(msgspec.Struct, frozen=True):
    """Name and address; absent where the identity is protected and the viewer is not entrusted with it.

    The address is empty where the population register protects it (F) and the viewer is not entrusted with it.
    """

    first_name: str
    last_name: str
    phone: str
    street: str
    postcode: str
    town: str
    apartment: str


class RepresentativeShown(msgspec.Struct, frozen=True):
    """A person who may speak for the client."""

    kind: str
    name: str
    phone: str


class DoorShown(msgspec.Struct, frozen=True):
    """A door on the way in."""

    id: UUID
    kind: str
    label: str


class RecordShown(msgspec.Struct, frozen=True):
    """All that the viewer may know of a client. `blanked`: personal data are erased and shown as "[gallrad]"."""

    case: str
    reference: str
    own: bool
    protected: bool
    blanked: bool
    died: date | None
    language: str
    representatives: list[RepresentativeShown]
    person: PersonShown | None
    home: UUID
    doors: list[DoorShown]
    decisions: list[lists.ListedDecision]
    orders: list[lists.ListedOrder]
    links: list[lists.ListedLink]
    things: list[ListedThing]
    duties: list[ListedDuty]
    notices: list[ListedNotice]


class LineShown(msgspec.Struct, frozen=True):
    """A line of the journal, without its detail."""

    number: int
    occurred: datetime
    recorded: datetime
    actor_kind: str
    actor: UUID | None
    act: str
    paragraph: str
    event: str
    client: UUID | None
    homes: list[UUID]
    body: dict[str, Any]


class LinesShown(msgspec.Struct, frozen=True):
    """Lines of the journal; `next` is the number to continue after, null on the last page."""

    items: list[LineShown]
    next: int | None


def visible_person(viewer: Actor, row: Client, *, entrusted: bool) -> PersonShown | None:
    """Name and address as far as the viewer may know them (case 14); None where the name is hidden.

    S, marked as secret: visible to the municipality's own roles, and to those entrusted. F, protected in the population
    register: the same, but the address only for those entrusted.
    """
    if row.protection and not entrusted and viewer.role not in MUNICIPAL_ROLES:
        return None
    home = row.home
    address = (home.street, home.postcode, home.town, home.apartment)
    if row.protection == "F" and not entrusted:
        address = ("", "", "", "")
    return PersonShown(row.first_name, row.last_name, row.phone, *address)


def visible_access_note(viewer: Actor, row: Client, person: PersonShown | None) -> str:
    """How one gets to the home, for those who come or send somebody there, and may see the address; else empty.

    `row`: with home and its note.
    """
    if viewer.role not in (Role.ASSESSOR, Role.ADMINISTRATOR, *PROVIDER_ROLES):
        return ""
    note_row = getattr(row.home, "access_note", None)
    return note_row.text if note_row is not None and person is not None and person.street else ""


def is_name_visible(viewer: Actor) -> Q:
    """Returns the condition on clients whose name the viewer may see, as in `visible_person`."""
    if viewer.role in MUNICIPAL_ROLES:
        return Q()
    return Q(protection="") | Q(Exists(entrustments_of(viewer).filter(client=OuterRef("pk"))))


def is_address_visible(viewer: Actor) -> Q:
    """The condition on clients whose name and address the viewer may see."""
    entrusted = Q(Exists(entrustments_of(viewer).filter(client=OuterRef("pk"))))
    return is_name_visible(viewer) & (~Q(protection="F") | entrusted)


@read(who=lists.clients.who, title="A client's record; the read is journalled")
def record(viewer: Actor, case: str) -> RecordShown:
    """Open a client's record and record the read. Raises NotFound outside the viewer's sight."""
    mine = entrustments_of(viewer).filter(client=OuterRef("pk"))
    rows = readable_clients(viewer).select_related("home").annotate(entrusted_to_viewer=Exists(mine))
    row: Any = rows.filter(case_number=case).first()
    row = row or rows.filter(case_number=remaining(viewer, case)).first()
    if row is None:
        raise NotFound("client", "case")
    today = clock.today()
    note(viewer, "client.opened", client=row.id, case=case)
    person = visible_person(viewer, row, entrusted=row.entrusted_to_viewer)
    doors = [
        DoorShown(*door_row)
        for door_row in HomeDoor.objects.filter(home=row.home_id)
        .order_by("door_id")
        .values_list("door_id", "door__kind", "door__label")
    ]
    return RecordShown(
        case=row.case_number,
        reference=row.reference,
        own=row.is_own,
        protected=bool(row.protection),
        blanked=row.is_erased,
        died=row.died,
        language=row.language,
        representatives=_representatives(row) if person else [],
        person=person,
        home=row.home_id,
        doors=doors,
        decisions=_decisions(viewer, row.id),
        orders=_orders(viewer, row.id),
        links=_links(row.id),
        things=things_about(viewer, row.id, [door.id for door in doors]),
        duties=_duties(viewer, row.id, today),
        notices=notices_of(viewer, Q(client=row.id), today),
    )


def _representatives(row: Client) -> list[RepresentativeShown]:
    current = row.representatives.filter(until=None).order_by("since", "id")
    return [RepresentativeShown(*values) for values in current.values_list("kind", "name", "phone")]


def _decisions(viewer: Actor, client: UUID) -> list[lists.ListedDecision]:
    if viewer.role is Role.LOCKSMITH:
        return []
    rows = list(
        Decision.objects.filter(lists.own_decisions(viewer), client=client)
        .order_by("valid_from")
        .values(*lists.DECISION_COLUMNS)
    )
    allocated = lists.allocations_of(viewer, [row["id"] for row in rows])
    return [lists.decision(row, allocated) for row in rows]


def _orders(viewer: Actor, client: UUID) -> list[lists.ListedOrder]:
    rows = Order.objects.filter(lists.own_orders(viewer), client=client).order_by("placed", "id")
    return [lists.order(row) for row in lists.order_rows(rows)]


def _links(client: UUID) -> list[lists.ListedLink]:
    return [
        lists.link(row)
        for row in Link.objects.filter(client=client).order_by("since", "id").values(*lists.LINK_COLUMNS)
    ]


def _duties(viewer: Actor, client: UUID, today: date) -> list[ListedDuty]:
    condition = duties.open_on(today) & Q(client=client, kind="duty")
    return [duty_item(row, today) for row in duties_of(viewer, condition, today)]


@read(who=CARE_ROLES, title="The journal's lines about the clients that you may see")
def journal_lines(viewer: Actor, after: int, limit: int) -> LinesShown:
    """Returns lines about clients in the viewer's sight, by number; the system administrator sees all."""
    if not 1 <= limit <= MAX_PAGE:
        raise BadValue("limit", "value.outside_limit", _("Talet är inte mellan 1 och {most}."), most=MAX_PAGE)
    lines = Line.objects.filter(municipality=viewer.municipality, kind=ChainKind.ACTS, number__gt=after)
    if viewer.role is not Role.ADMINISTRATOR:
        lines = lines.filter(_about_visible_clients(viewer))
    page_lines = list(lines.order_by("number")[: limit + 1])
    has_more, page_lines = len(page_lines) > limit, page_lines[:limit]
    note(
        viewer,
        "journal.listed",
        ids={line.client for line in page_lines if line.client},
        after=after,
        limit=limit,
    )
    return LinesShown(
        [_line(line, viewer) for line in page_lines], page_lines[-1].number if has_more else None
    )


def _about_visible_clients(viewer: Actor) -> Q:
    about = Q(client__in=clients_in_sight(viewer).values("pk"))
    if viewer.role in PROVIDER_ROLES:
        about &= concerning(viewer.organisation) | Q(actor=viewer.account)
    return about


def _line(line: Line, viewer: Actor) -> LineShown:
    homes = json.loads(line.homes) if viewer.role in ROLES_SEEING_ALL else []
    return LineShown(
        line.number,
        line.occurred,
        line.recorded,
        line.actor_kind,
        line.actor,
        line.act,
        line.paragraph,
        line.event,
        line.client,
        [UUID(home) for home in homes],
        json.loads(line.body),
    )
