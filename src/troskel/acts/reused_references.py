# SPDX-License-Identifier: EUPL-1.2
"""The case system uses an id for something else now: the old thing ends where it has not, and gives up the id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from troskel.acts.core import lookup
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.care.models import Allocation, Decision, Ending

ROWS = 400


class Superseded(msgspec.Struct, frozen=True):
    """What had the reference; it ends on `valid_through`, is `withdrawn`, or (neither) has ended long ago."""

    reference: str
    valid_through: date | None
    withdrawn: bool


@act("A8", writes=["decision.ended", "decision.withdrawn"])
def supersede_decisions(doing: Doing, *, decisions: list[Superseded]) -> dict[str, Any]:
    """Old decisions give up their references to new ones."""
    rows = Decision.objects.select_related("client").filter(municipality=doing.actor.municipality)
    return _supersede(doing, rows, decisions, "decision")


@act("A6", writes=["allocation.ended", "allocation.withdrawn"])
def supersede_allocations(doing: Doing, *, allocations: list[Superseded]) -> dict[str, Any]:
    """Old allocations give up their references to new ones."""
    rows = Allocation.objects.select_related("decision__client").filter(municipality=doing.actor.municipality)
    return _supersede(doing, rows, allocations, "allocation")


def _supersede(doing: Doing, rows: Any, items: Sequence[Superseded], kind: str) -> dict[str, Any]:
    found = {
        row.reference: row for row in lookup.in_batches(rows, "reference", [item.reference for item in items])
    }
    clients = {
        reference: row.client if kind == "decision" else row.decision.client
        for reference, row in found.items()
    }
    doing.lock_homes({client.home_id for client in clients.values()})
    for item in items:
        row, client = found[item.reference], clients[item.reference]
        named = {"homes": [client.home_id], "client": client.id, kind: row.id}
        if item.withdrawn:
            row.withdrawn = True
            doing.journal(f"{kind}.withdrawn", **named)
        elif item.valid_through is not None:
            row.valid_through, row.ending = item.valid_through, Ending.UNCONFIRMED
            doing.journal(f"{kind}.ended", **named, through=row.valid_through, confirmed=False)
        row.reference = _given_up(row.reference, row.id)
    fields = ["reference", "valid_through", "ending", "withdrawn"]
    rows.model.objects.bulk_update(list(found.values()), fields, batch_size=ROWS)
    return {"references": [row.reference for row in found.values()]}


def _given_up(reference: str, identifier: UUID) -> str:
    return f"{reference[:30]}~{identifier.hex[-12:]}"
