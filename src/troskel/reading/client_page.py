# SPDX-License-Identifier: EUPL-1.2
"""A client's page: who and where, what holds now and has held, and what the journal tells. Seven reads and a note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import (
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from troskel.care.models import Decision
from troskel.custody.models import Holding, Link
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.orders.models import Order
from troskel.people.models import Client, HomeDoor, Organisation
from troskel.people.roles import PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import EVERYBODY, entrusted_to
from troskel.reading import lists
from troskel.reading.base import CASE_NUMBER, note, seen
from troskel.reading.client_journal import LineTold, told_about
from troskel.reading.client_record import DoorShown, PersonShown, RepresentativeShown, person_shown
from troskel.reading.client_status import CareShown, LockShown, care_of, gaps_told, lock_shown
from troskel.routine import duty as engine
from troskel.routine.coverage import Gap
from troskel.routine.facts import ClientFacts, HomeFacts
from troskel.visits.models import Visit


class Granted(msgspec.Struct, frozen=True):
    """A decision, or where `provider` is told one of its allocations. Both days are included; null: no end is set."""

    reference: str
    service: str
    first: date
    last: date | None
    provider: str = ""
    orgnr: str = ""
    decision: str = ""


class Booked(msgspec.Struct, frozen=True):
    """When the locksmith was to come, and how it went where not as the order went."""

    starts: datetime
    ends: datetime
    outcome: str


class Ordered(msgspec.Struct, frozen=True):
    """An order with its bookings."""

    number: str
    kind: str
    state: str
    placed: datetime
    closed: datetime | None
    provider: str
    locksmith: str
    bookings: list[Booked]


class Held(msgspec.Struct, frozen=True):
    """A thing with one holder; or a link (`linked`), or a visit (`visit`), from one instant to another.

    `holder` names an organisation; it is empty for the client and for a door.
    """

    what: str
    number: str
    door: UUID | None
    by: str
    holder: str
    since: datetime
    until: datetime | None


class ClientShown(NamedTuple):
    """All that the viewer may know of a client, as the page shows it.

    `names`: what organisations, things and decisions are called, by id as the journal writes it.
    """

    client: UUID
    case: str
    own: bool
    protected: bool
    blanked: bool
    died: date | None
    away: tuple[date, date | None] | None
    refused: bool
    language: str
    representatives: list[RepresentativeShown]
    person: PersonShown | None
    shares: bool
    doors: list[DoorShown]
    decisions: list[Granted]
    allocations: list[Granted]
    gaps: list[Gap]
    care: list[CareShown]
    orders: list[Ordered]
    held: list[Held]
    locks: list[LockShown]
    homes: Mapping[UUID, HomeFacts]
    lines: list[LineTold]
    older: int | None
    names: Mapping[str, str]


DAILY = ("visit.registered", "visit.departed", "visit.left_open", "opening.allowed", "door.opened")
"""What fills a journal day by day; told only where it is asked for."""
AWAY = ("suspension.began", "suspension.ended")
LINES = 15
WORKED_WITH_BY = EVERYBODY | {Role.COORDINATOR}
"""Those who end care, order removals and write down that a client is away. They alone are told from when to when a
client is away, that somebody else lives there, and why a lock stays."""


class Where(NamedTuple):
    """The facts of the client's homes and of those behind the same doors, and what the doors are called."""

    home: HomeFacts
    facts: ClientFacts
    homes: Mapping[UUID, HomeFacts]
    doors: Mapping[UUID, DoorShown]

    def left_behind(self, client: UUID) -> list[UUID]:
        """The client's keys to doors of homes that the client has left."""
        doors = {door.door: door for home in self.homes.values() for door in home.doors.values()}
        elsewhere = (facts for door, facts in doors.items() if door not in self.home.doors)
        return [key for door in elsewhere for key, held in door.keys.items() if held.client == client]

    @property
    def own_doors(self) -> list[DoorShown]:
        return [shown for door, shown in self.doors.items() if door in self.home.doors]


