# SPDX-License-Identifier: EUPL-1.2
"""Writes to the chain of holdings. Called by acts only, with the home locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Signature, Thing
from troskel.ground.ids import new_id
from troskel.ground.row_writing import Upsert, new_row

BATCH_SIZE = 400
"""Rows per statement; even, so that a holding and the next one are stored in one statement."""


def register(things: Sequence[Thing], kind: str, holder: UUID, since: datetime) -> None:
    """Store new things with the same first holder."""
    register_all([(thing, kind, holder) for thing in things], since)


def register_all(first_holdings: Sequence[tuple[Thing, str, UUID]], since: datetime) -> None:
    """Store new things, each with kind and id of its first holder."""
    Thing.objects.bulk_create([thing for thing, _, _ in first_holdings])
    Holding.objects.bulk_create(
        [
            Holding(
                municipality_id=thing.municipality_id,
                thing=thing,
                thing_kind=thing.kind,
                sequence=1,
                kind=kind,
                holder=holder,
                since=since,
            )
            for thing, kind, holder in first_holdings
        ]
    )


def register_at_handover(thing: Thing, kind: str, holder: UUID, since: datetime) -> Holding:
    """Store a new thing that is handed over at once. Returns its first holding, for `hand_over` to store."""
    thing.save(force_insert=True)
    return Holding(
        id=new_id(),
        municipality_id=thing.municipality_id,
        thing=thing,
        thing_kind=thing.kind,
        sequence=1,
        kind=kind,
        holder=holder,
        since=since,
    )


def hand_over(
    holding: Holding,
    kind: str,
    holder: UUID | None,
    at: datetime,
    giver: UUID | None,
    taker: UUID | None,
    signature: str = Signature.NONE,
) -> None:
    """Hand one thing over to the next holder. `signature`: who signed for the client, if anybody."""
    hand_over_all([holding], kind, holder, at, giver, taker, signature)


def hand_over_all(
    holdings: Sequence[Holding],
    kind: str,
    holder: UUID | None,
    at: datetime,
    giver: UUID | None,
    taker: UUID | None,
    signature: str = Signature.NONE,
) -> None:
    """End open holdings and begin the next in one statement, so that no chain is ever broken (rule 5)."""
    rows = []
    for holding in holdings:
        rules.later_than(at, holding.since, holding.thing.kind, holding.thing.number)
        holding.until, holding.given_by_id = at, giver
        next_holding = new_row(
            Holding,
            municipality_id=holding.municipality_id,
            thing_id=holding.thing_id,
            thing_kind=holding.thing.kind,
            sequence=holding.sequence + 1,
            kind=kind,
            holder=None if kind == HolderKind.LOST else holder,
            since=at,
            taken_by_id=taker,
            signature=signature,
        )
        rows += [holding, next_holding]
    _UPSERT_HOLDINGS(rows)


_UPSERT_HOLDINGS = Upsert(Holding, "id", ["until", "given_by"])
