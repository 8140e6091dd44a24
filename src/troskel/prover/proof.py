# SPDX-License-Identifier: EUPL-1.2
"""The proof of a routine: every household to a depth, with what does not hold, shrunk; and the verdicts on mutants."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import msgspec

from troskel.prover.explore import AT_LENGTH, Found, explore, shrunk, twins
from troskel.prover.fulfil import Fulfilment
from troskel.prover.households import Household
from troskel.prover.moves import MOVES, ChosenMove
from troskel.prover.mutate import Trial, mutants
from troskel.prover.playing import play_of
from troskel.prover.state import Engine
from troskel.routine.model import Routine

Progress = Callable[[str], None]


Value = date | str | int | bool | None


class Event(msgspec.Struct, frozen=True):
    """A move of a course on its day; values by name, with names without their mark and days instead of counts."""

    day: date
    move: str
    values: dict[str, Value]


class Counterexample(msgspec.Struct, frozen=True):
    """A property that does not hold. `times`: courses that end so. `events`: what happened, as lines and by value."""

    property: str
    ask: str
    about: str
    after: str
    times: int
    household: str
    events: list[str]
    play: list[str]
    course: list[Event]


class Proof(msgspec.Struct):
    """What was explored, and every kind of counterexample once."""

    version: str
    depth: int
    states: dict[str, int] = {}
    seconds: float = 0
    complete: bool = True
    counterexamples: list[Counterexample] = []


class Mutation(msgspec.Struct):
    """The verdicts on all mutants. `undecided`: they differ in some state, and no property says which is right."""

    refuted: int = 0
    equivalent: list[str] = []
    undecided: list[str] = []
    seconds: float = 0
    complete: bool = True

    @property
    def mutants(self) -> int:
        """How many there are."""
        return self.refuted + len(self.equivalent) + len(self.undecided)

    @property
    def share(self) -> float:
        """The share that is refuted or equivalent."""
        return 1 - len(self.undecided) / self.mutants if self.mutants else 1


def prove(
    routine: Routine,
    households: Iterable[Household],
    depth: int,
    *,
    seconds: float = float("inf"),
    fulfilling: bool = True,
    progress: Progress = lambda text: None,
) -> Proof:
    """Explores the households, each to the depth, until the seconds are over."""
    began = time.monotonic()
    until, engine = began + seconds, Engine(routine)
    proof = Proof(routine.version, depth)
    look = Fulfilment(engine).look if fulfilling else None
    kinds = dict[tuple[str, str, str], list[Found]]()
    known = {household.name: household for household in households}
    for household in known.values():
        before = len(kinds)

        def seen(course: object, states: int, name: str = household.name) -> None:
            proof.states[name] = states
            if states % 500 == 0:
                progress(f"{name}: {states} states …")

        proof.states[household.name] = 1
        for one in _all(routine, engine, household, depth, until, look, seen):
            kinds.setdefault(one.kind, []).append(one)
        taken = time.monotonic() - began
        progress(
            f"{household.name}: {proof.states[household.name]} states, {len(kinds) - before} more findings, "
            f"{taken:.0f} s"
        )
        if time.monotonic() > until:
            proof.complete = False
            break
    for kind in sorted(kinds):
        first = min(kinds[kind], key=lambda one: len(one.course))
        proof.counterexamples.append(_counterexample(engine, known[first.household], first, len(kinds[kind])))
    proof.seconds = round(time.monotonic() - began, 1)
    return proof


def _all(
    routine: Routine,
    engine: Engine,
    household: Household,
    depth: int,
    until: float,
    look: Callable[..., Iterator[object]] | None,
    seen: Callable[..., None],
) -> Iterator[Found]:
    yield from explore(engine, household, depth, until=until, look=look, seen=seen)  # type: ignore[arg-type]
    yield from twins(routine, household, min(depth, 2 if len(household.homes) == 1 else 1), until)


def _counterexample(engine: Engine, household: Household, first: Found, times: int) -> Counterexample:
    smaller, found = household, first
    if first.finding.property not in AT_LENGTH:
        smaller, found = shrunk(engine, household, first)
    return Counterexample(
        *first.finding,
        first.kind[2],
        times,
        household.name,
        list(told(smaller, found.course)),
        play_of(smaller, found.course, str(first.finding)),
        list(events_of(smaller, found.course)),
    )


def told(household: Household, course: tuple[ChosenMove, ...]) -> Iterator[str]:
    """The course as lines: its day, and what happened."""
    for day, step in _days(household, course):
        yield f"{day} {step}"


def events_of(household: Household, course: tuple[ChosenMove, ...]) -> Iterator[Event]:
    """The course, value by value."""
    for day, step in _days(household, course):
        names = list(inspect.signature(MOVES[step.name]).parameters)[1:]
        values = dict(zip(names, step.values, strict=False))
        counted = (
            () if step.name == "allocate" else ("begins", "on", "through")
        )  # else from the decision's first day
        yield Event(
            day,
            step.name,
            {name: _plain(value, day if name in counted else None) for name, value in values.items()},
        )


def _plain(value: Any, since: date | None) -> Any:
    if isinstance(value, str):
        return value.lstrip("~")
    return since + timedelta(days=value) if since is not None and value is not None else value


def _days(household: Household, course: tuple[ChosenMove, ...]) -> Iterator[tuple[date, ChosenMove]]:
    world = household.world()
    for step in (*household.already, *course):
        MOVES[step.name](world, *step.values)
        yield world.day, step


def mutate(
    routine: Routine,
    households: Iterable[Household],
    depth: int,
    *,
    only: str = "",
    events: bool = False,
    seconds: float = float("inf"),
    progress: Progress = lambda text: None,
) -> Mutation:
    """Removes or negates each condition in turn. `only`: of asks whose names begin so. `events`: removes those too."""
    began = time.monotonic()
    until = began + seconds
    trial = Trial(routine, [one for one in mutants(routine, events=events) if one.ask.startswith(only)])
    result = Mutation()
    for level, household in product(range(1, depth + 1), list(households)):
        if trial.waiting:
            trial.along(household, level, until)
            progress(f"depth {level}, {household.name}: {len(trial.verdicts)} refuted")
    for verdict in trial.judged():
        if verdict.refuted is not None:
            result.refuted += 1
        else:
            (result.equivalent if verdict.equivalent else result.undecided).append(str(verdict.mutant))
    result.complete = time.monotonic() <= until
    result.seconds = round(time.monotonic() - began, 1)
    return result