def client_page(
    viewer: Actor, case: str, *, visits_since: date, before: int | None = None, daily: bool = False
) -> ClientShown:
    """Open a client's page. The client can later be told who did. Raises NotFound outside the viewer's sight.

    Visits are told from `visits_since` on. The journal: the newest lines, or those `before` a number; with the visits
    and openings of every day where `daily` is asked for.
    """
    if not CASE_NUMBER.fullmatch(case):
        raise NotFound("client", "case")
    row, representatives = client_row(viewer, case)
    today = clock.today()
    note(viewer, "client.opened", client=row.id, case=case)
    where = where_of(row)
    names: dict[str, str] = {}
    decisions, allocations = granted(viewer, row, names)
    orders = orders_of(viewer, row, names)
    held = held_of(viewer, row, where, visits_since, names)
    services = list(dict.fromkeys(one.service for one in decisions))
    without = (*(() if daily else DAILY), *(() if viewer.role in WORKED_WITH_BY else AWAY))
    lines, older = told_about(viewer, row.id, before=before, without=without, most=LINES)
    person = person_shown(viewer, row, entrusted=getattr(row, "entrusted_to_viewer", False))
    return ClientShown(
        client=row.id,
        case=row.case_number,
        own=row.is_own,
        protected=bool(row.protection),
        blanked=row.is_blanked,
        died=row.died,
        away=_away(viewer, where.facts, today),
        refused=where.facts.refused and not where.facts.understood,
        language=row.language,
        representatives=representatives if person else [],
        person=person,
        shares=_shares(viewer, where, row.id, today),
        doors=where.own_doors,
        decisions=decisions,
        allocations=allocations,
        gaps=[gap for service in services for gap in gaps_told(where.facts, service, _theirs(viewer))],
        care=care_of(where.facts, services, _theirs(viewer), names, today),
        orders=orders,
        held=held,
        locks=_locks(viewer, where, row.id, names, today),
        homes=where.homes,
        lines=lines,
        older=older,
        names=names,
    )


def _theirs(viewer: Actor) -> UUID | None:
    """Whose allocations the viewer may know of: a provider its own, others everybody's."""
    return viewer.organisation if viewer.role in PROVIDER_ROLES else None


def client_row(viewer: Actor, case: str) -> tuple[Client, list[RepresentativeShown]]:
    """The client with home, and whoever speaks for the client now. One query."""
    mine = entrusted_to(viewer).filter(client=OuterRef("pk"))
    speaks = FilteredRelation("representatives", condition=Q(representatives__until=None))
    rows = seen(viewer).select_related("home").annotate(entrusted_to_viewer=Exists(mine), speaks=speaks)
    told = rows.annotate(kind=F("speaks__kind"), name=F("speaks__name"), number=F("speaks__phone"))
    found: list[Any] = list(told.filter(case_number=case).order_by("speaks__since", "speaks__id"))
    if not found:
        raise NotFound("client", "case")
    return found[0], [RepresentativeShown(one.kind, one.name, one.number) for one in found if one.kind]


def where_of(row: Client) -> Where:
    """The client's doors, now and before, and the facts of every home behind them, which the guard asks. One query."""
    behind = HomeDoor.objects.filter(home__residences__client=row.id).values("door")
    rows = HomeDoor.objects.filter(municipality=row.municipality_id, door__in=behind).order_by(
        "door_id", "home_id"
    )
    homes: dict[UUID, HomeFacts] = {}
    doors: dict[UUID, DoorShown] = {}
    for home, door, kind, label, state in rows.values_list(
        "home_id", "door_id", "door__kind", "door__label", "home__state__state"
    ):
        doors[door] = DoorShown(door, kind, label)
        if home not in homes and state:
            homes[home] = msgspec.json.decode(state, type=engine.HomeState).facts
    lives = homes.get(row.home_id) or HomeFacts(row.home_id)
    return Where(lives, lives.clients.get(row.id) or ClientFacts(row.id, own=row.is_own), homes, doors)


def _shares(viewer: Actor, where: Where, client: UUID, today: date) -> bool:
    """Does somebody else live there? For those whose work it touches: never who."""
    if viewer.role not in WORKED_WITH_BY:
        return False
    others = (one for one in where.home.clients.values() if one.client != client)
    return any(one.moved_to is None and (one.died is None or one.died > today) for one in others)


def _locks(
    viewer: Actor, where: Where, client: UUID, names: Mapping[str, str], today: date
) -> list[LockShown]:
    """The locks at the client's doors and why they stay, for those who order removals or end care."""
    if viewer.role not in WORKED_WITH_BY:
        return []
    return [
        lock_shown(door, names.get(str(door.lock), ""), where.homes, client, today)
        for door in where.home.doors.values()
        if door.lock is not None
    ]


def _away(viewer: Actor, facts: ClientFacts, today: date) -> tuple[date, date | None] | None:
    """In hospital or away, now or to come: when a home stands empty is for those who write it down."""
    if viewer.role not in WORKED_WITH_BY:
        return None
    if facts.suspended is None or (facts.suspended_through and facts.suspended_through < today):
        return None
    return facts.suspended, facts.suspended_through


