# SPDX-License-Identifier: EUPL-1.2
"""Bookings as a calendar program fetches them: when, what work, the order's number. Nobody is named (rule 8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from troskel.ground import clock
from troskel.orders.models import Booking, OrderState
from troskel.people.roles import Actor, Role
from troskel.reading.bookings import rounds
from troskel.reading.paging import MAX_PAGE
from troskel.reading.register import read

KEPT = timedelta(days=30)
"""How long what has been stays in the calendar."""


class FeedBooking(msgspec.Struct, frozen=True):
    """A booking that stands, or has been carried out. `id` is that of the booking: another time is another event."""

    id: UUID
    order: str
    kind: str
    presence: str
    done: bool
    starts: datetime
    ends: datetime


@read(who=rounds.who)
def calendar_feed(viewer: Actor) -> list[FeedBooking]:
    """Bookings of the firm, or of what the provider has ordered: of the last month, and to come.

    No client is read, so nothing is recorded. One query.
    """
    is_locksmith = viewer.role is Role.LOCKSMITH
    own = {"order__locksmith" if is_locksmith else "order__organisation": viewer.organisation}
    rows = Booking.objects.filter(
        municipality=viewer.municipality,
        order__state__in=[OrderState.BOOKED, OrderState.DONE],
        outcome="",
        starts__gt=clock.now() - KEPT,
        **own,
    )
    columns = ("id", "order__number", "order__kind", "presence", "order__state", "starts", "ends")
    return [
        FeedBooking(id_, order, kind, presence, state == OrderState.DONE, starts, ends)
        for id_, order, kind, presence, state, starts, ends in rows.order_by("starts", "id").values_list(
            *columns
        )[:MAX_PAGE]
    ]
