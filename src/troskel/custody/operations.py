# SPDX-License-Identifier: EUPL-1.2
"""Writes to things, holdings and links; called by acts only, with the home locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Link, Signature, Thing
from troskel.ground.ids import new_id

ROWS = 400
"""An even number: a holding and the one that follows it are stored in one statement."""


def register(things: Sequence[Thing], kind: str, holder: UUID, since: datetime) -> None:
    """New things, with their first holder."""
    register_all([(thing, kind, holder) for thing in things], since)


def register_all(held: Sequence[tuple[Thing, str, UUID]], since: datetime) -> None:
    """New things, each with the kind and id of its first holder."""
    Thing.objects.bulk_create([thing for thing, _, _ in held])
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
            for thing, kind, holder in held
        ]
    )


def hand_over(
    held: Holding,
    kind: str,
    holder: UUID | None,
    at: datetime,
    giver: UUID | None,
    taker: UUID | None,
    signature: str = Signature.NONE,
) -> None:
    """One thing goes from its holder to the next. `signature`: who signed for the client, if anybody."""
    hand_over_all([held], kind, holder, at, giver, taker, signature)


def hand_over_all(
    things: Sequence[Holding],
    kind: str,
    holder: UUID | None,
    at: datetime,
    giver: UUID | None,
    taker: UUID | None,
    signature: str = Signature.NONE,
) -> None:
    """Open holdings end and the next begin, in one statement, so that no chain is ever broken (rule 5)."""
    rows = []
    for held in things:
        rules.later_than(at, held.since, held.thing.kind, held.thing.number)
        held.until, held.given_by_id = at, giver
        following = Holding(
            municipality_id=held.municipality_id,
            thing_id=held.thing_id,
            thing_kind=held.thing.kind,
            sequence=held.sequence + 1,
            kind=kind,
            holder=None if kind == HolderKind.LOST else holder,
            since=at,
            taken_by_id=taker,
            signature=signature,
        )
        rows += [held, following]
    Holding.objects.bulk_create(
        rows,
        batch_size=ROWS,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["until", "given_by"],
    )


def link(links: Sequence[Link]) -> None:
    """Link clients to locks (S2)."""
    Link.objects.bulk_create(links)


def new_link(
    municipality: str, lock: UUID, client: UUID, door: UUID, since: datetime, corrects: UUID | None = None
) -> Link:
    """A link to be stored by `link`."""
    return Link(
        id=new_id(),
        municipality_id=municipality,
        lock_id=lock,
        client_id=client,
        door_id=door,
        since=since,
        corrects_id=corrects,
    )


def unlink(links: Sequence[UUID], at: datetime) -> None:
    """End links; their history stays (S3)."""
    Link.objects.filter(id__in=links).update(until=at)
