# SPDX-License-Identifier: EUPL-1.2
"""May this role do this act? Sight decides whether about this client; rules whether in this state."""

from __future__ import annotations

from collections.abc import Collection

from troskel.ground.refusals import NotAllowed
from troskel.ground.texts import _
from troskel.people.roles import Actor, Role


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
    raise NotAllowed(
        "role.not_allowed",
        _("{act} är till för {roles}, inte för {role}. Be någon av dem."),
        act=act,
        roles=sorted(who),
        role=actor.role,
    )
