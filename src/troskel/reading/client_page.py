# SPDX-License-Identifier: EUPL-1.2
"""A client's page: person, address, present and past care, and journal. Seven queries and one recorded read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value

from troskel.care.models import Decision
from troskel.custody.models import Holding, Link
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.orders.models import Order
from troskel.people.models import Client, HomeDoor, Organisation
from troskel.people.roles import CLIENT_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import ROLES_SEEING_ALL, entrustments_of
from troskel.reading import lists
from troskel.reading.base import CASE_NUMBER, note, readable_clients, remaining
from troskel.reading.brief_sights import seen_until, sight_until
from troskel.reading.client_journal import ClientLine, client_lines
from troskel.reading.client_names import birth_year, current_number
from troskel.reading.client_record import DoorShown, RepresentativeShown
from troskel.reading.client_status import CareStatus, LockStatus, care_statuses, lock_status, visible_gaps
from troskel.reading.discretion import PersonShown, Words, visible_person
from troskel.reading.register import read
from troskel.routine import client_state
from troskel.routine import duty as engine
from troskel.routine.coverage import Gap
from troskel.routine.facts import AbsenceFacts, ClientFacts, HomeFacts
from troskel.visits.models import Visit


class CarePeriod(msgspec.Struct, frozen=True):
    """A decision, or (with `provider` set) one of its allocations. Both days are included; null: no end set."""

    reference: str
    service: str
    first: date
    last: date | None
    provider: str = ""
    orgnr: str = ""
    decision: str = ""


class OrderBooking(msgspec.Struct, frozen=True):
    """A booked time. `outcome` is empty where the booking ended as its order did."""

    starts: datetime
    ends: datetime
    outcome: str


class ClientOrder(msgspec.Struct, frozen=True):
    """An order with its bookings."""

    number: str
    kind: str
    state: str
    placed: datetime
    closed: datetime | None
    provider: str
    locksmith: str
    bookings: list[OrderBooking]


class HolderPeriod(msgspec.Struct, frozen=True):
    """A period of a thing with one holder, a link (`what` is `linked`) or a visit (`what` is `visit`).

    `holder` names an organisation; it is empty for the client and for a door.
    """

    what: str
    number: str
    door: UUID | None
    by: str
    holder: str
    since: datetime
    until: datetime | None


class ClientPage(msgspec.Struct, frozen=True):
    """All that the viewer may know of a client, as the page shows it.

    `names`: names of organisations, things and decisions by id, written as in the journal.
    """

    client: UUID
    case: str
    own: bool
    protected: bool
    blanked: bool
    died: date | None
    absences: list[AbsenceFacts]
    refused: bool
    language: str
    representatives: list[RepresentativeShown]
    person: PersonShown | None
    born: int | None
    access_note: str
    shares: bool
    doors: list[DoorShown]
    decisions: list[CarePeriod]
    allocations: list[CarePeriod]
    gaps: list[Gap]
    care: list[CareStatus]
    orders: list[ClientOrder]
    periods: list[HolderPeriod]
    locks: list[LockStatus]
    homes: Mapping[UUID, HomeFacts]
    lines: list[ClientLine]
    older: int | None
    names: Mapping[str, str]
    brief_until: datetime | None = None


DAILY_EVENTS = ("visit.registered", "visit.departed", "visit.left_open", "opening.allowed", "door.opened")
"""Frequent events; included only on request (`daily`)."""
ABSENCE_EVENTS = ("suspension.began", "suspension.ended")
MAX_LINES = 15
ROLES_MANAGING_CARE = ROLES_SEEING_ALL | {Role.COORDINATOR}
"""Roles that end care, order removals and record absences. Only they see a client's absence, that others live behind
the same doors, and why a lock stays."""


class HomeContext(NamedTuple):
    """Facts of the client's homes and of all homes behind the same doors, and the doors' labels."""

    home: HomeFacts
    facts: ClientFacts
    homes: Mapping[UUID, HomeFacts]
    doors: Mapping[UUID, DoorShown]

    def keys_left_behind(self, client: UUID) -> list[UUID]:
        """The client's keys to doors of homes that the client has moved from."""
        doors = {door.door: door for home in self.homes.values() for door in home.doors.values()}
        elsewhere = (door for identifier, door in doors.items() if identifier not in self.home.doors)
        return [key for door in elsewhere for key, facts in door.keys.items() if facts.client == client]

    @property
    def own_doors(self) -> list[DoorShown]:
        return [label for door, label in self.doors.items() if door in self.home.doors]


