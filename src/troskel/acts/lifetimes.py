# SPDX-License-Identifier: EUPL-1.2
"""What is said of a client lies within a life: not before birth, not after death (rule 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from troskel.care import rules
from troskel.ground.clock import day_of
from troskel.ground.ids import created
from troskel.people.identity import birth_day
from troskel.people.models import Client, Identifier
from troskel.runner import lookup
from troskel.runner.transaction import ActContext


def births(days: Iterable[tuple[Client, date | None]]) -> dict[UUID, date | None]:
    """Returns the days of birth of those clients of whom a day is said before they were registered; no others.

    Nobody is registered before birth, so of the others it need not be known. One query per `BATCH_SIZE`, or none.
    """
    early = {row.id for row, day in days if day is not None and day < day_of(created(row.id))}
    ids = sorted(early)
    found: dict[UUID, date | None] = {}
    for start in range(0, len(ids), lookup.BATCH_SIZE):
        rows = Identifier.objects.filter(client__in=ids[start : start + lookup.BATCH_SIZE], until=None)
        found |= {client: birth_day(number) for client, number in rows.values_list("client_id", "number")}
    return found


def ensure_within_life(
    ctx: ActContext, field: str, row: Client, day: date, born: Mapping[UUID, date | None]
) -> None:
    """Raises BadValue where the day is before the client's birth, and Refusal where it is after the death.

    What the case system's extract says of the dead is taken as it stands.
    """
    rules.born_by(field, day, born.get(row.id))
    if not ctx.actor.is_system:
        rules.within_life(row.died, day)
