# SPDX-License-Identifier: EUPL-1.2
"""Writes to things, holdings and links; called by acts only, with the home locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Link, Thing


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
                sequence=1,
                kind=kind,
                holder=holder,
                since=since,
            )
            for thing, kind, holder in held
        ]
    )


def hand_over(
    held: Holding, kind: str, holder: UUID | None, at: datetime, giver: UUID | None, taker: UUID | None
) -> None:
    """The open holding ends and the next begins, in one statement, so that the chain is never broken (rule 5)."""
    rules.later_than(at, held.since, f"{held.thing.kind} {held.thing.number}")
    held.until = at
    held.given_by_id = giver
    following = Holding(
        municipality_id=held.municipality_id,
        thing_id=held.thing_id,
        sequence=held.sequence + 1,
        kind=kind,
        holder=None if kind == HolderKind.LOST else holder,
        since=at,
        taken_by_id=taker,
    )
    Holding.objects.bulk_create(
        [held, following], update_conflicts=True, unique_fields=["id"], update_fields=["until", "given_by"]
    )


def link(links: Sequence[Link]) -> None:
    """Link clients to locks (S2)."""
    Link.objects.bulk_create(links)


def unlink(link: UUID, at: datetime) -> None:
    """End a link; its history stays (S3)."""
    Link.objects.filter(id=link).update(until=at)
