# SPDX-License-Identifier: EUPL-1.2
"""What an earlier version of the engine judged otherwise than today's does, read from where it was kept (decision 100).

The line `engine.changed` says from where on, and holds the digest of what is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import msgspec

from troskel.duties.models import KeptJudgement
from troskel.journal import queries as journal
from troskel.routine.replay import KeptHome

EVENTS = ("municipality.founded", "engine.changed")


class EngineChange(NamedTuple):
    """A line that says which engine judges from there on. `homes`, `duties`: how many were kept; `kept`: a digest."""

    number: int
    engine: str
    homes: int = 0
    duties: int = 0
    kept: str = ""


def changes(municipality: str) -> list[EngineChange]:
    """Returns when which engine began to judge, in order; the municipality's founding too, where it says so."""
    return [
        EngineChange(
            number,
            body.get("engine", ""),
            body.get("kept_homes", 0),
            body.get("kept_duties", 0),
            body.get("kept", ""),
        )
        for number, _, _, body in journal.bodies(municipality, EVENTS)
    ]


def kept(municipality: str, not_after: date | None = None) -> dict[int, dict[UUID, KeptHome]]:
    """Returns homes as they were judged, by the line from where on; what has been altered since is left out.

    Left out also where a day that was turned before has been taken back since (`not_after` as of `replay.lines`).
    """
    found = {change.number: change.kept for change in changes(municipality) if change.kept}
    if not found:
        return {}
    rows = dict(KeptJudgement.objects.filter(digest__in=found.values()).values_list("digest", "homes"))
    void_before = list(_turned_in_vain(municipality, not_after))
    return {
        number: msgspec.json.decode(rows[digest], type=dict[UUID, KeptHome])
        for number, digest in found.items()
        if digest_of(rows.get(digest, "")) == digest
        and not any(turned < number < back for turned, back in void_before)
    }


def taken_back(municipality: str, not_after: date | None = None) -> list[tuple[int, date]]:
    """Returns the number of each line that took days back, and the last day that stayed."""
    told = journal.bodies(municipality, ("days.taken_back",))
    ends = [(number, date.fromisoformat(body["after"])) for number, _, _, body in told]
    return [*ends, *([(sys.maxsize, not_after)] if not_after else [])]


def _turned_in_vain(municipality: str, not_after: date | None) -> Iterator[tuple[int, int]]:
    """Yields the line of each day that was taken back, and the line that did so."""
    ends = taken_back(municipality, not_after)
    if not ends:
        return
    for number, _, _, body in journal.bodies(municipality, ("day.turned",)):
        day = date.fromisoformat(body["day"])
        yield from ((number, back) for back, after in ends if number < back and day > after)


def faults(municipality: str) -> list[str]:
    """Returns what is wrong with what was kept: it is gone, or it is not what the line says."""
    found = [change for change in changes(municipality) if change.kept]
    rows = dict(KeptJudgement.objects.filter(municipality=municipality).values_list("digest", "homes"))
    return [
        f"what line {change.number} keeps of an earlier engine is {'altered' if change.kept in rows else 'gone'}"
        for change in found
        if digest_of(rows.get(change.kept, "")) != change.kept
    ]


def digest_of(homes: str) -> str:
    """Returns the digest that a line holds of what is kept."""
    return sha256(homes.encode()).hexdigest()