@read(who=CLIENT_ROLES)
def client_page(
    viewer: Actor, case: str, *, visits_since: date, before: int | None = None, daily: bool = False
) -> ClientPage:
    """Open a client's page and record the read. Raises NotFound outside the viewer's sight.

    Visits are included from `visits_since` on. The journal: the newest lines, or those `before` a number; with daily
    visits and openings if `daily`.
    """
    if not CASE_NUMBER.fullmatch(case):
        raise NotFound("client", "case")
    row, representatives = client_row(viewer, case)
    today = clock.today()
    note(viewer, "client.opened", client=row.id, case=case)
    context, names = home_context(viewer, row), dict[str, str]()
    decisions, allocations = care_periods(viewer, row, names)
    orders = client_orders(viewer, row, names)
    periods = holder_periods(viewer, row, context, visits_since, names)
    services = list(dict.fromkeys(decision.service for decision in decisions))
    excluded: tuple[str, ...] = () if daily else DAILY_EVENTS
    excluded += () if viewer.role in ROLES_MANAGING_CARE else ABSENCE_EVENTS
    lines, older = client_lines(viewer, row.id, before=before, excluded_events=excluded, limit=MAX_LINES)
    only_provider = _own_organisation(viewer)
    person = visible_person(viewer, row, entrusted=row.entrusted_to_viewer)
    return ClientPage(
        client=row.id,
        case=row.case_number,
        own=row.is_own,
        protected=bool(row.protection),
        blanked=row.is_erased,
        died=row.died,
        absences=_absences(viewer, context.facts, today),
        refused=context.facts.refused and not context.facts.understood,
        language=row.language,
        representatives=representatives if person else [],
        person=person,
        born=birth_year(getattr(row, "identity_number", None)) if person else None,
        access_note=Words(viewer).access_note(row, entrusted=row.entrusted_to_viewer),
        shares=_is_sharing(viewer, context, row.id, today),
        doors=context.own_doors,
        decisions=decisions,
        allocations=allocations,
        gaps=[gap for service in services for gap in visible_gaps(context.facts, service, only_provider)],
        care=care_statuses(context.facts, services, only_provider, names, today),
        orders=orders,
        periods=periods,
        locks=_locks(viewer, context, row.id, names, today),
        homes=context.homes,
        lines=lines,
        older=older,
        names=names,
        brief_until=seen_until(viewer, row.id, getattr(row, "brief_until", None)),
    )


def _own_organisation(viewer: Actor) -> UUID | None:
    """The organisation whose allocations alone the viewer may know of; None: all organisations' allocations."""
    return viewer.organisation if viewer.role in PROVIDER_ROLES else None


def client_row(viewer: Actor, case: str) -> tuple[Any, list[RepresentativeShown]]:
    """The client with home, and the current representatives. One query."""
    mine = entrustments_of(viewer).filter(client=OuterRef("pk"))
    speaks = FilteredRelation("representatives", condition=Q(representatives__until=None))
    rows = (
        readable_clients(viewer)
        .select_related("home__access_note")
        .annotate(entrusted_to_viewer=Exists(mine), speaks=speaks, identity_number=current_number())
        .annotate(brief_until=sight_until(viewer))
    )
    annotated = rows.annotate(kind=F("speaks__kind"), name=F("speaks__name"), number=F("speaks__phone"))
    found = annotated.order_by("speaks__since", "speaks__id")
    matches: list[Any] = list(found.filter(case_number=case))
    matches = matches or list(found.filter(case_number=remaining(viewer, case)))
    if not matches:
        raise NotFound("client", "case")
    return matches[0], [
        RepresentativeShown(match.kind, match.name, match.number) for match in matches if match.kind
    ]


