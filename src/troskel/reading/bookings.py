# SPDX-License-Identifier: EUPL-1.2
"""The locksmith's rounds (P4, L1): open orders with when, where, what hangs there, and who needs to be present."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
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
from troskel.permits.sight import entrusted_to
from troskel.reading.base import note, seen_in_all
from troskel.reading.client_record import PersonShown, person_shown
from troskel.reading.lists import their_orders
from troskel.reading.paging import LONGEST, Asked, Page, rows_of

NONE = Value("")
OPEN = (OrderState.PLACED, OrderState.BOOKED)


class Attending(msgspec.Struct, frozen=True):
    """The duty to be there (P4), and who of the organisation has taken it: nobody yet where the name is empty."""

    duty: UUID
    name: str
    mine: bool


class Trip(msgspec.Struct, frozen=True):
    """An open order. Without `starts` no time is booked; `starts` that has passed waits for a report.

    `lock`: the serial at the door. `parts`: where the door's own turner is kept since the lock was mounted.
    `in_vain`: why the last trip was. `person`: at the door that the order is about, as far as the viewer may know.
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
    attending: Attending | None


class Rounds(NamedTuple):
    """What is booked before the end of some days, in order, what has passed first; and a page of what is not.

    `more`: there is more booked than was read.
    """

    booked: list[Trip]
    unbooked: Page[Trip]
    more: bool


def rounds(viewer: Actor, first: date, days: int, asked: Asked) -> Rounds:
    """The open orders that the viewer has to do with: booked before the end of these days, and not booked."""
    end = datetime.combine(first + timedelta(days=days), time(), clock.STOCKHOLM)
    begin = datetime.combine(first, time(), clock.STOCKHOLM)
    standing = Q(bookings__outcome="", bookings__starts__lt=end)
    if first > clock.today():
        standing &= Q(bookings__starts__gte=begin)
    booked = _orders(viewer).filter(standing, state=OrderState.BOOKED)
    booked = booked.annotate(
        starts=F("bookings__starts"), ends=F("bookings__ends"), needed=F("bookings__presence")
    )
    found: list[Any] = list(booked.order_by("starts", "id")[: LONGEST + 1])
    more, found = len(found) > LONGEST, found[:LONGEST]
    ids, following = rows_of(_orders(viewer).filter(state=OrderState.PLACED).values("id"), asked)
    waiting: list[Any] = []
    if ids:
        listed = _orders(viewer).filter(id__in=[row["id"] for row in ids])
        waiting = list(listed.annotate(needed=F("presence")).order_by("id"))
    rows = [*found, *waiting]
    note(
        viewer,
        "bookings.viewed",
        ids={row.client_id for row in rows},
        first=first,
        days=days,
        after=asked.after,
    )
    homes = _homes({row.door_id for row in rows})
    attending = _attending(viewer, rows)
    trips = [_trip(viewer, row, homes.get(row.door_id, {}), attending.get(row.id)) for row in rows]
    return Rounds(trips[: len(found)], Page(trips[len(found) :], following), more)


def _orders(viewer: Actor) -> QuerySet[Order]:
    in_vain = Booking.objects.filter(order=OuterRef("pk")).exclude(outcome__in=["", "rebooked"])
    hangs = Holding.objects.filter(thing__kind="lock", kind="door", holder=OuterRef("door"), until=None)
    mounted = Order.objects.filter(
        door=OuterRef("door"), kind=OrderKind.INSTALLATION, state=OrderState.DONE
    ).order_by("-closed")
    mine = entrusted_to(viewer).filter(client=OuterRef("client"))
    return (
        Order.objects.filter(their_orders(viewer), client__in=seen_in_all(viewer), state__in=OPEN)
        .select_related("client__home", "door")
        .annotate(
            entrusted_to_viewer=Exists(mine),
            in_vain=Coalesce(Subquery(in_vain.order_by("-starts").values("outcome")[:1]), NONE),
            serial=Coalesce(Subquery(hangs.values("thing__number")[:1]), NONE),
            kept=Coalesce(Subquery(mounted.values("parts")[:1]), NONE),
        )
    )


def _homes(doors: Iterable[UUID]) -> dict[UUID, dict[UUID, Home]]:
    """The homes that each door serves. One query."""
    found: dict[UUID, dict[UUID, Home]] = {}
    for way in HomeDoor.objects.filter(door__in=list(doors)).select_related("home"):
        found.setdefault(way.door_id, {})[way.home_id] = way.home
    return found


def _attending(viewer: Actor, rows: list[Any]) -> dict[UUID, Attending]:
    """By order: the viewer's duty that a booking gives rise to. One query."""
    if viewer.role is not Role.COORDINATOR or not rows:
        return {}
    asked = Duty.objects.filter(
        duties.asked_of(viewer, clock.today()),
        municipality=viewer.municipality,
        kind="duty",
        state="open",
        client__in={row.client_id for row in rows},
    ).select_related("person")
    found = {}
    for row in asked:
        ask = routines.version(row.version).asks[row.paragraph, row.ask]
        about = json.loads(row.about)
        if "order.booked" in ask.on and about.get("order"):
            name = row.person.name if row.person else ""
            found[UUID(about["order"])] = Attending(row.id, name, row.person_id == viewer.account)
    return found


def _trip(viewer: Actor, row: Any, homes: dict[UUID, Home], attending: Attending | None) -> Trip:
    client: Client = row.client
    if homes and client.home_id not in homes:
        client.home = homes[min(homes)]  # the client has left: the door is where the order is carried out
    person = person_shown(viewer, client, entrusted=row.entrusted_to_viewer)
    return Trip(
        order=row.number,
        kind=row.kind,
        case=client.case_number,
        person=person,
        door_kind=row.door.kind,
        door_label=row.door.label,
        lock=row.serial,
        fault=row.fault,
        parts=row.kept,
        presence=row.needed,
        placed=row.placed,
        starts=getattr(row, "starts", None),
        ends=getattr(row, "ends", None),
        in_vain=row.in_vain,
        attending=attending,
    )
