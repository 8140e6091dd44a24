# SPDX-License-Identifier: EUPL-1.2
"""The prover's second layer: courses of acts in an invented household, and then all that is asked is done.

Each course begins from a copy of the database, on SQLite alone. The first layer (`troskel.prover`) says what must be
asked; this one finds what the acts refuse, or what nobody can do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.offers.duty_actions import Suggestion, suggestions
from troskel.people.roles import Actor, ActorKind
from troskel.simulator.acts_choices import choices
from troskel.simulator.acts_dangling import dangling
from troskel.simulator.acts_household import Copies, ProofStep, filled, open_duties, owner_of
from troskel.simulator.duty_invariants import ENDS_AN_ORDER

ROUNDS, PATIENCE = 40, 3
"""Rounds of doing all that is asked; rounds in which nothing was done, after which what is left will never be."""
WAITED = (1, 4, 14)
"""Days that pass, one after the other, when nothing is open."""
NEVER_CHOSEN = frozenset({"record_refusal", "end_care", "start_investigations"})
"""Ways beside a duty that are another answer than the one it asks for."""


class Wrong(NamedTuple):
    """What went wrong: `not found`, `refused`, `no way` or `left behind`; with which duty, or what; and why."""

    kind: str
    ask: str
    why: str


class ActsCounterexample(NamedTuple):
    """What went wrong after a course, shortened, and how many courses end so."""

    wrong: Wrong
    course: tuple[ProofStep, ...]
    done: tuple[ProofStep, ...]
    times: int


class ActsProof(NamedTuple):
    """Counterexamples, the courses tried, and whether all were."""

    counterexamples: list[ActsCounterexample]
    courses: int
    complete: bool


def explore(
    copies: Copies, depth: int, *, until: float = float("inf"), progress: Callable[[str], None] = print
) -> ActsProof:
    """Every course of acts to a depth, each followed by all that is asked."""
    found: dict[tuple[str, str, str], list[tuple[Wrong, tuple[ProofStep, ...], tuple[ProofStep, ...]]]] = {}
    courses = 0
    frontier: list[tuple[tuple[bytes, datetime], tuple[ProofStep, ...]]] = [(copies.copy(), ())]
    for level in range(depth + 1):
        following = []
        for start, course in frontier:
            if time.monotonic() > until:
                return _proof(copies, found, courses, complete=False)
            courses += 1
            copies.restore(start)
            done, wrongs = fulfil(copies)
            for wrong in wrongs:
                found.setdefault((wrong.kind, wrong.ask, wrong.why), []).append((wrong, course, done))
            if courses % 50 == 0:
                progress(f"{courses} courses, {len(found)} kinds of counterexample …")
            copies.restore(start)
            for step in list(choices(copies)) if level < depth else ():
                copies.restore(start)
                try:
                    taken = copies.take(step)
                except (Refusal, NotFound, BadValue):
                    continue
                following.append((copies.copy(), (*course, taken)))
        frontier = following
    return _proof(copies, found, courses, complete=True)


def _proof(copies: Copies, found: dict[Any, list[Any]], courses: int, *, complete: bool) -> ActsProof:
    counterexamples = []
    for those in found.values():
        wrong, course, done = min(those, key=lambda one: len(one[1]))
        counterexamples.append(ActsCounterexample(wrong, *_shrunk(copies, wrong, course, done), len(those)))
    return ActsProof(counterexamples, courses, complete)


def _shrunk(
    copies: Copies, wrong: Wrong, course: tuple[ProofStep, ...], done: tuple[ProofStep, ...]
) -> tuple[tuple[ProofStep, ...], tuple[ProofStep, ...]]:
    """The course without the steps that it does not need."""
    for index in reversed(range(len(course))):
        fewer = (*course[:index], *course[index + 1 :])
        copies.restore()
        try:
            taken = tuple(copies.take(step) for step in fewer)
        except (Refusal, NotFound, BadValue):
            continue
        ways, wrongs = fulfil(copies)
        if wrong in wrongs:
            course, done = taken, ways
    return course, done


# -- all that is asked


def fulfil(copies: Copies) -> tuple[tuple[ProofStep, ...], list[Wrong]]:
    """Each open duty by its first way, as its owner, until none is open. Returns what was done, and what went wrong."""
    round_ = _Rounds(copies)
    quiet = idle = 0
    for _ in range(ROUNDS):
        rows = open_duties(copies)
        if not rows and quiet == len(WAITED):
            break
        if not rows:  # what begins or ends by itself is asked about then
            round_.wait(WAITED[quiet])
            quiet += 1
            continue
        idle = 0 if round_.each(rows) else idle + 1
        if idle > PATIENCE:
            round_.wrongs |= dict.fromkeys(round_.stuck)
            break
        if idle:
            round_.wait(1 if idle == 1 else 14)
    if not open_duties(copies):
        left = dangling(copies.municipality, clock.day_of(copies.now))
        round_.wrongs |= {Wrong("left behind", what, ""): None for what in left}
    return tuple(round_.done), list(round_.wrongs)


class _Rounds:
    """What has been done, what went wrong at once, and what could not be done in the last round."""

    def __init__(self, copies: Copies) -> None:
        self.copies = copies
        self.done: list[ProofStep] = []
        self.wrongs: dict[Wrong, None] = {}
        self.stuck: list[Wrong] = []

    def wait(self, days: int) -> None:
        """Lets days pass."""
        self.done.append(self.copies.take(ProofStep("", "", {}, days)))

    def each(self, rows: list[Duty]) -> bool:
        """Each of the duties once; returns whether any way was gone."""
        self.stuck, before = [], len(self.done)
        system = Actor.system(self.copies.municipality, ActorKind.DEMO)
        with clock.frozen_at(self.copies.now):
            ways = suggestions(system, [row.id for row in rows])
        open_in = {(row.home_id, row.paragraph) for row in rows}
        ended = {row.door_id for row in rows if (row.paragraph, row.ask) in ENDS_AN_ORDER}
        for row in rows:
            if row.paragraph == "L1" and row.door_id in ended:
                continue  # the locksmith is no longer to go there
            way = next((one for one in ways.get(row.id, []) if one.act not in NEVER_CHOSEN), None)
            who = owner_of(self.copies, row)
            if way is None or who is None:
                why = "nobody answers for it" if who is None else "no act is offered"
                self.stuck.append(Wrong("no way", f"{row.paragraph}.{row.ask}", why))
            else:
                self._go(row, way, who, open_in)
        return len(self.done) > before

    def _go(self, row: Duty, way: Suggestion, who: str, open_in: set[tuple[Any, str]]) -> None:
        """Does the act. What is out of sight, or refused by a paragraph that asks nothing there, is wrong at once."""
        ask = f"{row.paragraph}.{row.ask}"
        try:
            self.done.append(self.copies.take(ProofStep(who, way.act, filled(self.copies, row, way))))
        except (Refusal, NotFound, BadValue) as refused:
            if not Duty.objects.filter(id=row.id, state="open").exists():
                return  # another way has ended it meanwhile
            rule = refused.rule if isinstance(refused, Refusal) else type(refused).__name__
            kind = "not found" if isinstance(refused, NotFound) else "refused"
            wrong = Wrong(kind, ask, f"{way.act}: {rule} {refused.code}")
            self.stuck.append(wrong)
            if kind == "not found" or (row.home_id, rule) not in open_in:
                self.wrongs[wrong] = None
