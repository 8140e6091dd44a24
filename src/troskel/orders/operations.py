# SPDX-License-Identifier: EUPL-1.2
"""Writes that span an order and its bookings. Called by acts only, with the home locked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from troskel.orders.models import Booking, Order, OrderState
from troskel.people.models import Organisation


def lock_calendar(firm: UUID) -> None:
    """Let nobody else book the firm's time until the transaction ends: two bookings of one hour meet here."""
    Organisation.objects.select_for_update().get(id=firm)


def book(order: UUID, municipality: str, starts: datetime, ends: datetime, presence: str) -> None:
    """Book a time; an existing booking ends as rebooked."""
    _end_booking(order, "rebooked")
    Booking.objects.create(
        municipality_id=municipality, order_id=order, starts=starts, ends=ends, presence=presence
    )
    Order.objects.filter(id=order).update(state=OrderState.BOOKED)


def fail(order: UUID, code: str) -> None:
    """End the booking with the reason of a failed trip; the order waits to be booked again."""
    _end_booking(order, code)
    Order.objects.filter(id=order).update(state=OrderState.PLACED)


def reopen(order: UUID) -> None:
    """Open an order again that was reported by mistake. It waits to be booked."""
    _end_booking(order, "rebooked")
    Order.objects.filter(id=order).update(
        state=OrderState.PLACED, closed=None, lock=None, parts="", done_though=""
    )


def _end_booking(order: UUID, outcome: str) -> None:
    """End the current booking, if any."""
    Booking.objects.filter(order=order, outcome="").update(outcome=outcome)
