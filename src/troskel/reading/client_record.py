# SPDX-License-Identifier: EUPL-1.2
"""A client's record, opened; the journal."""

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
from troskel.journal.models import Kind, Line
from troskel.orders.models import Order
from troskel.people.models import Client, HomeDoor
from troskel.people.roles import MUNICIPAL_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import EVERYBODY, entrusted_to
from troskel.reading import lists
from troskel.reading.base import note, seen
from troskel.reading.duties import ListedDuty, ListedNotice, duty, notices_of
from troskel.reading.paging import LONGEST
from troskel.reading.things import ListedThing, things_about
from troskel.reading.worklist import duties_of


class PersonShown(msgspec.Struct, frozen=True):
    """Who and where the client is; absent where the identity is protected and the viewer has not been entrusted.

    The address is empty where the population register protects it (F) and only those who go there may know it.
    """

    first_name: str
    last_name: str
    phone: str
    street: str
    postcode: str
    town: str
    apartment: str


class RepresentativeShown(msgspec.Struct, frozen=True):
    """Who may speak for the client."""

    kind: str
    name: str
    phone: str


class DoorShown(msgspec.Struct, frozen=True):
    """A door on the way in."""

    id: UUID
    kind: str
    label: str


class RecordShown(msgspec.Struct, frozen=True):
    """All that the viewer may know of a client. `blanked`: the time is out, and the person is shown as "[gallrad]"."""

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
    """Lines of the journal; ask again after the last number."""

    items: list[LineShown]
    next: int | None


def person_shown(viewer: Actor, row: Client, *, entrusted: bool) -> PersonShown | None:
    """Who and where, as far as the viewer may know (case 14).

    S, marked as secret: the municipality's own, and those entrusted. F, protected in the population register: the same,
    but where the client lives is for those entrusted alone.
    """
    if row.protection and not entrusted and viewer.role not in MUNICIPAL_ROLES:
        return None
    home = row.home
    where = (home.street, home.postcode, home.town, home.apartment)
    if row.protection == "F" and not entrusted:
        where = ("", "", "", "")
    return PersonShown(row.first_name, row.last_name, row.phone, *where)


def is_named(viewer: Actor) -> Q:
    """The condition on Client for whom `person_shown` names to the viewer."""
    if viewer.role in MUNICIPAL_ROLES:
        return Q()
    return Q(protection="") | Q(Exists(entrusted_to(viewer).filter(client=OuterRef("pk"))))


def is_placed(viewer: Actor) -> Q:
    """… and where the client lives, too."""
    entrusted = Q(Exists(entrusted_to(viewer).filter(client=OuterRef("pk"))))
    return is_named(viewer) & (~Q(protection="F") | entrusted)


def record(viewer: Actor, case: str) -> RecordShown:
    """Open a client's record. The client can later be told who did."""
    mine = entrusted_to(viewer).filter(client=OuterRef("pk"))
    rows = seen(viewer).select_related("home").annotate(entrusted_to_viewer=Exists(mine))
    row = rows.filter(case_number=case).first()
    if row is None:
        raise NotFound("client", "case")
    today = clock.today()
    note(viewer, "client.opened", client=row.id, case=case)
    person = person_shown(viewer, row, entrusted=row.entrusted_to_viewer)
    doors = [
        DoorShown(*way)
        for way in HomeDoor.objects.filter(home=row.home_id)
        .order_by("door_id")
        .values_list("door_id", "door__kind", "door__label")
    ]
    return RecordShown(
        case=row.case_number,
        reference=row.reference,
        own=row.is_own,
        protected=bool(row.protection),
        blanked=row.is_blanked,
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
    standing = row.representatives.filter(until=None).order_by("since", "id")
    return [RepresentativeShown(*told) for told in standing.values_list("kind", "name", "phone")]


def _decisions(viewer: Actor, client: UUID) -> list[lists.ListedDecision]:
    if viewer.role is Role.LOCKSMITH:
        return []
    rows = list(
        Decision.objects.filter(lists.own_decisions(viewer), client=client)
        .order_by("valid_from")
        .values(*lists.DECISION)
    )
    allocated = lists.allocations_of(viewer, [row["id"] for row in rows])
    return [lists.decision(row, allocated) for row in rows]


def _orders(viewer: Actor, client: UUID) -> list[lists.ListedOrder]:
    rows = Order.objects.filter(lists.their_orders(viewer), client=client).order_by("placed", "id")
    return [lists.order(row) for row in lists.order_rows(rows)]


def _links(client: UUID) -> list[lists.ListedLink]:
    return [
        lists.link(row)
        for row in Link.objects.filter(client=client).order_by("since", "id").values(*lists.LINK)
    ]


def _duties(viewer: Actor, client: UUID, today: date) -> list[ListedDuty]:
    condition = duties.open_on(today) & Q(client=client, kind="duty")
    return [duty(row, today) for row in duties_of(viewer, condition, today)]


def journal_lines(viewer: Actor, after: int, limit: int) -> LinesShown:
    """The lines of the clients that the viewer sees, in order; the system administrator sees all."""
    if not 1 <= limit <= LONGEST:
        raise BadValue("limit", "is not between 1 and {most}", most=LONGEST)
    lines = Line.objects.filter(municipality=viewer.municipality, kind=Kind.ACTS, number__gt=after)
    if viewer.role is not Role.ADMINISTRATOR:
        lines = lines.filter(_about_their_clients(viewer))
    found = list(lines.order_by("number")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    note(
        viewer, "journal.listed", ids={line.client for line in found if line.client}, after=after, limit=limit
    )
    return LinesShown([_line(line, viewer) for line in found], found[-1].number if more else None)


def _about_their_clients(viewer: Actor) -> Q:
    about = Q(client__in=seen(viewer).values("pk"))
    if viewer.role in PROVIDER_ROLES:
        about &= Q(body__contains=str(viewer.organisation)) | Q(actor=viewer.account)
    return about


def _line(line: Line, viewer: Actor) -> LineShown:
    homes = json.loads(line.homes) if viewer.role in EVERYBODY else []
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
