# SPDX-License-Identifier: EUPL-1.2
"""The locksmith's calendar (P4, L1): open orders with time, place, mounted lock, and who needs to be present."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from troskel.custody.models import Holding
from troskel.duties import queries as duties
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.orders.models import Booking, Order, OrderKind, OrderState
from troskel.people.models import Client, Home, HomeDoor
from troskel.people.roles import Actor, Role
from troskel.permits.sight import entrustments_of
from troskel.reading.base import clients_within_reach, note
from troskel.reading.client_names import names_of_shown
from troskel.reading.discretion import PersonShown, Words, visible_person
from troskel.reading.lists import own_orders
from troskel.reading.paging import MAX_PAGE, Page, PageRequest, rows_of
from troskel.reading.register import read
from troskel.reading.worklist import WorklistItem, unnoted_worklist, with_clients

EMPTY = Value("")
ATTENDING_ROLES = frozenset({Role.COORDINATOR})
"""Those who see the duty to be present, and say who of the organisation takes it."""
REPORTS = frozenset({"report_installation", "report_removal", "report_repair"})
"""The acts that carry an order out: what they fulfil stands in the calendar."""
OPEN_STATES = (OrderState.PLACED, OrderState.BOOKED)


class Attendance(msgspec.Struct, frozen=True):
    """The duty to be present (P4), and who in the organisation has taken it; an empty `name`: nobody yet."""

    duty: UUID
    name: str
    mine: bool
    organisation: str
    phone: str


class Trip(msgspec.Struct, frozen=True):
    """An open order. Without `starts` no time is booked; with `starts` in the past it waits for a report.

    `lock`: the serial number at the door. `parts`: where the door's original turner has been kept since the mounting.
    `in_vain`: code of why the last trip failed. `person`: at the order's door, as far as the viewer may know.
    `provider` and `phone`: who ordered, and where they answer. `duty`: the viewer's own to carry it out.
    """

    order: str
    kind: str
    case: str
    person: PersonShown | None
    door_kind: str
    door_label: str
    lock: str
    fault: str
    parts: str
    presence: str
    placed: datetime
    starts: datetime | None
    ends: datetime | None
    in_vain: str
    provider: str
    phone: str
    duty: UUID | None
    due: date | None
    attending: Attendance | None

    @property
    def area(self) -> str:
        """The postcode that trips are put together by; empty where the address is protected."""
        return self.person.postcode if self.person else ""


class Rounds(msgspec.Struct, frozen=True):
    """Trips booked before the end of the period, the earliest first, and one page of orders without a booking.

    `more`: more trips are booked than were read.
    """

    booked: list[Trip]
    unbooked: Page[Trip]
    more: bool


@read(who=[Role.LOCKSMITH, Role.COORDINATOR])
def rounds(viewer: Actor, first: date, days: int, page_request: PageRequest) -> Rounds:
    """The viewer's open orders: booked before the end of these `days`, and not booked."""
    return _rounds(viewer, first, days, page_request)


@read(who=[Role.LOCKSMITH])
def rounds_and_worklist(
    viewer: Actor, first: date, days: int, page_request: PageRequest
) -> tuple[Rounds, list[WorklistItem]]:
    """The locksmith's start page: the same, and what is asked besides the orders, and told. One recorded read."""
    items = [item for item in unnoted_worklist(viewer) if not REPORTS.intersection(item.duty.fulfilled_by)]
    cases = sorted({item.duty.case for item in items if item.duty.case})
    shown = _rounds(viewer, first, days, page_request, cases=cases)
    return shown, with_clients(items, names_of_shown(viewer, cases))


def _rounds(
    viewer: Actor, first: date, days: int, page_request: PageRequest, *, cases: Sequence[str] = ()
) -> Rounds:
    end = datetime.combine(first + timedelta(days=days), time(), clock.STOCKHOLM)
    begin = datetime.combine(first, time(), clock.STOCKHOLM)
    is_standing = Q(bookings__outcome="", bookings__starts__lt=end)
    if first > clock.today():
        is_standing &= Q(bookings__starts__gte=begin)
    booked = _orders(viewer).filter(is_standing, state=OrderState.BOOKED)
    booked = booked.annotate(
        starts=F("bookings__starts"), ends=F("bookings__ends"), needed=F("bookings__presence")
    )
    booked_rows: list[Any] = list(booked.order_by("starts", "id")[: MAX_PAGE + 1])
    has_more, booked_rows = len(booked_rows) > MAX_PAGE, booked_rows[:MAX_PAGE]
    ids, next_cursor = rows_of(_orders(viewer).filter(state=OrderState.PLACED).values("id"), page_request)
    unbooked_rows: list[Any] = []
    if ids:
        orders = _orders(viewer).filter(id__in=[row["id"] for row in ids])
        unbooked_rows = list(orders.annotate(needed=F("presence")).order_by("id"))
    rows = [*booked_rows, *unbooked_rows]
    note(
        viewer,
        "bookings.viewed",
        ids={row.client_id for row in rows},
        first=first,
        days=days,
        after=page_request.after,
        cases=list(cases),
    )
    homes = _homes({row.door_id for row in rows})
    asked = _duties_of(viewer, rows)
    words = Words(viewer)
    trips = [_trip(words, row, homes.get(row.door_id, {}), asked.get(row.id, {})) for row in rows]
    return Rounds(trips[: len(booked_rows)], Page(trips[len(booked_rows) :], next_cursor), has_more)


