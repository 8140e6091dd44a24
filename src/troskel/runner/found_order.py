# SPDX-License-Identifier: EUPL-1.2
"""An order that an act is about: from the locked facts while it is open, else from its row. Never half of a row."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from troskel.orders.models import Order


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
