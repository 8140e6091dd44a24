# SPDX-License-Identifier: EUPL-1.2
"""The client hears by letter when a lock turner is mounted (S1) or taken down (S3)."""

from __future__ import annotations

from typing import Any

from troskel.acts.core import lookup
from troskel.acts.core.fields import Number
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.orders import rules
from troskel.people.roles import Role
from troskel.routine import standing


@act("S1", "S3", who=(Role.ADMINISTRATOR,), writes=["letter.sent"])
def send_letter(doing: Doing, *, order: Number) -> dict[str, Any]:
    """Send the client the letter about an order that is done (S1, S3). Sent again it is the same letter.

    The letter itself is made when it is asked for, and kept nowhere.
    """
    found = lookup.order(doing, order)
    rules.has_a_letter(found.row.kind, found.row.state, order)
    rules.own_client(lookup.client_of_order(doing, found))
    there = [doing.facts[home].clients.get(found.row.client_id) for home in found.homes]
    rules.gets_letters(
        found.row.kind, any(client and standing.lives_here(client, doing.today) for client in there)
    )
    doing.journal(
        "letter.sent",
        homes=found.homes,
        client=found.row.client_id,
        paragraph=rules.LETTER_OF[found.row.kind],
        order=found.row.id,
        number=order,
        kind=found.row.kind,
        door=found.row.door_id,
    )
    return {"order": order, "kind": found.row.kind}