def open_trip(viewer: Actor, number: str) -> Trip | None:
    """An open order of the viewer's, for a reading that records it; None out of sight, or no longer open."""
    row: Any = _orders(viewer).filter(number=number).annotate(needed=F("presence")).first()
    if row is None:
        return None
    booking = row.bookings.filter(outcome="").first() if row.state == OrderState.BOOKED else None
    if booking:
        row.starts, row.ends, row.needed = booking.starts, booking.ends, booking.presence
    homes, asked = _homes([row.door_id]), _duties_of(viewer, [row])
    return _trip(Words(viewer), row, homes.get(row.door_id, {}), asked.get(row.id, {}))


def _orders(viewer: Actor) -> QuerySet[Order]:
    in_vain = Booking.objects.filter(order=OuterRef("pk")).exclude(outcome__in=["", "rebooked"])
    hangs = Holding.objects.filter(thing__kind="lock", kind="door", holder=OuterRef("door"), until=None)
    mounted = Order.objects.filter(
        door=OuterRef("door"), kind=OrderKind.INSTALLATION, state=OrderState.DONE
    ).order_by("-closed")
    mine = entrustments_of(viewer).filter(client=OuterRef("client"))
    return (
        Order.objects.filter(
            own_orders(viewer), client__in=clients_within_reach(viewer), state__in=OPEN_STATES
        )
        .select_related("client__home", "door", "organisation")
        .annotate(
            entrusted_to_viewer=Exists(mine),
            in_vain=Coalesce(Subquery(in_vain.order_by("-starts").values("outcome")[:1]), EMPTY),
            serial=Coalesce(Subquery(hangs.values("thing__number")[:1]), EMPTY),
            kept=Coalesce(Subquery(mounted.values("parts")[:1]), EMPTY),
        )
    )


def _homes(doors: Iterable[UUID]) -> dict[UUID, dict[UUID, Home]]:
    """The homes that each door serves. One query."""
    homes: dict[UUID, dict[UUID, Home]] = {}
    for way in HomeDoor.objects.filter(door__in=list(doors)).select_related("home"):
        homes.setdefault(way.door_id, {})[way.home_id] = way.home
    return homes


ATTENDS, CARRIES_OUT = "attends", "carries out"


def _duties_of(viewer: Actor, rows: list[Any]) -> dict[UUID, dict[str, Duty]]:
    """By order id: the duty that follows from its booking, and the locksmith's to carry it out. One query.

    A provider sees its own; the locksmith also who of the provider comes.
    """
    if not rows:
        return {}
    own = Q(duties.asked_of(viewer, clock.today()))
    duty_rows = Duty.objects.filter(
        own | Q(role="provider") if viewer.role is Role.LOCKSMITH else own,
        municipality=viewer.municipality,
        kind="duty",
        state="open",
        client__in={row.client_id for row in rows},
    ).select_related("person", "organisation")
    found: dict[UUID, dict[str, Duty]] = {}
    for row in duty_rows:
        order = json.loads(row.about).get("order")
        if order and "order.booked" in routines.version(row.version).asks[row.paragraph, row.ask].on:
            found.setdefault(UUID(order), {})[ATTENDS] = row
        elif order and row.role == "locksmith":
            found.setdefault(UUID(order), {})[CARRIES_OUT] = row
    return found


def _attendance(viewer: Actor, duty: Duty | None) -> Attendance | None:
    if duty is None or duty.organisation is None:
        return None
    name = duty.person.name if duty.person else ""
    its = duty.organisation
    return Attendance(duty.id, name, duty.person_id == viewer.account, its.name, its.phone)


def _trip(words: Words, row: Any, homes: dict[UUID, Home], asked: dict[str, Duty]) -> Trip:
    client: Client = row.client
    if homes and client.home_id not in homes:
        client.home = homes[min(homes)]  # the client has moved: show the home at the order's door
    person = visible_person(words.viewer, client, entrusted=row.entrusted_to_viewer)
    own = asked.get(CARRIES_OUT)
    return Trip(
        order=row.number,
        kind=row.kind,
        case=client.case_number,
        person=person,
        door_kind=row.door.kind,
        door_label=words.label(row.door.label, client, entrusted=row.entrusted_to_viewer),
        lock=row.serial,
        fault=row.fault,
        parts=row.kept,
        presence=row.needed,
        placed=row.placed,
        starts=getattr(row, "starts", None),
        ends=getattr(row, "ends", None),
        in_vain=row.in_vain,
        provider=row.organisation.name,
        phone=row.organisation.phone,
        duty=own.id if own else None,
        due=own.due if own else None,
        attending=_attendance(words.viewer, asked.get(ATTENDS)),
    )
