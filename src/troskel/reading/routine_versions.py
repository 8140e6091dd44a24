# SPDX-License-Identifier: EUPL-1.2
"""The routine as a controlled document (D): versions, their approval and periods in force, and what they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.core.cache import cache
from django.db.models import QuerySet

from troskel.duties import proofs, replay, routines
from troskel.duties.models import RoutineVersion
from troskel.duties.replay import DutyDifference, Fate
from troskel.ground import clock, waiting
from troskel.ground.refusals import NotFound
from troskel.journal import queries as journal
from troskel.people.roles import EVERY_ROLE, OFFICE_ROLES, Actor, Role
from troskel.permits.sight import ROLES_SEEING_ALL
from troskel.prover import Proof
from troskel.reading.base import note
from troskel.reading.register import read
from troskel.reading.worklist import username
from troskel.routine import Routine
from troskel.routine.model import LocalizedText

MAX_DUTIES = 200
"""Duties of a comparison that are listed; the counts are of all."""

VersionState = Literal["proposed", "withdrawn", "approved", "in force", "replaced"]


class Version(msgspec.Struct, frozen=True):
    """A version of the routine: who proposed and approved it, and when it is in force (both days included).

    `by_system`: the system put it in force without approval, as when the municipality was founded.
    """

    id: UUID
    name: str
    digest: str
    state: VersionState
    change_note: LocalizedText
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


class AskDifference(msgspec.Struct, frozen=True):
    """Numbers of duties of an ask that differ: `more` (added), `fewer` (gone), `otherwise` (changed).

    `late_before` of them were late, or are; `late_after` would have been.
    """

    paragraph: str
    ask: str
    more: int
    fewer: int
    otherwise: int
    late_before: int
    late_after: int


class Comparison(msgspec.Struct, frozen=True):
    """What a version would have changed if in force all along; `duties` only for those who see all clients."""

    version: UUID
    total: int
    counts: list[AskDifference]
    duties: list[DutyDifference]


VERSION_ROLES = OFFICE_ROLES | {Role.MANAGER}
COMPARISON_ROLES = (Role.ADMINISTRATOR, Role.MANAGER)
"""Those who propose and approve a version compare it too."""
CACHE_SECONDS = 24 * 60 * 60
"""How many seconds a comparison is cached at most."""

VERSION_COLUMNS = ("id", "name", "digest", "by_system", "proposed_by", "proposed_by__username", "proposed_at",
                   "withdrawn", "approved_by__username", "approved_at", "in_force_from", "sequence")  # fmt: skip


@read(
    who=VERSION_ROLES,
    title="Every version of the routine: proposed, approved, in force, replaced or withdrawn",
)
def versions(viewer: Actor) -> list[Version]:
    """All versions, those with a day in force first, then in order of proposal. No client is read."""
    rows = _rows(viewer.municipality)
    last_days = _last_days(rows)
    return [Version(**_version_fields(row, last_days)) for row in rows]


@read(who=EVERY_ROLE, title="The routine in force on a day, word for word, with who approved it and when")
def routine_on(viewer: Actor, day: date) -> RoutineShown:
    """The version in force on a day, with the document. Raises NotFound."""
    return _in_force(_rows(viewer.municipality), day)


def _in_force(rows: list[dict[str, Any]], day: date) -> RoutineShown:
    last_days = _last_days(rows)
    for row in rows:
        if row["id"] in last_days and row["in_force_from"] <= day <= (last_days[row["id"]] or date.max):
            return RoutineShown(**_version_fields(row, last_days), document=routines.version(row["digest"]))
    raise NotFound("routine", "on")


@read(who=VERSION_ROLES)
def document(viewer: Actor, version: UUID) -> Routine:
    """The document of a version, approved or not. Raises NotFound."""
    row = RoutineVersion.objects.filter(municipality=viewer.municipality, id=version).values("digest").first()
    if row is None:
        raise NotFound("routine_version", "version")
    return routines.version(row["digest"])


@read(who=VERSION_ROLES)
def is_author(viewer: Actor, version: UUID) -> bool:
    """Has the viewer proposed this version? Then somebody else must approve it."""
    mine = RoutineVersion.objects.filter(municipality=viewer.municipality, proposed_by=viewer.account)
    return viewer.account is not None and mine.filter(id=version).exists()


@read(who=COMPARISON_ROLES, title="What a version would have changed, had it been in force all along")
def comparison(viewer: Actor, version: UUID) -> Comparison:
    """Replays the whole journal as if the version had been in force all along; this is slow.

    Cached until the journal grows. Viewers who may know of no client get the counts only; cases shown to others are
    recorded as read.
    """
    proposed = document(viewer, version)
    key = _cache_key(viewer.municipality, proposed)
    differences: _Differences | None = cache.get(key)
    if differences is None:
        with waiting.costly():
            differences = _differences(replay.compare(viewer.municipality, proposed), clock.today())
        cache.set(key, differences, CACHE_SECONDS)
    return _comparison_for(viewer, version, differences)


@read(who=COMPARISON_ROLES)
def cached_comparison(viewer: Actor, version: UUID) -> Comparison | None:
    """The cached comparison, or None. Never replays."""
    differences: _Differences | None = cache.get(_cache_key(viewer.municipality, document(viewer, version)))
    return _comparison_for(viewer, version, differences) if differences else None


@read(
    who=COMPARISON_ROLES,
    title="What a version of the routine asks otherwise than the document, in invented households",
)
def proof(viewer: Actor, version: UUID) -> Proof:
    """The proof of a version, to depth one; it is run where it has not been, which takes seconds. No client is read."""
    return proofs.proof_of(document(viewer, version))


@read(who=COMPARISON_ROLES)
def known_proof(viewer: Actor, version: UUID) -> Proof | None:
    """The proof, or None where it has not been run here."""
    return proofs.known(document(viewer, version))


class Awaited(msgspec.Struct, frozen=True):
    """A version that somebody has proposed and nobody has approved yet."""

    id: UUID
    name: str


@read(who=COMPARISON_ROLES)
def awaiting_approval(viewer: Actor) -> list[Awaited]:
    """The proposed versions that the viewer may approve, since somebody else proposed them; the oldest first."""
    return _awaited(_rows(viewer.municipality), viewer)


@read(who=COMPARISON_ROLES)
def in_force_and_awaited(viewer: Actor, day: date) -> tuple[Routine | None, list[Awaited]]:
    """The document in force on a day, if any, and what `awaiting_approval` tells. One query."""
    rows = _rows(viewer.municipality)
    try:
        document = _in_force(rows, day).document
    except NotFound:
        document = None
    return document, _awaited(rows, viewer)


def _awaited(rows: list[dict[str, Any]], viewer: Actor) -> list[Awaited]:
    decided = ("withdrawn", "approved_at", "in_force_from")
    open_ones = (row for row in rows if all(row[column] is None for column in decided))
    return [Awaited(row["id"], row["name"]) for row in open_ones if row["proposed_by"] != viewer.account]


@read(who=VERSION_ROLES)
def journal_length(viewer: Actor) -> int:
    """Number of journal lines; a comparison replays them twice."""
    head = journal.head(viewer.municipality)
    return head.number if head else 0


class _Differences(msgspec.Struct, frozen=True):
    """A comparison for all viewers, as cached."""

    total: int
    counts: list[AskDifference]
    first: list[DutyDifference]


def _cache_key(municipality: str, proposed: Routine) -> str:
    """The cache key: a comparison is valid for this text, this journal and (for lateness) this day."""
    head = journal.head(municipality)
    return (
        f"comparison {municipality} {proposed.version} {head.number if head else 0} {clock.today()}".replace(
            " ", "-"
        )
    )


def _differences(duties: list[DutyDifference], today: date) -> _Differences:
    return _Differences(len(duties), _counts(duties, today), duties[:MAX_DUTIES])


def _comparison_for(viewer: Actor, version: UUID, differences: _Differences) -> Comparison:
    visible = differences.first if viewer.role in ROLES_SEEING_ALL else []
    if visible:
        cases = sorted({duty.case for duty in visible if duty.case})
        note(viewer, "routine.compared", version=version, cases=cases)
    return Comparison(version, differences.total, differences.counts, visible)


def _counts(duties: Iterable[DutyDifference], today: date) -> list[AskDifference]:
    counts_by_ask: dict[tuple[str, str], Counter[str]] = {}
    for duty in duties:
        kind = "more" if duty.before is None else "fewer" if duty.after is None else "otherwise"
        counts = counts_by_ask.setdefault((duty.paragraph, duty.ask), Counter())
        counts[kind] += 1
        counts["before"] += _is_late(duty.before, today)
        counts["after"] += _is_late(duty.after, today)
    return [
        AskDifference(*ask, *(counts[kind] for kind in ("more", "fewer", "otherwise", "before", "after")))
        for ask, counts in counts_by_ask.items()
    ]


def _is_late(fate: Fate | None, today: date) -> bool:
    """Done after its due day, or open past it; a moot duty is never late."""
    if fate is None or fate.due is None or fate.state == "moot":
        return False
    return (fate.closed or today) > fate.due


def _rows(municipality: str) -> list[dict[str, Any]]:
    rows: QuerySet[Any, dict[str, Any]] = RoutineVersion.objects.filter(municipality=municipality).values(
        *VERSION_COLUMNS
    )
    return sorted(rows, key=lambda row: (row["sequence"] is None, row["sequence"] or 0, row["proposed_at"]))


def _last_days(rows: list[dict[str, Any]]) -> dict[UUID, date | None]:
    """Each version's last day in force by id (None: no end set); one replaced on its first day never was in force."""
    last_days: dict[UUID, date | None] = {}
    next_first: date | None = None
    for row in reversed(rows):
        if row["in_force_from"] is not None:
            last_days[row["id"]] = next_first - timedelta(days=1) if next_first else None
            next_first = min(row["in_force_from"], next_first or date.max)
    return last_days


def _version_fields(row: dict[str, Any], last_days: dict[UUID, date | None]) -> dict[str, Any]:
    header = routines.version(row["digest"]).header
    return {
        "id": row["id"],
        "name": row["name"],
        "digest": row["digest"],
        "state": _state(row, last_days.get(row["id"]), clock.today()),
        "change_note": header.change_note,
        "by_system": row["by_system"],
        "proposed_by": username(row["proposed_by__username"]),
        "proposed_at": row["proposed_at"],
        "withdrawn": row["withdrawn"],
        "approved_by": username(row["approved_by__username"]),
        "approved_at": row["approved_at"],
        "in_force_from": row["in_force_from"],
        "in_force_through": last_days.get(row["id"]),
    }


def _state(row: dict[str, Any], ends: date | None, today: date) -> VersionState:
    begins = row["in_force_from"]
    if row["withdrawn"] is not None:
        return "withdrawn"
    if begins is None:
        return "proposed"
    if ends is not None and ends < max(begins, today):
        return "replaced"
    return "approved" if begins > today else "in force"
