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
    roles = ", ".join(sorted(role.value for role in who)) or "the system alone"
    raise NotAllowed(f"{act} is done by {roles}, not by {actor.role.value}: ask one of them")
