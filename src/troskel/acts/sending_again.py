# SPDX-License-Identifier: EUPL-1.2
"""E-mails that failed for good are sent again, once the cause is corrected (S1, S3, O3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from troskel.acts.core.register import act
from troskel.acts.core.transaction import ActContext
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.outbox import operations as outbox
from troskel.outbox import queries
from troskel.people.roles import Role


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
