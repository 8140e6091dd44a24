# SPDX-License-Identifier: EUPL-1.2
"""Every course of events to a depth, breadth first, each state once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from troskel.prover.checks import Finding, about_of, ask_of, findings, step_findings
from troskel.prover.choices import choices
from troskel.prover.households import Household
from troskel.prover.moves import ChosenMove, Impossible
from troskel.prover.state import Engine, State, frozen, key, thawed
from troskel.prover.world import name_of
from troskel.routine.duty import OpenDuty
from troskel.routine.model import Routine

Course = tuple[ChosenMove, ...]
AT_LENGTH = ("can't be done", "left behind", "turns on an id")
"""Findings that are not seen in a state or a step alone: their courses are the shortest, and are not shrunk further."""


class Found(NamedTuple):
    """A finding and the course that leads to it."""

    household: str
    course: Course
    finding: Finding

    @property
    def kind(self) -> tuple[str, str, str]:
        """Findings of one kind: the same property of the same ask, after the same kind of move."""
        late = self.finding.property in AT_LENGTH
        last = self.course[-1].name if self.course and not late else ""
        return (self.finding.property, self.finding.ask, last)


class Node(NamedTuple):
    """A state that was reached first by this course."""

    raw: bytes
    course: Course
    known: frozenset[Finding]


def explore(
    engine: Engine,
    household: Household,
    depth: int,
    *,
    until: float = float("inf"),
    look: Callable[[State, Course], Iterator[Finding]] | None = None,
    seen: Callable[[Course, int], None] | None = None,
    stepped: Callable[[bytes, Course], None] | None = None,
) -> Iterator[Found]:
    """What does not hold, as it is found: after so many moves, and when days then pass.

    `look`: more to look at in each new state. `seen`: told of each new state. `stepped`: told of each step, with the
    state before it.
    """
    begun = engine.begin(household)
    frontier = [Node(frozen(begun), (), frozenset(findings(begun)))]
    for finding in frontier[0].known:
        yield Found(household.name, (), finding)
    known = {key(begun)}
    for level in range(1, depth + 2):  # and then days pass
        following: list[Node] = []
        for node in frontier:
            for step, state, of_step in _steps(engine, household, node, until, waiting=level > depth):
                course = (*node.course, step)
                if stepped is not None:
                    stepped(node.raw, course)
                yield from (Found(household.name, course, finding) for finding in of_step)
                which = key(state)
                if which in known:
                    continue
                known.add(which)
                here = frozenset(findings(state))
                more = look(state, course) if look is not None else ()
                yield from (
                    Found(household.name, course, finding) for finding in (*(here - node.known), *more)
                )
                if seen is not None:
                    seen(course, len(known))
                if level <= depth:
                    following.append(Node(frozen(state), course, here))
        frontier = following


def _steps(
    engine: Engine, household: Household, node: Node, until: float, *, waiting: bool
) -> Iterator[tuple[ChosenMove, State, set[Finding]]]:
    """Each move that can be made, the state it leads to, and what does not hold about the move itself."""
    before = thawed(node.raw)
    owners = {duty.id: duty.organisation for duty in before.duties()}
    equal = household.equal_clients and not node.course
    for step in [ChosenMove("wait")] if waiting else choices(before.world, equal_clients=equal):
        if time.monotonic() > until:
            return
        state = thawed(node.raw)
        try:
            effects = engine.make(state, step)
        except Impossible:
            continue
        yield step, state, set(step_findings(step, before.world, owners, state, effects))


def holds(engine: Engine, household: Household, course: Course, finding: Finding) -> bool:
    """Does the course lead to the finding, at its end?"""
    try:
        state = engine.begin(household)
        for step in course[:-1]:
            engine.make(state, step)
        if not course:
            return finding in set(findings(state))
        before = thawed(frozen(state)).world
        owners = {duty.id: duty.organisation for duty in state.duties()}
        effects = engine.make(state, course[-1])
    except (Impossible, KeyError):
        return False
    return finding in {*findings(state), *step_findings(course[-1], before, owners, state, effects)}


def shrunk(engine: Engine, household: Household, found: Found) -> tuple[Household, Found]:
    """The course without the moves that it does not need: first its own, then those the household began with."""
    course, already = list(found.course), list(household.already)
    for moves in (course, already):
        for index in reversed(range(len(moves))):  # what others need is tried after them
            tried = moves.pop(index)
            smaller = household._replace(already=tuple(already))
            if not course or not holds(engine, smaller, tuple(course), found.finding):
                moves.insert(index, tried)
    return household._replace(already=tuple(already)), found._replace(course=tuple(course))


def twins(routine: Routine, household: Household, depth: int, until: float = float("inf")) -> Iterator[Found]:
    """Where ids that sort the other way lead to other duties, owners or days."""
    engines = Engine(routine), Engine(routine, backwards=True)
    pairs: list[tuple[bytes, bytes, Course]] = []
    states = [engine.begin(household) for engine in engines]
    pairs.append((frozen(states[0]), frozen(states[1]), ()))
    for _ in range(depth):
        following = []
        for one, other, course in pairs:
            for step in choices(thawed(one).world):
                if time.monotonic() > until:
                    return
                states = [thawed(one), thawed(other)]
                try:
                    for engine, state in zip(engines, states, strict=True):
                        engine.make(state, step)
                except Impossible:
                    continue
                here = (*course, step)
                asks = [Counter(map(_asked_of, state.duties())) for state in states]
                differs = (asks[0] - asks[1]) + (asks[1] - asks[0])
                for ask in sorted({ask for ask, *_ in differs}):
                    yield Found(household.name, here, Finding("turns on an id", ask, ""))
                if not differs:
                    following.append((frozen(states[0]), frozen(states[1]), here))
        pairs = following


def _asked_of(duty: OpenDuty) -> tuple[str, str, str, object]:
    """What it is, of whom, about what, and by when, in names."""
    ask = ask_of(duty)
    owner = name_of(str(duty.organisation)) if duty.organisation else duty.role
    return ask, owner, " ".join(part or "" for part in about_of(duty, ask)), duty.due
