# SPDX-License-Identifier: EUPL-1.2
"""What a form proposes where the person mostly answers the same: the last order's locksmith, a tag in one's stock."""

from __future__ import annotations

from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.orders.models import Order
from troskel.people.roles import CARE_ROLES, Actor, Role
from troskel.reading.register import read


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
