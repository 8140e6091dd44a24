# SPDX-License-Identifier: EUPL-1.2
"""May this actor do this act at all? Whether the subject is theirs is Sight's; whether the state is right, a rule's."""

from __future__ import annotations

from collections.abc import Collection

from troskel.ground.refusals import NotAllowed
from troskel.people.roles import Actor, Role


def may(actor: Actor, act: str, who: Collection[Role]) -> None:
    """Raises NotAllowed where the actor's role is none of `who`. The system itself may do every act."""
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