def home_context(viewer: Actor, row: Any) -> HomeContext:
    """The client's present and former doors, and facts of every home behind them, for the removal rule. One query."""
    behind = HomeDoor.objects.filter(home__residences__client=row.id).values("door")
    rows = HomeDoor.objects.filter(municipality=row.municipality_id, door__in=behind).order_by(
        "door_id", "home_id"
    )
    words, homes = Words(viewer), dict[UUID, HomeFacts]()
    doors: dict[UUID, DoorShown] = {}
    for home, door, kind, label, state in rows.values_list(
        "home_id", "door_id", "door__kind", "door__label", "home__state__state"
    ):
        doors[door] = DoorShown(door, kind, words.label(label, row, entrusted=row.entrusted_to_viewer))
        if home not in homes and state:
            homes[home] = engine.home_snapshot(state).facts
    home_facts = homes.get(row.home_id) or HomeFacts(row.home_id)
    return HomeContext(
        home_facts, home_facts.clients.get(row.id) or ClientFacts(row.id, own=row.is_own), homes, doors
    )


def _is_sharing(viewer: Actor, context: HomeContext, client: UUID, today: date) -> bool:
    """Does somebody else live there? For those whose work it touches: never who."""
    if viewer.role not in ROLES_MANAGING_CARE:
        return False
    neighbours = (neighbour for neighbour in context.home.clients.values() if neighbour.client != client)
    return any(
        neighbour.moved_to is None
        and not neighbour.coming
        and (neighbour.died is None or neighbour.died > today)
        for neighbour in neighbours
    )


def _locks(
    viewer: Actor, context: HomeContext, client: UUID, names: Mapping[str, str], today: date
) -> list[LockStatus]:
    """Locks at the client's doors and why they stay, for roles that order removals or end care."""
    if viewer.role not in ROLES_MANAGING_CARE:
        return []
    return [
        lock_status(door, names.get(str(door.lock), ""), context.homes, client, today)
        for door in context.home.doors.values()
        if door.lock is not None
    ]


def _absences(viewer: Actor, facts: ClientFacts, today: date) -> list[AbsenceFacts]:
    """Present and coming absences, for roles that record them: they tell when a home is empty."""
    return client_state.absences_from(facts, today) if viewer.role in ROLES_MANAGING_CARE else []


def care_periods(
    viewer: Actor, row: Client, names: dict[str, str]
) -> tuple[list[CarePeriod], list[CarePeriod]]:
    """Returns decisions and allocations that the viewer may know of, and adds their names to `names`. One query."""
    if viewer.role is Role.LOCKSMITH:
        return [], []
    rows = Decision.objects.filter(lists.own_decisions(viewer), client=row.id, withdrawn=False)
    if viewer.role in PROVIDER_ROLES:
        rows = rows.filter(allocations__organisation=viewer.organisation)
    decisions: dict[str, CarePeriod] = {}
    allocations: list[CarePeriod] = []
    ends = row.died - timedelta(days=1) if row.died else date.max  # no phone has the dead on the day of death
    for values in rows.order_by("valid_from", "id", "allocations__valid_from", "allocations__id").values(
        *CARE_COLUMNS
    ):
        reference, service = values["reference"], values["service"]
        names[str(values["id"])] = reference
        decisions[reference] = CarePeriod(
            reference, service, values["valid_from"], _last_day(values["valid_through"], ends)
        )
        if values["allocations__withdrawn"] is False:
            name, orgnr = (
                values["allocations__organisation__name"],
                values["allocations__organisation__orgnr"],
            )
            names[str(values["allocations__organisation_id"])] = name
            names[str(values["allocations__id"])] = name
            through = _last_day(
                values["allocations__valid_through"], _last_day(values["valid_through"], ends) or ends
            )
            period = (values["allocations__valid_from"], through)
            allocations.append(
                CarePeriod(values["allocations__reference"], service, *period, name, orgnr, reference)
            )
    return list(decisions.values()), allocations


