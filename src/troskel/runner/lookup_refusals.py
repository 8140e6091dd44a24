# SPDX-License-Identifier: EUPL-1.2
"""What refuses a subject that is there and in sight, and yet can't be acted on as it was named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from troskel.ground.refusals import Refusal
from troskel.ground.texts import _

if TYPE_CHECKING:
    from troskel.people.models import Client
    from troskel.runner.transaction import ActContext


def just_being_moved() -> Refusal:
    """The client has moved to a home that is not locked since its home was looked up."""
    return Refusal(
        "rule 6",
        "client.just_being_moved",
        _("Någon annan håller just på att flytta kunden. Försök igen."),
    )


def door_not_said_which(count: int) -> Refusal:
    """The home has several doors, or none, and none was named."""
    return Refusal(
        "P1", "door.not_said_which", _("Bostaden har {count} dörrar. Välj vilken det gäller."), count=count
    )


def ensure_not_moved(ctx: ActContext, rows: Iterable[Client]) -> None:
    """Raises Refusal if a client has moved to a home that is not locked since its home was looked up."""
    if any(row.home_id not in ctx.facts for row in rows):
        raise just_being_moved()
