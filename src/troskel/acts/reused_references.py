# SPDX-License-Identifier: EUPL-1.2
"""The case system has reused a reference: the old decision or allocation ends, and its reference is retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from troskel.care.models import Allocation, Decision, Ending
from troskel.runner import lookup
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

BATCH_SIZE = 400


class ReusedReference(msgspec.Struct, frozen=True):
    """A reused reference. Its old owner ends on `valid_through`, or is `withdrawn`, or (neither) has already ended."""

    reference: str
    valid_through: date | None
    withdrawn: bool


@act("A8", writes=["decision.ended", "decision.withdrawn"], parts="decisions")
def supersede_decisions(ctx: ActContext, *, decisions: list[ReusedReference]) -> dict[str, Any]:
    """Retire references of old decisions that new ones now use."""
    rows = Decision.objects.select_related("client").filter(municipality=ctx.actor.municipality)
    return _supersede(ctx, rows, decisions, "decision")


@act("A6", writes=["allocation.ended", "allocation.withdrawn"], parts="allocations")
def supersede_allocations(ctx: ActContext, *, allocations: list[ReusedReference]) -> dict[str, Any]:
    """Retire references of old allocations that new ones now use."""
    rows = Allocation.objects.select_related("decision__client").filter(municipality=ctx.actor.municipality)
    return _supersede(ctx, rows, allocations, "allocation")


def _supersede(ctx: ActContext, rows: Any, items: Sequence[ReusedReference], kind: str) -> dict[str, Any]:
    rows_by_reference = {
        row.reference: row
        for row in lookup.fetch_in_batches(rows, "reference", [item.reference for item in items])
    }
    clients = {
        reference: row.client if kind == "decision" else row.decision.client
        for reference, row in rows_by_reference.items()
    }
    ctx.lock_homes({client.home_id for client in clients.values()})
    for item in items:
        row, client = rows_by_reference[item.reference], clients[item.reference]
        line = {"homes": [client.home_id], "client": client.id, kind: row.id}
        if item.withdrawn:
            row.withdrawn = True
            ctx.journal(f"{kind}.withdrawn", **line)
        elif item.valid_through is not None:
            row.valid_through, row.ending = item.valid_through, Ending.UNCONFIRMED
            ctx.journal(f"{kind}.ended", **line, through=row.valid_through, confirmed=False)
        row.reference = _retired_reference(row.reference, row.id)
    fields = ["reference", "valid_through", "ending", "withdrawn"]
    rows.model.objects.bulk_update(list(rows_by_reference.values()), fields, batch_size=BATCH_SIZE)
    return {"references": [row.reference for row in rows_by_reference.values()]}


def _retired_reference(reference: str, identifier: UUID) -> str:
    return f"{reference[:30]}~{identifier.hex[-12:]}"
