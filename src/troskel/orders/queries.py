# SPDX-License-Identifier: EUPL-1.2
"""When the people of a locksmith firm are taken, and how many they are. Names no client."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from troskel.orders.models import Booking, OrderState
from troskel.orders.rules import Taken
from troskel.people.models import HomeDoor
from troskel.people.queries import open_accounts
from troskel.people.roles import Role


def taken(
    municipality: str,
    firm: UUID,
    begins: datetime,
    ends: datetime,
    *,
    but: UUID | None = None,
    homes: Collection[UUID] = (),
) -> list[Taken]:
    """Returns the firm's standing bookings that touch the time from `begins` to `ends`. One query.

    `but`: an order that is left out; `homes`: so are those behind whose doors it is the same trip.
    """
    rows = Booking.objects.filter(
        municipality=municipality,
        order__locksmith=firm,
        order__state=OrderState.BOOKED,
        outcome="",
        starts__lt=ends,
        ends__gt=begins,
    )
    if but is not None:
        rows = rows.exclude(order=but)
    if homes:
        same_way_in = HomeDoor.objects.filter(door=OuterRef("order__door"), home__in=list(homes))
        rows = rows.exclude(Exists(same_way_in))
    return [
        Taken(*row) for row in rows.order_by("starts", "id").values_list("starts", "ends", "order__client")
    ]


def locksmiths_of(municipality: str, firm: UUID) -> int:
    """Returns how many locksmiths the firm has that can be out at once: its open accounts, at least one."""
    smiths = open_accounts(municipality).filter(organisation=firm, role=Role.LOCKSMITH, of_system=False)
    return max(1, smiths.count())
