# SPDX-License-Identifier: EUPL-1.2
"""E-mails that were given up are sent again, once what was in the way has been mended (S1, S3, O3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.refusals import NotFound, Refusal
from troskel.outbox import operations as outbox
from troskel.outbox import queries
from troskel.people.roles import Role


@act("S1", "S3", "O3", who=(Role.ADMINISTRATOR,), writes=["email.sent_again"])
def send_email_again(doing: Doing, *, email: UUID) -> dict[str, Any]:
    """Let an e-mail that was given up be tried anew, to the addresses that hold now."""
    if not queries.emails(doing.actor.municipality).filter(id=email).exists():
        raise NotFound("e-mail", "email")
    if not outbox.unpark(doing.actor.municipality, [email]):
        raise Refusal("rule 6", "the e-mail is not given up: it has been sent, or is on its way")
    doing.journal("email.sent_again", email=email)
    return {"email": email}
