# SPDX-License-Identifier: EUPL-1.2
"""Writes to orders and bookings. Called by acts only, with the home locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from troskel.orders.models import Booking, Order, OrderState


def place(orders: Sequence[Order]) -> None:
    """Store new orders, one per door."""
    Order.objects.bulk_create(orders)


def book(order: UUID, municipality: str, starts: datetime, ends: datetime, presence: str) -> None:
    """Book a time; an existing booking ends as rebooked."""
    end_booking(order, "rebooked")
    Booking.objects.create(
        municipality_id=municipality, order_id=order, starts=starts, ends=ends, presence=presence
    )
    Order.objects.filter(id=order).update(state=OrderState.BOOKED)


def fail(order: UUID, code: str) -> None:
    """End the booking with the reason of a failed trip; the order waits to be booked again."""
    end_booking(order, code)
    Order.objects.filter(id=order).update(state=OrderState.PLACED)


def cancel(order: UUID, reason: str, now: datetime) -> None:
    """Cancel the order."""
    Order.objects.filter(id=order).update(state=OrderState.CANCELLED, reason=reason, closed=now)


def finish(order: UUID, lock: UUID, now: datetime, parts: str = "") -> None:
    """Mark the order as done (L1). `parts`: where the door's original turner is now."""
    Order.objects.filter(id=order).update(state=OrderState.DONE, lock=lock, closed=now, parts=parts)


def end_booking(order: UUID, outcome: str) -> None:
    """End the current booking, if any."""
    Booking.objects.filter(order=order, outcome="").update(outcome=outcome)
