# SPDX-License-Identifier: EUPL-1.2
"""What must not be there when nothing is asked any more: counted from the rows, not from the engine's facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db.models import Q

from troskel.care.models import Allocation, Decision
from troskel.custody.models import Holding, Link
from troskel.orders.models import Order
from troskel.people.models import Client


def dangling(municipality: str, day: date) -> Iterator[str]:
    """An order, a lock that nobody needs, a link to a lock that hangs there no more, a tag or key of who has left."""
    here = Q(municipality=municipality)
    runs = Q(withdrawn=False) & (Q(valid_through=None) | Q(valid_through__gte=day))
    living = Client.objects.filter(here, died=None)
    decisions = Decision.objects.filter(here & runs, client__in=living)
    granted = set(decisions.values_list("client", flat=True))
    cared_for = {client.id for client in living if client.is_own and client.id in granted}
    served = Allocation.objects.filter(here & runs, decision__in=decisions)
    having = set(served.values_list("decision__client", "organisation"))
    if Order.objects.filter(here, state__in=("placed", "booked")).exists():
        yield "an order"
    held = list(Holding.objects.filter(here, until=None).select_related("thing"))
    hanging = {row.thing_id: row.holder for row in held if row.kind == "door"}
    for link in Link.objects.filter(here, until=None):
        if hanging.get(link.lock_id) != link.door_id:
            yield "a link"
    for row in held:
        if row.kind == "door" and row.holder and not cared_for.intersection(_behind(row.holder)):
            yield "a lock that nobody needs"
        if row.thing_kind == "tag" and row.kind == "client" and row.holder not in cared_for:
            yield "a tag"
        is_held = row.thing_kind == "key" and row.kind == "organisation" and row.thing.door_id is not None
        if is_held and not any((client, row.holder) in having for client in _behind(row.thing.door_id)):
            yield "a key"


def _behind(door: UUID | None) -> list[UUID]:
    return list(Client.objects.filter(home__ways__door=door).values_list("id", flat=True))
