# SPDX-License-Identifier: EUPL-1.2
"""What a form proposes where the person mostly answers the same: the last order's locksmith, a tag in one's stock."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground import clock
from troskel.orders.models import Booking, Order, OrderState
from troskel.people.roles import CARE_ROLES, Actor, Role
from troskel.reading.register import read
from troskel.routine.calendar import is_working_day

HOUR = timedelta(hours=1)
WORKING_HOURS = (8, 9, 10, 13, 14, 15)
DAYS_AHEAD = 15


@read(who=CARE_ROLES)
def last_locksmith(viewer: Actor) -> str:
    """The number of the locksmith who got the organisation's last order, if it is open; else empty. Names no client."""
    orders = Order.objects.filter(municipality=viewer.municipality, organisation=viewer.organisation)
    latest = (
        orders.order_by("-placed", "-number").values_list("locksmith__orgnr", "locksmith__closed").first()
    )
    return latest[0] if latest and latest[1] is None else ""


@read(who=[Role.COORDINATOR, Role.CARER])
def tag_in_stock(viewer: Actor) -> str:
    """The number of a tag in the organisation's stock that nobody has taken out, or empty. Names no client."""
    own = Holding.objects.filter(
        municipality=viewer.municipality,
        thing__kind=ThingKind.TAG,
        kind=HolderKind.ORGANISATION,
        holder=viewer.organisation,
        until=None,
    )
    return own.order_by("since", "thing__number").values_list("thing__number", flat=True).first() or ""


@read(who=[Role.LOCKSMITH])
def free_hour(viewer: Actor) -> datetime | None:
    """When the firm's next free hour begins, from tomorrow on, on a working day. None where two weeks are full.

    Names no client. One query.
    """
    days = [clock.today() + timedelta(days=ahead) for ahead in range(1, DAYS_AHEAD)]
    hours = [
        datetime.combine(day, time(hour), clock.STOCKHOLM)
        for day in days
        if is_working_day(day)
        for hour in WORKING_HOURS
    ]
    booked = Booking.objects.filter(
        order__locksmith=viewer.organisation, order__state=OrderState.BOOKED, outcome="", ends__gt=hours[0]
    )
    taken = list(booked.filter(municipality=viewer.municipality).values_list("starts", "ends"))
    free = (at for at in hours if all(ends <= at or starts >= at + HOUR for starts, ends in taken))
    return next(free, None)
