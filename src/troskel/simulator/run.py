# SPDX-License-Identifier: EUPL-1.2
"""Runs a simulation and reports it: acts, refusals, violations of rules."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from datetime import time as time_of_day

import msgspec

from troskel.ground import clock
from troskel.journal.models import Chain
from troskel.simulator import day_loop
from troskel.simulator.conformance import ConformanceRow, conformance
from troskel.simulator.demo import BRISK_BELOW_DAYS
from troskel.simulator.history import first_of_each_kind
from troskel.simulator.history import tell as tell_history
from troskel.simulator.invariants import BrokenRule, InvariantChecker
from troskel.simulator.life import UnexpectedRefusal
from troskel.simulator.town import BRISK, Pace, Town


class SimulationResult(msgspec.Struct, frozen=True):
    """The result of a simulation. `journal`: the hash of the last line, equal for the same seed on the same day.

    `refused`: expected refusals by rule; `faults`: unexpected refusals. `history`: what led to it being stopped.
    """

    seed: int
    days: int
    clients: int
    acts: int
    by_act: dict[str, int]
    seconds: float
    acts_per_second: float
    refused: dict[str, int]
    faults: list[UnexpectedRefusal]
    days_checked: int
    broken: list[BrokenRule]
    journal: str
    conformance: list[ConformanceRow]
    history: list[str]

    @property
    def is_sound(self) -> bool:
        """Did every rule hold, without unexpected refusals?"""
        return not self.broken and not self.faults


def simulate(
    municipality: str,
    *,
    days: int,
    clients: int,
    seed: int,
    check: bool,
    tell: Callable[[str], None],
    is_rough: bool = False,
    is_stopped: bool = False,
) -> SimulationResult:
    """Simulates this many days, ending this evening. With `check` every rule is checked after each day.

    `is_stopped`: at the first day on which a rule is broken or an act refused unexpectedly; it is told what led there.
    """
    checker = InvariantChecker() if check else None
    history: list[str] = []

    def end_of_day(town: Town) -> None:
        if checker is not None:
            checker(town)
            town.is_stopped = is_stopped and bool(checker.broken or town.life.faults)
            if town.is_stopped:
                for broken in first_of_each_kind(checker.broken):
                    history.extend(tell_history(municipality, broken))

    started = time.monotonic()
    evening = datetime.combine(clock.today(), time_of_day(20), clock.STOCKHOLM)
    town = day_loop.live(
        municipality,
        days=days,
        clients=clients,
        seed=seed,
        pace=BRISK if days < BRISK_BELOW_DAYS else Pace(),
        now=evening,
        tell=tell,
        every_day=end_of_day,
        is_rough=is_rough,
    )
    seconds = time.monotonic() - started
    life = town.life
    acts = sum(life.acts.values())
    expected = Counter(life.refused)
    expected.subtract(Counter(fault.rule for fault in life.faults))
    return SimulationResult(
        seed=seed,
        days=days,
        clients=len(town.people),
        acts=acts,
        by_act=dict(sorted(life.acts.items())),
        seconds=round(seconds, 1),
        acts_per_second=round(acts / seconds, 1),
        refused={rule: count for rule, count in sorted(expected.items()) if count},
        faults=life.faults,
        days_checked=checker.days if checker else 0,
        broken=checker.broken if checker else [],
        journal=Chain.objects.get(municipality=municipality, kind="acts").hash,
        conformance=conformance(municipality, life.day),
        history=history,
    )
