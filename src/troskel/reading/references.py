# SPDX-License-Identifier: EUPL-1.2
"""Which client is which: the case system's reference of each, by id and by case number. For plays."""

from __future__ import annotations

from uuid import UUID

import msgspec

from troskel.people.roles import OFFICE_ROLES, Actor
from troskel.reading.base import clients_in_sight, note
from troskel.reading.register import read


class References(msgspec.Struct, frozen=True):
    """The reference of each client in sight, by id and by case number."""

    by_id: dict[UUID, str]
    by_case: dict[str, str]


@read(who=OFFICE_ROLES)
def references(viewer: Actor) -> References:
    """The references of all clients in the viewer's sight: for small municipalities, as those of plays. One query."""
    rows = list(clients_in_sight(viewer).values_list("id", "case_number", "reference"))
    note(viewer, "references.viewed", ids=[row[0] for row in rows])
    return References({row[0]: row[2] for row in rows}, {row[1]: row[2] for row in rows})
