# SPDX-License-Identifier: EUPL-1.2
"""May this role do this act, or read this? Sight decides whether about this client; rules whether in this state."""

from __future__ import annotations

from collections.abc import Collection

from troskel.ground.refusals import NotAllowed
from troskel.people.roles import Actor, Role


def may(actor: Actor, act: str, who: Collection[Role]) -> None:
    """Raises NotAllowed unless the actor's role is in `who`. The system may do every act."""
    if actor.role is Role.SYSTEM or actor.role in who:
        return
    if not who:
        raise NotAllowed(
            "{act} is done by the system alone, not by {role}: ask one of them", act=act, role=actor.role
        )
    raise NotAllowed(
        "{act} is done by {roles}, not by {role}: ask one of them",
        act=act,
        roles=sorted(who),
        role=actor.role,
    )


def may_read(viewer: Actor, reading: str, who: Collection[Role]) -> None:
    """Raises NotAllowed unless the viewer's role is in `who`. The system may read everything."""
    if viewer.role is Role.SYSTEM or viewer.role in who:
        return
    raise NotAllowed(
        "{operation} is for {roles}, not for {role}: ask one of them",
        operation=reading,
        roles=sorted(who),
        role=viewer.role,
    )
