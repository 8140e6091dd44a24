# SPDX-License-Identifier: EUPL-1.2
"""Letters to clients when a lock turner is mounted (S1) or taken down (S3)."""

from __future__ import annotations

from typing import Any

from troskel.acts.core import lookup
from troskel.acts.core.fields import Number
from troskel.acts.core.register import act
from troskel.acts.core.transaction import ActContext
from troskel.ground.texts import _
from troskel.orders import rules
from troskel.people.roles import Role
from troskel.routine import client_state

CHAPTER = _("Brev")


@act(
    "S1",
    "S3",
    who=(Role.ADMINISTRATOR,),
    writes=["letter.sent"],
    title=_("Brevet är skickat"),
    lead=_("Kunden har fått brev om monteringen eller nedmonteringen."),
)
def send_letter(ctx: ActContext, *, order: Number) -> dict[str, Any]:
    """Send the client the letter about an order that is done (S1, S3). A repeat sends the same letter.

    The letter is made on request, and not stored.
    """
    subject = lookup.find_order(ctx, order)
    rules.has_a_letter(subject.row.kind, subject.row.state, order)
    rules.own_client(lookup.client_of_order(ctx, subject))
    client_facts = [ctx.facts[home].clients.get(subject.row.client_id) for home in subject.homes]
    rules.gets_letters(
        subject.row.kind,
        any(client and client_state.lives_here(client, ctx.today) for client in client_facts),
    )
    ctx.journal(
        "letter.sent",
        homes=subject.homes,
        client=subject.row.client_id,
        paragraph=rules.LETTER_PARAGRAPHS[subject.row.kind],
        order=subject.row.id,
        number=order,
        kind=subject.row.kind,
        door=subject.row.door_id,
    )
    return {"order": order, "kind": subject.row.kind}
