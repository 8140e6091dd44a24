# SPDX-License-Identifier: EUPL-1.2
"""The client's letter, made when it is asked for (S1, S3); that somebody asked is a line."""

from __future__ import annotations

from datetime import date

from troskel.custody.models import HolderKind, Holding
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.orders import letter, rules
from troskel.orders.models import Order, OrderKind
from troskel.people.models import HomeDoor, Organisation
from troskel.people.roles import Actor, OrganisationKind, Role
from troskel.reading.base import note

WHO = frozenset({Role.ADMINISTRATOR})


def of_order(viewer: Actor, number: str, language: letter.Language) -> bytes:
    """The letter about an order that is done, as PDF. Raises NotFound, or Refusal where there is none to send."""
    orders = Order.objects.select_related("client__home", "door", "organisation", "municipality")
    own = {"municipality": viewer.municipality, "client__home_municipality": viewer.municipality}
    order = orders.filter(**own, number=number).first()
    if order is None:
        raise NotFound("letter", "order")
    client, today = order.client, clock.today()
    rules.has_a_letter(order.kind, order.state, number)
    lives_there = HomeDoor.objects.filter(home=client.home_id, door=order.door_id).exists()
    rules.gets_letters(order.kind, lives_there and (client.died is None or client.died >= today))
    offices = Organisation.objects.filter(
        municipality=viewer.municipality, kind=OrganisationKind.MUNICIPALITY
    )
    note(viewer, "letter.opened", client=client.id, order=number, language=language)
    return letter.of(
        letter.Letter(
            order=order,
            done=_done_on(order),
            written=today,
            office=offices.earliest("id"),
            language=language,
        )
    )


def _done_on(order: Order) -> date:
    """The day on which the lock came to the door or left it: the report may have come later."""
    moment = "since" if order.kind == OrderKind.INSTALLATION else "until"
    at_the_door = Holding.objects.filter(
        thing=order.lock, kind=HolderKind.DOOR, holder=order.door_id, **{f"{moment}__lte": order.closed}
    )
    return clock.day_of(at_the_door.order_by(f"-{moment}").values_list(moment, flat=True)[0])
