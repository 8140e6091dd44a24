# SPDX-License-Identifier: EUPL-1.2
"""A life lived for its own sake: how much was done, what was refused, whether every rule held."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from datetime import time as time_of_day

import msgspec

from troskel.ground import clock
from troskel.journal.models import Chain
from troskel.simulator import living
from troskel.simulator.checking import Broken, Checker
from troskel.simulator.conformance import Kept, conformance
from troskel.simulator.demo import SHORT
from troskel.simulator.life import Fault
from troskel.simulator.town import BRISK, Pace


class Lived(msgspec.Struct, frozen=True):
    """What came of a life. `journal`: the hash of the last line; the same seed on the same day gives the same.

    `refused`: what people tried though a rule might say no, and did; `faults`: where nobody had waited for a no.
    """

    seed: int
    days: int
    clients: int
    acts: int
    by_act: dict[str, int]
    seconds: float
    acts_per_second: float
    refused: dict[str, int]
    faults: list[Fault]
    days_checked: int
    broken: list[Broken]
    journal: str
    conformance: list[Kept]

    @property
    def is_sound(self) -> bool:
        """Did every rule hold, and was nobody refused what the routine had asked of them?"""
        return not self.broken and not self.faults


def simulate(
    municipality: str, *, days: int, clients: int, seed: int, check: bool, tell: Callable[[str], None]
) -> Lived:
    """Live so many days, the last one today, to its evening. With `check` every rule is asked after each day."""
    checker = Checker() if check else None
    started = time.monotonic()
    evening = datetime.combine(clock.today(), time_of_day(20), clock.STOCKHOLM)
    town = living.live(
        municipality,
        days=days,
        clients=clients,
        seed=seed,
        pace=BRISK if days < SHORT else Pace(),
        now=evening,
        tell=tell,
        every_day=checker,
    )
    seconds = time.monotonic() - started
    life = town.life
    acts = sum(life.acts.values())
    expected = Counter(life.refused)
    expected.subtract(Counter(fault.rule for fault in life.faults))
    return Lived(
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
    )
