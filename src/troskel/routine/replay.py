# SPDX-License-Identifier: EUPL-1.2
"""Replays the journal under the versions in force, or under another one, and compares the duties."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from troskel.routine.duty import ClientSnapshot, Effects, Email, HomeSnapshot, OpenDuty, PlannedDuty
from troskel.routine.engine import advance, turn, wake_by
from troskel.routine.line import LineFacts
from troskel.routine.model import Routine
from troskel.routine.versions import Routines


class DutyOutcome(msgspec.Struct, frozen=True):
    """A duty and how it ended: `state` is open, done or moot."""

    duty: OpenDuty
    state: str = "open"
    day: date | None = None
    line: int | None = None


class History(msgspec.Struct):
    """All duties and e-mails, and the homes as they are now."""

    duties: dict[UUID, DutyOutcome] = {}
    emails: list[Email] = []
    homes: dict[UUID, HomeSnapshot] = {}

    def add(self, effects: Effects) -> None:
        """Record the effects of a line."""
        for duty in effects.opened:
            self.duties[duty.id] = DutyOutcome(duty)
        for closed in effects.closed:
            self.duties[closed.duty.id] = DutyOutcome(closed.duty, closed.state, closed.day, closed.line)
        self.emails += effects.emails

    def keep(self, home: UUID, kept: KeptHome) -> None:
        """Let a home go on from how another version of the engine judged it."""
        state = self.homes[home]
        state.open, state.planned, state.seen, state.wake = kept.open, kept.planned, kept.seen, kept.wake
        self.duties = {one: outcome for one, outcome in self.duties.items() if outcome.duty.home != home}
        self.duties |= {duty.id: DutyOutcome(duty) for duty in kept.open}
        self.duties |= {outcome.duty.id: outcome for outcome in kept.ended}


class KeptHome(msgspec.Struct, frozen=True, omit_defaults=True):
    """A home as another version of the engine judged it: what was open and planned, what it had seen, how duties ended.

    Never its facts: those follow from the lines alone.
    """

    open: list[OpenDuty] = []
    planned: list[PlannedDuty] = []
    seen: dict[UUID, ClientSnapshot] = {}
    wake: date | None = None
    ended: list[DutyOutcome] = []


class Difference(msgspec.Struct, frozen=True):
    """The same duty in two histories; None where one lacks it."""

    before: DutyOutcome | None
    after: DutyOutcome | None


def replay(
    routines: Routines,
    lines: Iterable[LineFacts],
    *,
    instead: Routine | None = None,
    kept: Mapping[int, Mapping[UUID, KeptHome]] | None = None,
) -> History:
    """Apply all lines in order. With `instead`, as if that version had been in force from the first day.

    `kept`: by the number of a line, homes that from there on go on as they were judged then.
    """
    homes_kept = kept or {}
    under = Routines(routines.by_hash)
    if instead is not None:
        under = Routines({**routines.by_hash, instead.version: instead}, [(date.min, instead.version)])
    history = History()
    sleeping: list[tuple[date, UUID]] = []
    for line in lines:
        if line.event == "routine.in_force" and instead is not None:
            continue
        if line.event == "day.turned":
            effects = _turn(under, history.homes, sleeping, date.fromisoformat(line.body["day"]))
        else:
            effects = advance(under, history.homes, line)
        if effects.wake_all is not None:
            for home, state in history.homes.items():
                wake_by(state, effects.wake_all)
                heapq.heappush(sleeping, (effects.wake_all, home))
        for home in effects.touched:
            wake = history.homes[home].wake
            if wake is not None:
                heapq.heappush(sleeping, (wake, home))
        history.add(effects)
        for home, judged in homes_kept.get(line.number, {}).items():
            history.keep(home, judged)
            if judged.wake is not None:
                heapq.heappush(sleeping, (judged.wake, home))
    return history


def rebuild(routines: Routines, lines: Iterable[LineFacts]) -> dict[UUID, HomeSnapshot]:
    """The homes by the journal alone: every stored copy must equal this."""
    return replay(routines, lines).homes


def _turn(
    routines: Routines, homes: dict[UUID, HomeSnapshot], sleeping: list[tuple[date, UUID]], day: date
) -> Effects:
    due: set[UUID] = set()
    while sleeping and sleeping[0][0] <= day:
        wake, home = heapq.heappop(sleeping)
        if homes[home].wake == wake:
            due.add(home)
    effects = Effects()
    turn(routines, homes, due, day, effects)
    return effects


def compare(before: History, after: History) -> list[Difference]:
    """The duties that differ: only in one, or with another due day, owner or end."""
    found = []
    mine, theirs = _by_subject(before), _by_subject(after)
    for subject in dict.fromkeys([*mine, *theirs]):
        one, other = mine.get(subject), theirs.get(subject)
        if _fate(one) != _fate(other):
            found.append(Difference(one, other))
    return found


SUBJECT = frozenset({"order", "lock", "link", "tag", "decision", "provider", "month", "form"})


def _by_subject(history: History) -> dict[tuple[Any, ...], DutyOutcome]:
    """Duties by what they are about, the first, the second … of each."""
    found: dict[tuple[Any, ...], DutyOutcome] = {}
    counts: dict[tuple[Any, ...], int] = {}
    for outcome in history.duties.values():
        d = outcome.duty
        who = None if d.door else d.organisation
        about = tuple(sorted((k, str(v)) for k, v in d.about.items() if k in SUBJECT))
        subject = (d.paragraph, d.ask, d.home, d.client, d.door, who, about)
        counts[subject] = counts.get(subject, 0) + 1
        found[*subject, counts[subject]] = outcome
    return found


def _fate(outcome: DutyOutcome | None) -> tuple[Any, ...] | None:
    if outcome is None:
        return None
    d = outcome.duty
    return (d.opened, d.due, d.role, d.organisation, d.also_from, d.escalated, outcome.state, outcome.day)