def granted(viewer: Actor, row: Client, names: dict[str, str]) -> tuple[list[Granted], list[Granted]]:
    """Decisions and allocations, as far as the viewer may know of them. One query."""
    if viewer.role is Role.LOCKSMITH:
        return [], []
    rows = Decision.objects.filter(lists.own_decisions(viewer), client=row.id, withdrawn=False)
    if viewer.role in PROVIDER_ROLES:
        rows = rows.filter(allocations__organisation=viewer.organisation)
    decisions: dict[str, Granted] = {}
    allocations: list[Granted] = []
    ends = row.died or date.max
    for one in rows.order_by("valid_from", "id", "allocations__valid_from", "allocations__id").values(
        *GRANTED
    ):
        reference, service = one["reference"], one["service"]
        names[str(one["id"])] = reference
        decisions[reference] = Granted(
            reference, service, one["valid_from"], _last(one["valid_through"], ends)
        )
        if one["allocations__withdrawn"] is False:
            name, orgnr = one["allocations__organisation__name"], one["allocations__organisation__orgnr"]
            names[str(one["allocations__organisation_id"])] = name
            names[str(one["allocations__id"])] = name
            through = _last(one["allocations__valid_through"], _last(one["valid_through"], ends) or ends)
            period = (one["allocations__valid_from"], through)
            allocations.append(
                Granted(one["allocations__reference"], service, *period, name, orgnr, reference)
            )
    return list(decisions.values()), allocations


GRANTED = ("id", "reference", "service", "valid_from", "valid_through", "allocations__id", "allocations__reference",
           "allocations__organisation_id", "allocations__organisation__name", "allocations__organisation__orgnr",
           "allocations__valid_from", "allocations__valid_through", "allocations__withdrawn")  # fmt: skip


def _last(through: date | None, ends: date) -> date | None:
    last = min(through or date.max, ends)
    return None if last == date.max else last


def orders_of(viewer: Actor, row: Client, names: dict[str, str]) -> list[Ordered]:
    """The orders that the viewer may know of, with their bookings. One query."""
    rows = Order.objects.filter(lists.their_orders(viewer), client=row.id)
    found: dict[str, Ordered] = {}
    for one in rows.order_by("placed", "id", "bookings__starts").values(*ORDERED):
        names[str(one["organisation_id"])] = one["organisation__name"]
        names[str(one["locksmith_id"])] = one["locksmith__name"]
        firms = (one["organisation__name"], one["locksmith__name"])
        stands = (one["kind"], one["state"], one["placed"], one["closed"])
        order = found.setdefault(one["number"], Ordered(one["number"], *stands, *firms, []))
        if one["bookings__starts"]:
            booked = (one["bookings__starts"], one["bookings__ends"], one["bookings__outcome"])
            order.bookings.append(Booked(*booked))
    return list(found.values())


ORDERED = ("number", "kind", "state", "placed", "closed", "organisation_id", "organisation__name", "locksmith_id",
           "locksmith__name", "bookings__starts", "bookings__ends", "bookings__outcome")  # fmt: skip


def held_of(viewer: Actor, row: Client, where: Where, since: date, names: dict[str, str]) -> list[Held]:
    """Links, things and visits: each is somewhere from one instant to another, so they are one query."""
    rows = _links(row).union(_things(viewer, row, where), _visits(viewer, row, since), all=True)
    found = []
    for what, thing, number, door, by, holder, name, begins, ends in rows:
        if what != "visit":
            names[str(thing)] = number
        if name:
            names[str(holder)] = name
        found.append(Held(what, number, door, by, name or "", begins, ends))
    return sorted(found, key=lambda one: (one.since, one.number))


def _links(row: Client) -> QuerySet[Any, Any]:
    rows = Link.objects.filter(client=row.id).annotate(
        what=Value("linked"), by=Value("client"), name=Value("")
    )
    return rows.values_list(
        "what", "lock_id", "lock__number", "door_id", "by", "client_id", "name", "since", "until"
    )


def _things(viewer: Actor, row: Client, where: Where) -> QuerySet[Any, Any]:
    """The client's tags, the locks at the doors, and the keys to them: those of all, or a provider's own."""
    here = Q(thing__door__in=list(where.home.doors)) | Q(thing__in=where.left_behind(row.id))
    keys = here & Q(thing__kind="key", kind__in=["organisation", "client"])
    if viewer.role not in EVERYBODY:
        keys &= Q(kind="organisation", holder=viewer.organisation)
    about = Q(kind="client", holder=row.id) | Q(kind="door", holder__in=list(where.home.doors)) | keys
    named = Organisation.objects.filter(pk=OuterRef("holder")).values("name")
    rows = Holding.objects.filter(about, municipality=row.municipality_id)
    told = rows.annotate(what=F("thing__kind"), name=Subquery(named))
    return told.values_list(
        "what", "thing_id", "thing__number", "thing__door_id", "kind", "holder", "name", "since", "until"
    )


def _visits(viewer: Actor, row: Client, since: date) -> QuerySet[Any, Any]:
    rows = Visit.objects.filter(
        lists.own_allocations(viewer),
        client=row.id,
        arrived__gte=datetime.combine(since, time.min, clock.STOCKHOLM),
    )
    if viewer.role is Role.LOCKSMITH:
        rows = rows.none()
    told = rows.annotate(what=Value("visit"), by=Value("organisation"), name=F("organisation__name"))
    return told.values_list(
        "what", "id", "evidence", "organisation_id", "by", "organisation_id", "name", "arrived", "departed"
    )
