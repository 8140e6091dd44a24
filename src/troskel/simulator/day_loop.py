# SPDX-License-Identifier: EUPL-1.2
"""The loop over days: life events, duties, visits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from troskel.ground import clock, durability, ids, maintenance
from troskel.simulator import (
    life_events,
    mistakes,
    office,
    page_reads,
    rough,
    rough_knowledge,
    rounds,
    setup,
    visits,
)
from troskel.simulator.life import Life
from troskel.simulator.organisations import ACCOUNTS, SHOWN_ACCOUNTS
from troskel.simulator.town import Pace, Town
from troskel.simulator.worklists import Worklists

DayCallback = Callable[[Town], None]


def live(
    municipality: str,
    *,
    days: int,
    clients: int,
    seed: int,
    pace: Pace,
    now: datetime,
    tell: Callable[[str], None],
    every_day: DayCallback | None = None,
    is_shown: bool = False,
    is_rough: bool = False,
) -> Town:
    """Simulates this many days, the last one being that of `now`. The same seed and days produce the same journal.

    `every_day` is called at the end of each day, with the clock frozen there; it may stop the town. `is_shown`: people
    will look at the municipality, so the last days contain something of everything. `is_rough`: much goes wrong, and
    no refusal is a fault.
    """
    random = Random(seed)
    with durability.relaxed(), ids.random_source(Random(seed).randbytes):
        begins = clock.day_of(now) - timedelta(days=days - 1)
        life = Life(municipality, begins, now, random, tell, is_rough=is_rough)
        town = Town(life, clients, days, pace, is_shown=is_shown)
        worklists = Worklists(town)
        shown = SHOWN_ACCOUNTS if is_shown else ()
        setup.found_municipality(life, "Tröskelby", (*ACCOUNTS, *shown))
        for number in range(days):
            life.tomorrow() if number else life.turn()
            if number.bit_count() == 1:  # the journal has doubled
                maintenance.analyze()
            _run_day(town, worklists)
            if every_day is not None:
                with life.standing():
                    every_day(town)
            _report_progress(town, number + 1)
            if town.is_stopped:
                break
    return town


def _run_day(town: Town, worklists: Worklists) -> None:
    setup.restock(town)
    town.life.wait_until(8)
    life_events.run_day(town)
    if town.life.is_rough:
        rough.live_roughly(town)
        rough_knowledge.look_anew(town)
    locks = rounds.locks_in_the_morning(town)
    town.life.wait_until(10)
    worklists.work()
    mistakes.make_mistakes(town)
    page_reads.read_pages(town)
    if town.is_shown:
        office.follow_routine(town)
    town.life.wait_until(13)
    visits.make_first_visits(town)
    if not (town.is_shown and town.is_last_day()):  # the demo ends in the middle of a day
        worklists.work()
    town.life.wait_until(15)
    if town.is_shown:
        _make_rounds(town, locks)
    else:
        visits.make_all_visits(town)


def _make_rounds(town: Town, locks: set[tuple[str, str]]) -> None:
    """The demo's visits are made all day and evening; the office follows the routine."""
    made = rounds.plan_rounds(town, locks)
    rounds.report(town, made)
    town.life.wait_until(22)
    rounds.report(town, made)
    rounds.enter_foreign_visits(town)


def _report_progress(town: Town, days_done: int) -> None:
    interval = max(1, town.days // 12)
    if days_done % interval == 0 or days_done == town.days:
        in_care = sum(1 for _ in town.in_care())
        acts = sum(town.life.acts.values())
        town.life.tell(
            f"{town.life.day}: {days_done} of {town.days} days, {in_care} clients in care, {acts} acts"
        )
