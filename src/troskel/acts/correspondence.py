# SPDX-License-Identifier: EUPL-1.2
"""Letters to clients about a mounted (S1) or removed (S3) lock turner; e-mails that failed are sent again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.orders import rules
from troskel.outbox import operations as outbox
from troskel.outbox import queries
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import OrderNumber
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext

CHAPTER = _("Brev")


@act(
    "S1",
    "S3",
    who=(Role.ADMINISTRATOR,),
    writes=["letter.sent"],
    title=_("Brevet är skickat"),
    lead=_("Kunden har fått brev om monteringen eller nedmonteringen."),
)
def send_letter(ctx: ActContext, *, order: OrderNumber) -> dict[str, Any]:
    """Send the client the letter about an order that is done (S1, S3). A repeat sends the same letter.

    Where the client has died, has moved or is another municipality's it goes to another who lives behind the door.
    The letter is made on request, and not stored.
    """
    subject = lookup.find_order(ctx, order)
    rules.has_a_letter(subject.row.kind, subject.row.state, order)
    homes = [ctx.facts[home] for home in subject.homes]
    client = rules.addressee(homes, subject.row.client_id, ctx.today)
    if client is None:
        rules.own_client(lookup.client_of_order(ctx, subject))
    rules.gets_letters(subject.row.kind, client is not None)
    ctx.journal(
        "letter.sent",
        homes=subject.homes,
        client=client.client if client is not None else None,
        paragraph=rules.LETTER_PARAGRAPHS[subject.row.kind],
        order=subject.row.id,
        number=order,
        kind=subject.row.kind,
        door=subject.row.door_id,
    )
    return {"order": order, "kind": subject.row.kind}


@send_letter.suggested_by("letter.sent")
def _suggest_letter(context: DutyContext) -> Iterator[Suggestion]:
    """Send the client's letter about the mounted or removed lock (S1, S3)."""
    yield send_letter.suggestion({"order": context.about["number"]})


@act("S1", "S3", "O3", who=(Role.ADMINISTRATOR,), writes=["email.sent_again"])
def send_email_again(ctx: ActContext, *, email: UUID) -> dict[str, Any]:
    """Send an e-mail that was given up again, to the current addresses."""
    if not queries.emails(ctx.actor.municipality).filter(id=email).exists():
        raise NotFound("email", "email")
    if not outbox.unpark(ctx.actor.municipality, [email]):
        raise Refusal(
            "rule 6",
            "email.not_given_up",
            _("E-postmeddelandet är inte parkerat. Det har skickats, eller är på väg."),
        )
    ctx.journal("email.sent_again", email=email)
    return {"email": email}
