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
from troskel.people.roles import CARE_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import ROLES_SEEING_ALL, entrustments_of
from troskel.reading import lists
from troskel.reading.base import clients_in_sight, note, readable_clients, remaining
from troskel.reading.discretion import PersonShown, Words, visible_person
from troskel.reading.duties import ListedDuty, ListedNotice, duty_item, notices_of
from troskel.reading.paging import MAX_PAGE
from troskel.reading.register import read
from troskel.reading.things import ListedThing, things_about
from troskel.reading.worklist import duties_of


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
    person, words = visible_person(viewer, row, entrusted=row.entrusted_to_viewer), Words(viewer)
    doors = [
        DoorShown(door, kind, words.label(label, row, entrusted=row.entrusted_to_viewer))
        for door, kind, label in HomeDoor.objects.filter(home=row.home_id)
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
