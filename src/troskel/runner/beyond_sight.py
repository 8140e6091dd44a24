# SPDX-License-Identifier: EUPL-1.2
"""What a preview or a refusal tells of a client out of the actor's sight is a read, and is written down as one.

An act that is carried out has its own lines.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from troskel.ground import clock
from troskel.journal import operations as journal
from troskel.people.roles import Actor
from troskel.permits.acts import ActInfo
from troskel.permits.sight import ROLES_SEEING_ALL, in_sight

REFUSED, PREVIEWED = "act.refused", "act.previewed"
EVENTS = (REFUSED, PREVIEWED)
"""The events of these lines."""


def note(actor: Actor, act: ActInfo, clients: Collection[UUID], code: str = "") -> None:
    """Writes a line in the chain of reads, where any of these clients is out of the actor's sight.

    `code`: of the refusal that told of them; empty of a preview. One query, and none for roles that see all.
    """
    if not clients or actor.role in ROLES_SEEING_ALL:
        return
    beyond = sorted(set(clients) - in_sight(actor, clock.today(), clients))
    if not beyond:
        return
    entry = journal.Entry(
        event=REFUSED if code else PREVIEWED,
        body={
            "asked": {"act": act.name, **({"code": code} if code else {})},
            "shown": [str(one) for one in beyond],
        },
        act="view",
        paragraph="",
        actor_kind=actor.kind.value,
        actor=actor.account,
        client=beyond[0] if len(beyond) == 1 else None,
    )
    with transaction.atomic():
        journal.append([entry], municipality=actor.municipality, kind="reads")
