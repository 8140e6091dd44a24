# SPDX-License-Identifier: EUPL-1.2
"""The client's letter (S1, S3), rendered on request and not stored; each request is recorded."""

from __future__ import annotations

from datetime import date

from troskel.custody.models import HolderKind, Holding
from troskel.duties.queries import facts_of
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.orders import letter, rules
from troskel.orders.models import Order, OrderKind
from troskel.people.models import Client, HomeDoor, Organisation
from troskel.people.roles import Actor, OrganisationKind, Role
from troskel.reading.base import note
from troskel.reading.register import read


@read(
    who=[Role.ADMINISTRATOR],
    title="The client's letter about a completed order, as PDF; the read is journalled",
)
def order_letter(viewer: Actor, number: str, language: letter.Language) -> bytes:
    """The letter about a finished order, as PDF. Raises NotFound, or Refusal where no letter is sent."""
    orders = Order.objects.select_related("door", "organisation", "municipality")
    own_clients = {"municipality": viewer.municipality, "client__home_municipality": viewer.municipality}
    order = orders.filter(**own_clients, number=number).first()
    if order is None:
        raise NotFound("letter", "order")
    today = clock.today()
    rules.has_a_letter(order.kind, order.state, number)
    behind = HomeDoor.objects.filter(door=order.door_id).values("home")
    homes = facts_of(viewer.municipality, behind)
    served = next(home.doors[order.door_id].homes for home in homes.values())
    to = rules.addressee([homes[home] for home in served], order.client_id, today)
    rules.gets_letters(order.kind, to is not None)
    assert to is not None
    addressee = Client.objects.select_related("home").get(id=to.client)
    offices = Organisation.objects.filter(
        municipality=viewer.municipality, kind=OrganisationKind.MUNICIPALITY
    )
    note(viewer, "letter.opened", client=addressee.id, order=number, language=language)
    return letter.render(
        letter.Letter(
            order=order,
            client=addressee,
            done=_day_done(order),
            written=today,
            office=offices.earliest("orgnr"),
            language=language,
        )
    )


def _day_done(order: Order) -> date:
    """The day on which the lock was mounted or taken down; the report may be later."""
    moment = "since" if order.kind == OrderKind.INSTALLATION else "until"
    at_the_door = Holding.objects.filter(
        thing=order.lock, kind=HolderKind.DOOR, holder=order.door_id, **{f"{moment}__lte": order.closed}
    )
    return clock.day_of(at_the_door.order_by(f"-{moment}").values_list(moment, flat=True)[0])
