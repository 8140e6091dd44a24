# SPDX-License-Identifier: EUPL-1.2
"""What signed tags have said at arrivals and departures: verified, and kept once an event. No visit is refused for it.

Whether a counter was used before, or comes too late, is computed when visits are read (`visits/exceptions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Self
from uuid import UUID

import msgspec

from troskel.custody.signed_tags import SignedTags, TagSignature
from troskel.ground.row_writing import insert, new_row
from troskel.runner.transaction import ActContext
from troskel.visits.exceptions import CLOCKS_APART
from troskel.visits.models import TagRead

FromTag = Annotated[
    str,
    msgspec.Meta(
        max_length=64, description="as a signed tag wrote it into its address, hexadecimal; empty: none"
    ),
]
"""A part of a signed tag's address. What it is not is judged, never refused."""


class TagTap(NamedTuple):
    """A tag as an event has it: its number, if the address named one, and its signature, if it signs."""

    serial: str
    signature: TagSignature | None
    at: datetime


class TagReads:
    """The reads of a batch. `named` finds a tag by its chip, `take` keeps a read, `store` writes. Two statements."""

    def __init__(self, ctx: ActContext, tags: SignedTags) -> None:
        self._ctx = ctx
        self._tags = tags
        self._rows: list[TagRead] = []

    @classmethod
    def of(cls, ctx: ActContext, taps: Iterable[TagTap]) -> Self:
        """Reads the keys of the tags that have signed. One query at most."""
        signed = [tap for tap in taps if tap.signature]
        if not signed:
            return cls(ctx, SignedTags(()))
        serials = {tap.serial for tap in signed}
        return cls(ctx, SignedTags.of(ctx.actor.municipality, serials, every="" in serials))

    def named(self, taps: Sequence[TagTap]) -> list[str]:
        """Returns each tap's tag: as it is named, else by its chip. Empty where it is nobody's."""
        unnamed = [tap for tap in taps if tap.signature and not tap.serial]
        found = self._tags.serials_of(
            [(tap.signature, tap.at - CLOCKS_APART) for tap in unnamed if tap.signature]
        )
        by_chip = iter(found)
        return [next(by_chip) if tap.signature and not tap.serial else tap.serial for tap in taps]

    def take(self, visit: UUID, moment: Literal["arrive", "depart"], tap: TagTap | None) -> None:
        """Keeps what a tag said as a visit began or ended. Nothing is kept of a tag without a key."""
        if tap is None or tap.signature is None:
            return
        verdict = self._tags.judge(tap.serial, tap.signature, tap.at - CLOCKS_APART)
        if verdict is not None:
            self._rows.append(
                new_row(
                    TagRead,
                    municipality_id=self._ctx.actor.municipality,
                    visit=visit,
                    moment=moment,
                    key_id=verdict.key,
                    counter=verdict.counter,
                    code=verdict.code,
                    occurred=tap.at,
                    told=self._ctx.now,
                )
            )

    def store(self) -> None:
        """Writes what was taken. One statement at most."""
        insert(self._rows)