CARE_COLUMNS = ("id", "reference", "service", "valid_from", "valid_through", "allocations__id",
                "allocations__reference", "allocations__organisation_id", "allocations__organisation__name",
                "allocations__organisation__orgnr", "allocations__valid_from", "allocations__valid_through",
                "allocations__withdrawn")  # fmt: skip


def _last_day(through: date | None, ends: date) -> date | None:
    last = min(through or date.max, ends)
    return None if last == date.max else last


def client_orders(viewer: Actor, row: Client, names: dict[str, str]) -> list[ClientOrder]:
    """Orders that the viewer may know of, with their bookings. One query."""
    rows = Order.objects.filter(lists.own_orders(viewer), client=row.id)
    orders: dict[str, ClientOrder] = {}
    for values in rows.order_by("placed", "id", "bookings__starts").values(*ORDER_COLUMNS):
        names[str(values["organisation_id"])] = values["organisation__name"]
        names[str(values["locksmith_id"])] = values["locksmith__name"]
        firms = (values["organisation__name"], values["locksmith__name"])
        status = (values["kind"], values["state"], values["placed"], values["closed"])
        order = orders.setdefault(values["number"], ClientOrder(values["number"], *status, *firms, []))
        if values["bookings__starts"]:
            booked = (values["bookings__starts"], values["bookings__ends"], values["bookings__outcome"])
            order.bookings.append(OrderBooking(*booked))
    return list(orders.values())


ORDER_COLUMNS = ("number", "kind", "state", "placed", "closed", "organisation_id", "organisation__name", "locksmith_id",
                 "locksmith__name", "bookings__starts", "bookings__ends", "bookings__outcome")  # fmt: skip


def holder_periods(
    viewer: Actor, row: Client, context: HomeContext, since: date, names: dict[str, str]
) -> list[HolderPeriod]:
    """Links, things and visits as periods, sorted by start. One query."""
    rows = _links(row).union(_things(viewer, row, context), _visits(viewer, row, since), all=True)
    periods = []
    for what, thing, number, door, by, holder, name, begins, ends in rows:
        if what != "visit":
            names[str(thing)] = number
        if name:
            names[str(holder)] = name
        periods.append(HolderPeriod(what, number, door, by, name or "", begins, ends))
    return sorted(periods, key=lambda period: (period.since, period.number))


def _links(row: Client) -> QuerySet[Any, Any]:
    rows = Link.objects.filter(client=row.id).annotate(
        what=Value("linked"), by=Value("client"), name=Value("")
    )
    return rows.values_list(
        "what", "lock_id", "lock__number", "door_id", "by", "client_id", "name", "since", "until"
    )


def _things(viewer: Actor, row: Client, context: HomeContext) -> QuerySet[Any, Any]:
    """The client's tags, the locks at the doors, and keys to them: everybody's, or the provider's own."""
    is_here = Q(thing__door__in=list(context.home.doors)) | Q(thing__in=context.keys_left_behind(row.id))
    keys = is_here & Q(thing__kind="key", kind__in=["organisation", "client"])
    if viewer.role not in ROLES_SEEING_ALL:
        keys &= Q(kind="organisation", holder=viewer.organisation)
    about = Q(kind="client", holder=row.id) | Q(kind="door", holder__in=list(context.home.doors)) | keys
    holder_name = Organisation.objects.filter(pk=OuterRef("holder")).values("name")
    rows = Holding.objects.filter(about, municipality=row.municipality_id)
    holdings = rows.annotate(what=F("thing__kind"), name=Subquery(holder_name))
    return holdings.values_list(
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
    visits = rows.annotate(what=Value("visit"), by=Value("organisation"), name=F("organisation__name"))
    return visits.values_list(
        "what", "id", "evidence", "organisation_id", "by", "organisation_id", "name", "arrived", "departed"
    )
