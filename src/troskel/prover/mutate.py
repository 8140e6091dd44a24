# SPDX-License-Identifier: EUPL-1.2
"""Removes or negates each condition of a routine in turn: is the difference refuted, or does it make none?

A mutant of one ask is run with that ask alone (and those that the statement names beside it), along the courses that
were explored with the whole routine: what is asked by other paragraphs does not change what happened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from troskel.prover.checks import Finding, findings, step_findings
from troskel.prover.explore import Course, explore
from troskel.prover.households import Household
from troskel.prover.moves import Move
from troskel.prover.state import Engine, State, frozen, thawed
from troskel.routine.duty import Effects
from troskel.routine.model import Ask, Routine

CONDITIONS = ("when", "done_when", "moot_when")
EVENTS = ("on", "done_by", "moot_on")
TOGETHER = (
    frozenset({"A4.allocate", "A8.investigation", "A8.allocation"}),
    frozenset({"P2.place_tag", "P2.place_again"}),
    frozenset({"P6.order", "P6.not_ours"}),
    frozenset({"P7.fetch", "P7.not_ours"}),
    frozenset({"S1.letter", "S3.letter"}),
    frozenset({"S3.unlink_one", "S3.unlink_not_ours"}),
)
"""Asks of which the statement wants the one or the other."""


class Mutant(NamedTuple):
    """An ask with one condition removed or negated."""

    ask: str
    field: str
    condition: str
    change: str
    routine: Routine

    def __str__(self) -> str:
        return f"{self.ask} {self.field} {self.condition!r} {self.change}"


class Verdict(NamedTuple):
    """`refuted`: by this finding, after this course. Neither: it differs, and nothing refutes it."""

    mutant: Mutant
    refuted: Finding | None = None
    household: str = ""
    course: Course = ()
    equivalent: bool = False


class Step(NamedTuple):
    """A move of the tree of courses: from which state, and whether others begin where it ends."""

    parent: int
    step: Move
    number: int


class Tree(NamedTuple):
    """The courses of a household, each state once, in the order in which they were found."""

    household: Household
    steps: list[Step]
    inner: frozenset[int]


def tree_of(routine: Routine, household: Household, depth: int, until: float = float("inf")) -> Tree:
    """The courses that the whole routine was explored by."""
    numbers: dict[Course, int] = {(): 0}
    steps: list[Step] = []

    def seen(course: Course, _: int) -> None:
        numbers[course] = len(numbers)
        steps.append(Step(numbers[course[:-1]], course[-1], numbers[course]))

    for _ in explore(Engine(routine), household, depth, until=until, seen=seen):
        pass
    return Tree(household, steps, frozenset(step.parent for step in steps))


def mutants(routine: Routine, *, events: bool = False) -> Iterator[list[Mutant]]:
    """The mutants of each ask: of its conditions, and of its events where they are asked for."""
    for paragraph in routine.paragraphs:
        for ask in paragraph.asks:
            name = f"{paragraph.id}.{ask.ask}"
            yield [
                Mutant(name, field, condition, change, alone(routine, name, mutated))
                for field, condition, change, mutated in _mutated(
                    ask, (*CONDITIONS, *(EVENTS if events else ()))
                )
            ]


def _mutated(ask: Ask, fields: tuple[str, ...]) -> Iterator[tuple[str, str, str, Ask]]:
    for field in fields:
        given: tuple[str, ...] = getattr(ask, field)
        for index, condition in enumerate(given):
            before, after = given[:index], given[index + 1 :]
            yield field, condition, "removed", msgspec.structs.replace(ask, **{field: before + after})
            if field in CONDITIONS:
                turned = condition.removeprefix("not ") if condition[:4] == "not " else f"not {condition}"
                new = (*before, turned, *after)
                yield field, condition, "negated", msgspec.structs.replace(ask, **{field: new})


def alone(routine: Routine, name: str, mutated: Ask | None = None) -> Routine:
    """The routine with this ask alone, and those beside it; the ask as it is, or mutated."""
    names = beside(name)
    kept = []
    for paragraph in routine.paragraphs:
        asks = tuple(
            mutated if mutated is not None and f"{paragraph.id}.{ask.ask}" == name else ask
            for ask in paragraph.asks
            if f"{paragraph.id}.{ask.ask}" in names
        )
        if asks:
            kept.append(msgspec.structs.replace(paragraph, asks=asks))
    return msgspec.structs.replace(routine, paragraphs=tuple(kept))


def beside(name: str) -> frozenset[str]:
    """The ask, and those of which the statement wants the one or the other."""
    return next((group for group in TOGETHER if name in group), frozenset({name}))


class Run(NamedTuple):
    """An engine along a tree: what is found and what follows, step by step."""

    engine: Engine
    names: frozenset[str]
    kept: dict[int, bytes]

    def begin(self, tree: Tree) -> set[Finding]:
        """At the first state of a tree."""
        state = self.engine.begin(tree.household)
        self.kept.clear()
        self.kept[0] = frozen(state)
        return set(findings(state, self.names))

    def make(self, tree: Tree, step: Step) -> tuple[set[Finding], object]:
        """One step on: what does not hold, and what followed."""
        before, state = thawed(self.kept[step.parent]), thawed(self.kept[step.parent])
        owners = {duty.id: duty.organisation for duty in before.duties()}
        effects = self.engine.make(state, step.step)
        if step.number in tree.inner:
            self.kept[step.number] = frozen(state)
        found = {*findings(state, self.names)}
        found |= {
            f for f in step_findings(step.step, before.world, owners, state, effects) if f.ask in self.names
        }
        return found, _what_followed(effects, state)


def _what_followed(effects: Effects, state: State) -> object:
    return (
        sorted((str(d.id), d.due, d.organisation) for d in effects.opened),
        sorted((str(c.duty.id), c.state) for c in effects.closed),
        sorted(email.key for email in effects.emails),
        sorted((str(d.id), d.due, d.organisation) for d in state.duties()),
    )


def judge(routine: Routine, group: list[Mutant], trees: Iterable[Tree], until: float) -> list[Verdict]:
    """The verdicts on the mutants of one ask."""
    if not group:
        return []
    names = beside(group[0].ask)
    base = Run(Engine(alone(routine, group[0].ask)), names, {})
    waiting = {mutant: Run(Engine(mutant.routine), names, {}) for mutant in _distinct(group)}
    verdicts: dict[Mutant, Verdict] = {}
    different: set[Mutant] = set()
    for tree in trees:
        if not waiting or time.monotonic() > until:
            break
        _along(tree, base, waiting, verdicts, different)
    for mutant in waiting:
        verdicts[mutant] = Verdict(mutant, equivalent=mutant not in different)
    return [verdicts[mutant] for mutant in group]


def _distinct(group: list[Mutant]) -> list[Mutant]:
    return list({(m.field, m.condition, m.change): m for m in group}.values())


def _along(
    tree: Tree,
    base: Run,
    waiting: dict[Mutant, Run],
    verdicts: dict[Mutant, Verdict],
    different: set[Mutant],
) -> None:
    """Walks the tree with the ask as it is and with each mutant, until all of them are refuted."""
    courses: dict[int, Course] = {0: ()}
    known = base.begin(tree)

    def weigh(mutant: Mutant, found: set[Finding], number: int) -> None:
        if found - known:
            first = min(found - known)
            verdicts[mutant] = Verdict(mutant, first, tree.household.name, courses[number])
            del waiting[mutant]

    for mutant, run in list(waiting.items()):
        weigh(mutant, run.begin(tree), 0)
    for step in tree.steps:
        if not waiting:
            return
        courses[step.number] = (*courses[step.parent], step.step)
        known, followed = base.make(tree, step)
        for mutant, run in list(waiting.items()):
            found, theirs = run.make(tree, step)
            if theirs != followed:
                different.add(mutant)
            weigh(mutant, found, step.number)


Progress = Callable[[str, int, int], None]
