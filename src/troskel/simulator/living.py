# SPDX-License-Identifier: EUPL-1.2
"""Day after day: life goes on, people do what they are asked, visits are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from troskel.ground import clock, haste, ids, upkeep
from troskel.simulator import founding, happening, looking, mistakes, visiting
from troskel.simulator.life import Life
from troskel.simulator.town import Pace, Town
from troskel.simulator.worklists import Worklists

EveryDay = Callable[[Town], None]


def live(
    municipality: str,
    *,
    days: int,
    clients: int,
    seed: int,
    pace: Pace,
    now: datetime,
    tell: Callable[[str], None],
    every_day: EveryDay | None = None,
    is_shown: bool = False,
) -> Town:
    """Live so many days, the last one being that of `now`. The same seed and days give the same journal.

    `every_day` is called at the end of each day, with the clock standing there. `is_shown`: somebody will look at
    the municipality, so the last days are to hold something of everything.
    """
    random = Random(seed)
    with haste.disposable(), ids.drawn_from(Random(seed).randbytes):
        begins = clock.day_of(now) - timedelta(days=days - 1)
        life = Life(municipality, begins, now, random, tell)
        town = Town(life, clients, days, pace, is_shown=is_shown)
        worklists = Worklists(town)
        founding.found(life, "Tröskelby")
        for number in range(days):
            life.tomorrow() if number else life.turn()
            if number.bit_count() == 1:  # it has become twice as long
                upkeep.count_anew()
            _a_day(town, worklists)
            if every_day is not None:
                with life.standing():
                    every_day(town)
            _tell_of(town, number + 1)
    return town


def _a_day(town: Town, worklists: Worklists) -> None:
    founding.restock(town)
    town.life.wait_until(8)
    happening.life_goes_on(town)
    town.life.wait_until(10)
    worklists.work()
    mistakes.are_made(town)
    looking.look_around(town)
    town.life.wait_until(13)
    visiting.first_visits(town)
    if not (town.is_shown and town.is_last_day()):  # then it is the middle of the day, for one who looks in
        worklists.work()
    town.life.wait_until(15)
    visiting.all_visits(town)


def _tell_of(town: Town, lived: int) -> None:
    every = max(1, town.days // 12)
    if lived % every == 0 or lived == town.days:
        in_care = sum(1 for _ in town.in_care())
        acts = sum(town.life.acts.values())
        town.life.tell(
            f"{town.life.day}: {lived} of {town.days} days, {in_care} clients in care, {acts} acts"
        )
