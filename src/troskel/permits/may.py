# SPDX-License-Identifier: EUPL-1.2
"""May this role do this act, or read this? Sight decides whether about this client; rules whether in this state."""

from __future__ import annotations

from collections.abc import Collection

from troskel.ground import clock
from troskel.ground.refusals import NotAllowed, SignInAgain
from troskel.ground.texts import _
from troskel.people import sign_in_rules
from troskel.people.roles import Actor, Role
from troskel.permits.acts import ActInfo


def may(actor: Actor, act: str, who: Collection[Role]) -> None:
    """Raises NotAllowed unless the actor's role is in `who`. The system may do every act."""
    if actor.role is Role.SYSTEM or actor.role in who:
        return
    if not who:
        raise NotAllowed(
            "role.only_the_system",
            _("{act} görs av systemet självt, inte av {role}."),
            act=act,
            role=actor.role,
        )
    raise _not_allowed(actor, act, who)


def fresh_enough(actor: Actor, act: ActInfo) -> None:
    """Raises SignInAgain where the act is dangerous, and the person of a session showed long ago who it is."""
    if act.fresh and not sign_in_rules.is_fresh(actor.signed_in, clock.now()):
        raise SignInAgain


def in_person(actor: Actor, act: ActInfo) -> None:
    """Raises NotAllowed where a token would make another way in: one that leaks would go on living in that."""
    if act.in_person and actor.by_token:
        raise NotAllowed(
            "token.not_in_person",
            _("{act} görs inte med en åtkomstnyckel. Logga in och gör det själv."),
            act=act.name,
        )


def may_read(viewer: Actor, reading: str, who: Collection[Role]) -> None:
    """Raises NotAllowed unless the viewer's role is in `who`. The system may read everything."""
    if viewer.role is Role.SYSTEM or viewer.role in who:
        return
    raise _not_allowed(viewer, reading, who)


def _not_allowed(actor: Actor, what: str, who: Collection[Role]) -> NotAllowed:
    return NotAllowed(
        "role.not_allowed",
        _("{act} är till för {roles}, inte för {role}. Be någon av dem."),
        act=what,
        roles=sorted(who),
        role=actor.role,
    )
