# SPDX-License-Identifier: EUPL-1.2
"""The routine as a controlled document (D): which version was in force when, who approved it, and what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.core.cache import cache
from django.db.models import QuerySet

from troskel.duties import replaying, routines
from troskel.duties.models import RoutineVersion
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.journal import queries as journal
from troskel.people.roles import Actor
from troskel.permits.sight import EVERYBODY
from troskel.reading.base import note
from troskel.reading.worklist import username
from troskel.routine import Routine
from troskel.routine.model import Words

MOST_SHOWN = 200
"""Duties of a comparison that are shown one by one; the counts are of all."""

Stands = Literal["proposed", "withdrawn", "approved", "in force", "replaced"]


class Version(msgspec.Struct, frozen=True):
    """A version of the routine: who proposed and approved it, and when it is in force (both days included).

    `by_system`: nobody approved it, the system put it in force, as when the municipality was founded.
    """

    id: UUID
    name: str
    digest: str
    state: Stands
    change_note: Words
    by_system: bool
    proposed_by: str | None
    proposed_at: datetime
    withdrawn: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    in_force_from: date | None
    in_force_through: date | None


class RoutineShown(Version, frozen=True):
    """A version with the document itself."""

    document: Routine


class Counted(msgspec.Struct, frozen=True):
    """How many duties of an ask would have been otherwise: asked in addition, no longer asked, or asked otherwise.

    `late_before` of them were late, or are; `late_after` would have been.
    """

    paragraph: str
    ask: str
    more: int
    fewer: int
    otherwise: int
    late_before: int
    late_after: int


class Fate(msgspec.Struct, frozen=True):
    """How a duty was, or would have been."""

    opened: date
    due: date | None
    escalated: date | None
    role: str
    state: str
    closed: date | None


class Differing(msgspec.Struct, frozen=True):
    """A duty in the journal as it was lived, and as it would have been; null: not asked."""

    paragraph: str
    ask: str
    case: str | None
    before: Fate | None
    after: Fate | None


class Comparison(msgspec.Struct, frozen=True):
    """What a version would have changed, had it been in force all along: counts; and duties, for who sees clients."""

    version: UUID
    total: int
    counts: list[Counted]
    duties: list[Differing]


KEPT = 24 * 60 * 60
"""How many seconds the answer of a comparison is kept at most."""

COLUMNS = ("id", "name", "digest", "by_system", "proposed_by__username", "proposed_at", "withdrawn",
           "approved_by__username", "approved_at", "in_force_from", "sequence")  # fmt: skip


def versions(viewer: Actor) -> list[Version]:
    """Every version, those in force first and then in the order they were proposed. No client is read."""
    rows = _rows(viewer.municipality)
    ends = _ends(rows)
    return [Version(**_told(row, ends)) for row in rows]


def routine_on(viewer: Actor, day: date) -> RoutineShown:
    """The version that was in force on a day, word for word, with who approved it and when."""
    rows = _rows(viewer.municipality)
    ends = _ends(rows)
    for row in rows:
        if row["id"] in ends and row["in_force_from"] <= day <= (ends[row["id"]] or date.max):
            return RoutineShown(**_told(row, ends), document=routines.version(row["digest"]))
    raise NotFound("routine", "on")


def document(viewer: Actor, version: UUID) -> Routine:
    """A version word for word, whether it is approved or not."""
    row = RoutineVersion.objects.filter(municipality=viewer.municipality, id=version).values("digest").first()
    if row is None:
        raise NotFound("version of the routine", "version")
    return routines.version(row["digest"])


def is_author(viewer: Actor, version: UUID) -> bool:
    """Has the viewer proposed this version? Then another approves it."""
    mine = RoutineVersion.objects.filter(municipality=viewer.municipality, proposed_by=viewer.account)
    return viewer.account is not None and mine.filter(id=version).exists()


def comparison(viewer: Actor, version: UUID) -> Comparison:
    """Live the whole journal again as if the version had been in force all along. It takes its time.

    The answer is kept for as long as the journal is as long. One who may know of no client gets the counts alone; the
    cases shown to others are noted as read.
    """
    proposed = document(viewer, version)
    place = _place(viewer.municipality, proposed)
    found: _Found | None = cache.get(place)
    if found is None:
        found = _found(replaying.compare(viewer.municipality, proposed), clock.today())
        cache.set(place, found, KEPT)
    return _shown_to(viewer, version, found)


def known_comparison(viewer: Actor, version: UUID) -> Comparison | None:
    """The comparison where it is known already, else None. No replay."""
    found: _Found | None = cache.get(_place(viewer.municipality, document(viewer, version)))
    return _shown_to(viewer, version, found) if found else None


def lines_to_live(viewer: Actor) -> int:
    """How many lines of the journal a comparison lives again, twice."""
    head = journal.head(viewer.municipality)
    return head.number if head else 0


class _Found(msgspec.Struct, frozen=True):
    """What a comparison found, before it is known who asks."""

    total: int
    counts: list[Counted]
    first: list[dict[str, Any]]


def _place(municipality: str, proposed: Routine) -> str:
    """Where the answer is kept: it holds for this text, this journal and (what is late) this day."""
    head = journal.head(municipality)
    return (
        f"comparison {municipality} {proposed.version} {head.number if head else 0} {clock.today()}".replace(
            " ", "-"
        )
    )


def _found(told: list[dict[str, Any]], today: date) -> _Found:
    return _Found(len(told), _counts(told, today), told[:MOST_SHOWN])


def _shown_to(viewer: Actor, version: UUID, found: _Found) -> Comparison:
    shown = found.first if viewer.role in EVERYBODY else []
    if shown:
        cases = sorted({each["case"] for each in shown if each["case"]})
        note(viewer, "routine.compared", version=version, cases=cases)
    duties = [msgspec.convert(each, Differing) for each in shown]
    return Comparison(version, found.total, found.counts, duties)


def _counts(found: Iterable[dict[str, Any]], today: date) -> list[Counted]:
    counted: dict[tuple[str, str], Counter[str]] = {}
    for each in found:
        how = "more" if each["before"] is None else "fewer" if each["after"] is None else "otherwise"
        counts = counted.setdefault((each["paragraph"], each["ask"]), Counter())
        counts[how] += 1
        for side in ("before", "after"):
            counts[side] += _is_late(each[side], today)
    return [
        Counted(*ask, *(counts[how] for how in ("more", "fewer", "otherwise", "before", "after")))
        for ask, counts in counted.items()
    ]


def _is_late(fate: dict[str, Any] | None, today: date) -> bool:
    """Done after its due day, or open when that has passed; what fell away was never late."""
    if fate is None or fate["due"] is None or fate["state"] == "moot":
        return False
    return bool((fate["closed"] or today) > fate["due"])


def _rows(municipality: str) -> list[dict[str, Any]]:
    rows: QuerySet[Any, dict[str, Any]] = RoutineVersion.objects.filter(municipality=municipality).values(
        *COLUMNS
    )
    return sorted(rows, key=lambda row: (row["sequence"] is None, row["sequence"] or 0, row["proposed_at"]))


def _ends(rows: list[dict[str, Any]]) -> dict[UUID, date | None]:
    """Through which day each version is in force: until the next begins; one replaced on its first day never was."""
    ends: dict[UUID, date | None] = {}
    following: date | None = None
    for row in reversed(rows):
        if row["in_force_from"] is not None:
            ends[row["id"]] = following - timedelta(days=1) if following else None
            following = min(row["in_force_from"], following or date.max)
    return ends


def _told(row: dict[str, Any], ends: dict[UUID, date | None]) -> dict[str, Any]:
    header = routines.version(row["digest"]).header
    return {
        "id": row["id"],
        "name": row["name"],
        "digest": row["digest"],
        "state": _state(row, ends.get(row["id"]), clock.today()),
        "change_note": header.change_note,
        "by_system": row["by_system"],
        "proposed_by": username(row["proposed_by__username"]),
        "proposed_at": row["proposed_at"],
        "withdrawn": row["withdrawn"],
        "approved_by": username(row["approved_by__username"]),
        "approved_at": row["approved_at"],
        "in_force_from": row["in_force_from"],
        "in_force_through": ends.get(row["id"]),
    }


def _state(row: dict[str, Any], ends: date | None, today: date) -> Stands:
    begins = row["in_force_from"]
    if row["withdrawn"] is not None:
        return "withdrawn"
    if begins is None:
        return "proposed"
    if ends is not None and ends < max(begins, today):
        return "replaced"
    return "approved" if begins > today else "in force"
