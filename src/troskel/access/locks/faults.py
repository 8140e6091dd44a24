# SPDX-License-Identifier: EUPL-1.2
"""What a driver must hold to where the lock, or the way to it, fails. Needs a bench: a lock that fails when told to."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Protocol

from troskel.access.drivers import BUSY, SPENT, BoltPosition, CommandResult, HealthFinding
from troskel.access.locks.conformance import LockOnTrial, expect, told
from troskel.access.rules import LockOutcome


class BenchFault(StrEnum):
    """What goes wrong, until another is set."""

    NONE = ""
    SLOW = "slow"
    """The command is carried out, and the answer comes when nobody waits any more."""
    TWICE = "twice"
    """Whatever is said is said twice."""
    CUT = "cut"
    """The line breaks once the command has come: the lock turns and can't say so."""
    SILENT = "silent"
    """It is not there."""
    JAM = "jam"
    REFUSING = "refusing"
    """It takes the command and says no."""
    RETAINED = "retained"
    """The broker holds an unlocking that somebody had it keep; then the lock starts anew."""
    LYING = "lying"
    """It says that it takes the command, and does not turn."""


class FaultBench(Protocol):
    """A lock and what surrounds it, on a bench."""

    faults: frozenset[BenchFault]
    """Those that it can have."""

    def set(self, fault: BenchFault) -> None:
        """Have this fault from now on, and no other."""
        ...

    def turns(self) -> int:
        """How often the motor has turned to unlock."""
        ...

    def wait_for_turns(self, turns: int) -> None:
        """Return when it has turned so often."""
        ...

    def pass_time(self) -> None:
        """Let the time pass in which a command without answer may still be on its way."""
        ...


class FaultRequirement(NamedTuple):
    """Something that is held to under a fault."""

    fault: BenchFault
    words: str
    check: Callable[[LockOnTrial, FaultBench], None]


def never_again_by_itself(trial: LockOnTrial, bench: FaultBench) -> None:
    """An opening whose answer does not come is unknown, and is never sent a second time."""
    grant, before = trial.grant(), bench.turns()
    first = trial.unlock(grant)
    expect(first.result is CommandResult.UNKNOWN, f"the answer did not come, and it says {told(first)}")
    bench.wait_for_turns(before + 1)
    again = trial.unlock(grant)
    expect((again.outcome, again.code) == (LockOutcome.REFUSED, SPENT), f"the grant again: {told(again)}")
    expect(bench.turns() == before + 1, f"it turned {bench.turns() - before} times for one opening")
    bench.set(BenchFault.NONE)
    bench.pass_time()
    expect(bench.turns() == before + 1, "it turned once more when the line was back")
    trial.lock_it()


def busy_while_unknown(trial: LockOnTrial, bench: FaultBench) -> None:
    """While an opening may still be on its way, nothing else is sent to that lock."""
    before = bench.turns()
    trial.unlock()
    second = trial.unlock()
    expect((second.outcome, second.code) == (LockOutcome.REFUSED, BUSY), f"a second one: {told(second)}")
    bench.wait_for_turns(before + 1)
    bench.set(BenchFault.NONE)
    bench.pass_time()
    expect(bench.turns() == before + 1, "the refused one was sent later")


def said_twice_is_once(trial: LockOnTrial, bench: FaultBench) -> None:
    """What is said twice is one state, one event and one opening."""
    trial.lock_it()
    before, events = bench.turns(), len(trial.driver.events(trial.lock))
    trial.open_it()
    expect(bench.turns() == before + 1, "it turned twice")
    expect(trial.bolt() is BoltPosition.UNLOCKED, f"it is {trial.bolt()}")
    expect(len(trial.driver.events(trial.lock)) <= events + 2, "an opening has more than its two events")
    trial.lock_it()


def silent_is_no_answer(trial: LockOnTrial, bench: FaultBench) -> None:
    """A lock that is not there was not asked: the grant is good when it is back. Its state is not known."""
    grant, before = trial.grant(), bench.turns()
    answer = trial.unlock(grant)
    expect(answer.outcome is LockOutcome.NO_ANSWER, f"nobody is there, and it says {told(answer)}")
    expect(
        HealthFinding.OFFLINE in trial.driver.health(trial.lock), "its health does not say that it is offline"
    )
    bench.set(BenchFault.NONE)
    expect(bench.turns() == before, "the opening was kept, and turned it when it was back")
    answer = trial.unlock(grant)
    expect(answer.outcome is LockOutcome.OPENED, f"back, it says {told(answer)}")
    trial.lock_it()


def jam_is_told(trial: LockOnTrial, bench: FaultBench) -> None:
    """A jam is neither done nor refused."""
    answer = trial.unlock()
    expect(answer.outcome is LockOutcome.JAMMED, f"stuck, it says {told(answer)}")
    expect(trial.bolt() not in (BoltPosition.LOCKED, BoltPosition.UNLOCKED), f"stuck, it is {trial.bolt()}")
    bench.set(BenchFault.NONE)
    trial.open_it()
    trial.lock_it()


def refusal_is_told(trial: LockOnTrial, bench: FaultBench) -> None:
    """A lock that says no has not turned, and the grant is spent."""
    before, grant = bench.turns(), trial.grant()
    answer = trial.unlock(grant)
    expect(answer.outcome is LockOutcome.REFUSED and bool(answer.code), f"it said no: {told(answer)}")
    expect(trial.unlock(grant).code == SPENT, "the grant was sent again")
    expect(bench.turns() == before, "it turned")


def retained_opens_nothing(trial: LockOnTrial, bench: FaultBench) -> None:
    """A command that a broker has kept opens nothing, and is told of."""
    expect(bench.turns() == 0, "the kept command has turned it")
    expect(trial.bolt() is not BoltPosition.UNLOCKED, f"it is {trial.bolt()}")
    found = trial.driver.health(trial.lock)
    expect(HealthFinding.RETAINED_COMMAND in found, "its health does not tell of the kept command")


def taken_is_not_done(trial: LockOnTrial, bench: FaultBench) -> None:
    """That a command was taken is not that the state was reached."""
    before = bench.turns()
    answer = trial.unlock()
    expect(answer.result is CommandResult.UNKNOWN, f"it has not turned, and says {told(answer)}")
    expect(bench.turns() == before, "it turned")
    bench.set(BenchFault.NONE)
    bench.pass_time()


FAULT_REQUIREMENTS = (
    FaultRequirement(BenchFault.SLOW, "An opening is never sent again by itself", never_again_by_itself),
    FaultRequirement(
        BenchFault.CUT, "A broken line: unknown, and never again by itself", never_again_by_itself
    ),
    FaultRequirement(BenchFault.SLOW, "One command at a time for each lock", busy_while_unknown),
    FaultRequirement(BenchFault.TWICE, "What is said twice counts once", said_twice_is_once),
    FaultRequirement(BenchFault.SILENT, "A lock that is not there was not asked", silent_is_no_answer),
    FaultRequirement(BenchFault.JAM, "A jam is neither done nor refused", jam_is_told),
    FaultRequirement(BenchFault.REFUSING, "A refusal has turned nothing", refusal_is_told),
    FaultRequirement(
        BenchFault.RETAINED, "A command that the broker has kept opens nothing", retained_opens_nothing
    ),
    FaultRequirement(BenchFault.LYING, "Done is a state that was reached", taken_is_not_done),
)
