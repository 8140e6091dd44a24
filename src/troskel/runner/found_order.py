# SPDX-License-Identifier: EUPL-1.2
"""An order that an act is about: from the locked facts while it is open, else from its row. Never half of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from troskel.orders.models import Order, OrderState
from troskel.routine.facts import HomeFacts


class FoundOrder(NamedTuple):
    """What acts need of an order: the names of the columns of Order."""

    id: UUID
    number: str
    kind: str
    state: str
    client_id: UUID
    door_id: UUID
    organisation_id: UUID
    locksmith_id: UUID
    presence: str


def stored_order(municipality: str, number: str) -> FoundOrder | None:
    """Returns an order, open or not, from its row; None where there is none. One query."""
    rows = Order.objects.filter(municipality=municipality, number=number)
    values = rows.values_list(*FoundOrder._fields).first()
    return FoundOrder(*values) if values else None


def open_order_in(homes: Mapping[UUID, HomeFacts], number: str) -> FoundOrder | None:
    """Returns an open order from the locked facts, which saves a query; None if it is not there."""
    for home in homes.values():
        for door in home.doors.values():
            for identifier, order_facts in door.orders.items():
                if order_facts.number == number and order_facts.organisation and order_facts.locksmith:
                    return FoundOrder(
                        id=identifier,
                        number=number,
                        kind=order_facts.kind,
                        state=OrderState.BOOKED if order_facts.booked else OrderState.PLACED,
                        client_id=order_facts.client,
                        door_id=door.door,
                        organisation_id=order_facts.organisation,
                        locksmith_id=order_facts.locksmith,
                        presence=order_facts.presence,
                    )
    return None
