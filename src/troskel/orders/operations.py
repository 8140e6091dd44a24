# SPDX-License-Identifier: EUPL-1.2
"""Writes to orders and bookings; called by acts only, with the home locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from troskel.orders.models import Booking, Order, OrderState


def place(orders: Sequence[Order]) -> None:
    """Place new orders, one per door."""
    Order.objects.bulk_create(orders)


def book(order: UUID, municipality: str, starts: datetime, ends: datetime, presence: str) -> None:
    """Let a booking take the place of the one that stood."""
    end_booking(order, "rebooked")
    Booking.objects.create(
        municipality_id=municipality, order_id=order, starts=starts, ends=ends, presence=presence
    )
    Order.objects.filter(id=order).update(state=OrderState.BOOKED)


def fail(order: UUID, code: str) -> None:
    """The trip was in vain: the booking ends with the reason, the order waits to be booked again."""
    end_booking(order, code)
    Order.objects.filter(id=order).update(state=OrderState.PLACED)


def cancel(order: UUID, reason: str, now: datetime) -> None:
    """Nothing will be done."""
    Order.objects.filter(id=order).update(state=OrderState.CANCELLED, reason=reason, closed=now)


def finish(order: UUID, lock: UUID, now: datetime, parts: str = "") -> None:
    """The locksmith has done it (L1). `parts`: where the door's own turner is now."""
    Order.objects.filter(id=order).update(state=OrderState.DONE, lock=lock, closed=now, parts=parts)


def end_booking(order: UUID, outcome: str) -> None:
    """The standing booking, if any, ends."""
    Booking.objects.filter(order=order, outcome="").update(outcome=outcome)
