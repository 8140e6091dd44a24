# SPDX-License-Identifier: EUPL-1.2
"""Whose a duty is, and how it may be fulfilled. Pure Python."""

from __future__ import annotations

from uuid import UUID

from troskel.ground.refusals import Refusal
from troskel.people.roles import Actor, Role
from troskel.routine.model import Ask

ROLES_OF = {
    "assessor": frozenset({Role.ASSESSOR}),
    "administrator": frozenset({Role.ADMINISTRATOR}),
    "locksmith": frozenset({Role.LOCKSMITH}),
    "economist": frozenset({Role.ECONOMIST}),
    "provider": frozenset({Role.COORDINATOR, Role.CARER}),
}
"""Which accounts answer for a role of the routine."""


def is_asked_of(role: str, organisation: UUID | None, actor: Actor) -> bool:
    """Is a duty of this role and organisation the actor's to do? The municipality's own have no organisation."""
    if actor.role is Role.SYSTEM:
        return True
    if actor.role not in ROLES_OF.get(role, ()):
        return False
    return organisation is None or organisation == actor.organisation


def by_hand(paragraph: str, ask: Ask) -> None:
    """A duty is attested by hand only where its paragraph says so."""
    if not ask.by_hand:
        raise Refusal(
            paragraph, f"is fulfilled by {', '.join(ask.done_by)}: do that act, it can't be attested by hand"
        )
