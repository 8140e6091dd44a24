# SPDX-License-Identifier: EUPL-1.2
"""What a form proposes where the person mostly answers the same: the last order's locksmith, a tag in one's stock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from troskel.custody.models import HolderKind, Holding, Offer, ThingKind
from troskel.ground import clock
from troskel.orders import queries as orders
from troskel.orders.models import Order
from troskel.orders.rules import is_free
from troskel.people.roles import CARE_ROLES, Actor, Role
from troskel.reading.register import read
from troskel.routine.calendar import is_working_day

HOUR = timedelta(hours=1)
WORKING_HOURS = (8, 9, 10, 13, 14, 15)
DAYS_AHEAD = 14


@read(who=CARE_ROLES)
def last_locksmith(viewer: Actor) -> str:
    """The number of the locksmith who got the organisation's last order, if it is open; else empty. Names no client."""
    rows = Order.objects.filter(municipality=viewer.municipality, organisation=viewer.organisation)
    latest = rows.order_by("-placed", "-number").values_list("locksmith__orgnr", "locksmith__closed").first()
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


@read(who=[Role.COORDINATOR, Role.ADMINISTRATOR, Role.LOCKSMITH])
def things_offered(viewer: Actor) -> tuple[str, list[str]]:
    """What the viewer's organisation is offered: the kind of the oldest offer, and all numbers of that kind.

    Empty where nothing is. Names no client. One query.
    """
    offers = Offer.objects.filter(municipality=viewer.municipality, receiver=viewer.organisation, outcome="")
    rows = list(offers.order_by("offered", "thing__number").values_list("thing__kind", "thing__number"))
    kind = rows[0][0] if rows else ""
    return kind, [number for its_kind, number in rows if its_kind == kind]


@read(who=[Role.LOCKSMITH])
def free_hours(viewer: Actor, first: date, days: int = DAYS_AHEAD) -> list[datetime]:
    """When the firm's free hours begin on the working days of so many days from `first` on, none that has been.

    Names no client. Two queries.
    """
    assert viewer.organisation is not None
    now = clock.now()
    hours = [
        begins
        for day in (first + timedelta(days=ahead) for ahead in range(days))
        if is_working_day(day)
        for begins in (datetime.combine(day, time(hour), clock.STOCKHOLM) for hour in WORKING_HOURS)
        if begins >= now
    ]
    if not hours:
        return []
    taken = orders.taken(viewer.municipality, viewer.organisation, hours[0], hours[-1] + HOUR)
    smiths = orders.locksmiths_of(viewer.municipality, viewer.organisation)
    return [begins for begins in hours if is_free(taken, begins, begins + HOUR, smiths)]
