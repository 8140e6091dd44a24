# SPDX-License-Identifier: EUPL-1.2
"""Removes or negates each condition of a routine in turn: is the difference refuted, or does it make none?

The courses are explored once, with the whole routine, while each mutant's conditions are reckoned beside the routine's
own: as long as none of them gives another answer, the mutant does what the routine does. Where one does, both are run
from there, each with that ask alone (and those that the statement names beside it): what other paragraphs ask does not
change what happens.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from troskel.prover.checks import Finding, ask_of, beside, findings, step_findings
from troskel.prover.choices import choices
from troskel.prover.explore import Course, explore
from troskel.prover.households import Household
from troskel.prover.moves import ChosenMove, Impossible
from troskel.prover.state import Engine, State, frozen, thawed
from troskel.routine.duty import Effects, OpenDuty, PlannedDuty, RoutineEvent
from troskel.routine.line import LineFacts
from troskel.routine.model import Ask, Paragraph, Routine
from troskel.routine.rules import Rule
from troskel.routine.subjects import Case

CONDITIONS = ("when", "done_when", "moot_when")
EVENTS = ("on", "done_by", "moot_on")
PURSUED = 60
"""Differences of one mutant that are followed on with further moves."""


class Mutant(NamedTuple):
    """An ask with one condition removed or negated."""

    ask: str
    field: str
    condition: str
    change: str
    mutated: Ask

    def __str__(self) -> str:
        return f"{self.ask} {self.field} {self.condition!r} {self.change}"


class MutantVerdict(NamedTuple):
    """`refuted`: by this finding, after this course. Neither: it differs, and nothing refutes it."""

    mutant: Mutant
    refuted: Finding | None = None
    household: str = ""
    course: Course = ()
    equivalent: bool = False


def mutants(routine: Routine, *, events: bool = False) -> Iterator[Mutant]:
    """The mutants of each ask: of its conditions, and of its events where they are asked for."""
    for paragraph in routine.paragraphs:
        for ask in paragraph.asks:
            for field in (*CONDITIONS, *(EVENTS if events else ())):
                for condition, change, mutated in _mutated(ask, field):
                    yield Mutant(f"{paragraph.id}.{ask.ask}", field, condition, change, mutated)


def _mutated(ask: Ask, field: str) -> Iterator[tuple[str, str, Ask]]:
    given: tuple[str, ...] = getattr(ask, field)
    for index, condition in enumerate(given):
        before, after = given[:index], given[index + 1 :]
        yield condition, "removed", msgspec.structs.replace(ask, **{field: before + after})
        if field in CONDITIONS:
            turned = condition.removeprefix("not ") if condition[:4] == "not " else f"not {condition}"
            yield condition, "negated", msgspec.structs.replace(ask, **{field: (*before, turned, *after)})


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


class Watched(Rule):
    """A rule that reckons its mutants beside itself, and names those that give another answer."""

    def __init__(
        self, paragraph: Paragraph, ask: Ask, eves: tuple[str, ...], of: list[Mutant], differing: set[Mutant]
    ) -> None:
        super().__init__(paragraph, ask, eves)
        self.others = [(mutant, Rule(paragraph, mutant.mutated, eves)) for mutant in of]
        self.differing = differing

    def drop(self, mutant: Mutant) -> None:
        """It is refuted: nothing more is asked of it."""
        self.others = [(other, rule) for other, rule in self.others if other is not mutant]

    def applies(self, case: Case, event: RoutineEvent) -> bool:
        """The same as without mutants."""
        answer = super().applies(case, event)
        for mutant, rule in self.others:
            dropped = mutant.field == "on" and event.name == mutant.condition
            if (not dropped and rule.applies(case, event)) != answer:
                self.differing.add(mutant)
        return answer

    def is_over(self, case: Case) -> bool:
        """The same as without mutants."""
        answer = super().is_over(case)
        self.differing |= {mutant for mutant, rule in self.others if rule.is_over(case) != answer}
        return answer

    def end(
        self, duty: OpenDuty | PlannedDuty, case: Case, found: list[RoutineEvent], line: LineFacts | None
    ) -> str | None:
        """The same as without mutants."""
        answer = super().end(duty, case, found, line)
        self.differing |= {
            mutant for mutant, rule in self.others if rule.end(duty, case, found, line) != answer
        }
        return answer


class Pair(NamedTuple):
    """The ask as it is and a mutant of it, side by side from the same state on."""

    base: Engine
    other: Engine
    names: frozenset[str]

    def step(
        self, states: tuple[bytes, bytes], step: ChosenMove
    ) -> tuple[tuple[State, State], Finding | None, bool]:
        """Both after the move; what fails of the mutant alone; and whether anything differs."""
        after, found, followed = [], list[set[Finding]](), []
        for engine, raw in zip((self.base, self.other), states, strict=True):
            before, state = thawed(raw), thawed(raw)
            owners = {duty.id: duty.organisation for duty in before.duties()}
            effects = engine.make(state, step)
            here = {*findings(state, self.names)}
            here |= {
                one
                for one in step_findings(step, before.world, owners, state, effects)
                if one.ask in self.names
            }
            after.append(state)
            found.append(here)
            followed.append(_what_followed(effects, state))
        wrong = found[1] - found[0]
        return (after[0], after[1]), min(wrong) if wrong else None, followed[0] != followed[1]


def _what_followed(effects: Effects, state: State) -> object:
    return (
        sorted((str(d.id), d.due, d.organisation) for d in effects.opened),
        sorted((str(c.duty.id), c.state) for c in effects.closed),
        sorted(email.key for email in effects.emails),
        _asked(state),
    )


def _asked(state: State) -> object:
    return sorted((str(d.id), d.due, d.organisation) for d in state.duties())


class Trial:
    """All mutants of a routine, tried along the courses."""

    def __init__(self, routine: Routine, those: Iterable[Mutant]) -> None:
        self.routine = routine
        self.waiting = list(those)
        self.verdicts: dict[Mutant, MutantVerdict] = {}
        self.different: set[Mutant] = set()
        self.pursued: dict[Mutant, int] = {}
        self.differing: set[Mutant] = set()
        self.engine = Engine(routine)
        self.rules = self.engine.routines.rules_of(routine.version)
        self.watched: dict[str, Watched] = {}
        for (paragraph, ask), rule in self.rules.by_name.items():
            name = f"{paragraph}.{ask}"
            mine = [mutant for mutant in self.waiting if mutant.ask == name]
            self.watched[name] = Watched(rule.paragraph, rule.ask, self.rules.eves, mine, self.differing)
            self.rules.by_name[paragraph, ask] = self.watched[name]
        self.rules.on = {
            event: [self.watched[f"{rule.paragraph.id}.{rule.ask.ask}"] for rule in rules]
            for event, rules in self.rules.on.items()
        }

    def along(self, household: Household, depth: int, until: float) -> None:
        """Tries all that are not refuted yet on every course."""

        def stepped(before: bytes, course: Course) -> None:
            if self.differing:
                state = thawed(before)
                for mutant in sorted(self.differing, key=str):
                    self._from_step(mutant, household, state, course, depth + 1 - len(course), until)
                self.differing.clear()

        self.differing.clear()
        self.engine.begin(household)
        for mutant in sorted(self.differing, key=str):
            self._from_the_beginning(mutant, household, depth + 1, until)
        self.differing.clear()
        for _ in explore(self.engine, household, depth, until=until, stepped=stepped):
            pass

    def _from_the_beginning(self, mutant: Mutant, household: Household, left: int, until: float) -> None:
        """It differs before the courses begin."""
        pair = self._pair(mutant)
        states = [engine.begin(household) for engine in pair[:2]]
        found = [set(findings(state, pair.names)) for state in states]
        if wrong := found[1] - found[0]:
            self._refute(MutantVerdict(mutant, min(wrong), household.name))
        elif _asked(states[0]) != _asked(states[1]):
            self.different.add(mutant)
            self._pursue(mutant, pair, household, (states[0], states[1]), (), left, until)

    def _from_step(
        self, mutant: Mutant, household: Household, before: State, course: Course, left: int, until: float
    ) -> None:
        """It differs in the course's last move."""
        pair = self._pair(mutant)
        state = thawed(frozen(before))
        for home in state.homes.values():
            home.open = [duty for duty in home.open if ask_of(duty) in pair.names]
        raw = frozen(state)
        after, wrong, differs = pair.step((raw, raw), course[-1])
        if wrong is not None:
            self._refute(MutantVerdict(mutant, wrong, household.name, course))
        elif differs:
            self.different.add(mutant)
            self.pursued[mutant] = self.pursued.get(mutant, 0) + 1
            if self.pursued[mutant] <= PURSUED:
                self._pursue(mutant, pair, household, after, course, left, until)

    def _pursue(
        self,
        mutant: Mutant,
        pair: Pair,
        household: Household,
        states: tuple[State, State],
        course: Course,
        left: int,
        until: float,
    ) -> None:
        """They differ: what may follow, until something refutes it, or nothing differs any more."""
        frontier = [((frozen(states[0]), frozen(states[1])), course)]
        for moves in reversed(range(left)):
            following = []
            for both, so_far in frontier:
                for step in choices(thawed(both[0]).world) if moves else [ChosenMove("wait")]:
                    if time.monotonic() > until:
                        return
                    try:
                        after, wrong, differs = pair.step(both, step)
                    except Impossible:
                        continue
                    here = (*so_far, step)
                    if wrong is not None:
                        self._refute(MutantVerdict(mutant, wrong, household.name, here))
                        return
                    if differs and moves:
                        following.append(((frozen(after[0]), frozen(after[1])), here))
            frontier = following

    def _pair(self, mutant: Mutant) -> Pair:
        return Pair(
            Engine(alone(self.routine, mutant.ask)),
            Engine(alone(self.routine, mutant.ask, mutant.mutated)),
            beside(mutant.ask),
        )

    def _refute(self, verdict: MutantVerdict) -> None:
        self.verdicts[verdict.mutant] = verdict
        self.watched[verdict.mutant.ask].drop(verdict.mutant)
        self.waiting.remove(verdict.mutant)

    def judged(self) -> list[MutantVerdict]:
        """The verdict on each mutant."""
        rest = [MutantVerdict(mutant, equivalent=mutant not in self.different) for mutant in self.waiting]
        return [*self.verdicts.values(), *rest]
