# SPDX-License-Identifier: EUPL-1.2
"""Tables of orders: one per door, with bookings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.ground.models import Record
from troskel.people.models import Client, Door, Municipality, Organisation


class OrderKind(models.TextChoices):
    """What the locksmith is to do."""

    INSTALLATION = "installation"
    REMOVAL = "removal"
    REPAIR = "repair"


class OrderState(models.TextChoices):
    """An order's state; transitions are in rules.py."""

    PLACED = "placed"
    BOOKED = "booked"
    DONE = "done"
    CANCELLED = "cancelled"


class Order(Record):
    """An order of an installation, a removal or a repair at one door, on behalf of one client (P1, P6)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    number = models.CharField(max_length=14)
    kind = models.CharField(max_length=20, choices=OrderKind.choices)
    state = models.CharField(max_length=20, choices=OrderState.choices, default=OrderState.PLACED)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="orders")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="orders")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="orders_placed")
    locksmith = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="orders_received")
    placed = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    reason = models.CharField(max_length=50, blank=True, help_text="code of a cancellation")
    lock = models.UUIDField(null=True, help_text="the lock mounted, mended or taken down")
    presence = models.CharField(
        max_length=10, default="none", help_text="who needs to be there: none | client | carer"
    )
    fault = models.CharField(max_length=20, blank=True, help_text="code: what is to be mended")
    parts = models.CharField(
        max_length=10,
        blank=True,
        help_text="the door's own turner: kept by client | office | locksmith; at a removal put_back | missing",
    )
    done_though = models.CharField(
        max_length=200, default="", help_text="codes: what was unusual about the report"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="one_order_per_number"),
            models.UniqueConstraint(
                fields=["municipality", "door", "kind"],
                condition=Q(state__in=["placed", "booked"]),
                name="one_open_order_per_door_and_kind",
            ),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_in_known_state"),
            models.CheckConstraint(condition=Q(kind__in=OrderKind.values), name="order_of_known_kind"),
            models.CheckConstraint(
                condition=Q(presence__in=["none", "client", "carer"]), name="order_asks_for_known_presence"
            ),
            models.CheckConstraint(
                condition=Q(parts__in=["", "client", "office", "locksmith", "put_back", "missing"]),
                name="parts_at_known_place",
            ),
            models.CheckConstraint(
                condition=Q(kind="repair") ^ Q(fault=""), name="a_repair_says_what_is_wrong"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["placed", "booked"], closed=None)
                | Q(state__in=["done", "cancelled"], closed__isnull=False),
                name="a_closed_order_says_when",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "locksmith", "state"], name="orders_by_locksmith")]


class Booking(Record):
    """When the locksmith comes, and who needs to be there (P4)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="bookings")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    presence = models.CharField(max_length=10, help_text="none | client | carer")
    outcome = models.CharField(
        max_length=30,
        blank=True,
        help_text="rebooked, or why the trip was in vain; else empty: it goes as the order goes",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "order"],
                condition=Q(outcome=""),
                name="one_standing_booking_per_order",
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=models.F("starts")), name="booking_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(presence__in=["none", "client", "carer"]), name="presence_of_known_kind"
            ),
        ]
