# SPDX-License-Identifier: EUPL-1.2
"""What may happen to anyone, and how often in a year of a hundred people."""

from __future__ import annotations

from collections.abc import Callable

from troskel.simulator import arriving, changing, last_days, leaving
from troskel.simulator.town import Person, Town

IN_A_YEAR: tuple[tuple[Callable[[Town, Person], None], int], ...] = (
    (leaving.dies, 13),
    (leaving.goes_to_special_housing, 12),
    (leaving.manages_alone, 6),
    (leaving.gives_back_the_alarm, 5),
    (changing.gets_an_alarm, 16),
    (changing.needs_help_at_night, 5),
    (changing.changes_provider, 10),
    (changing.moves, 6),
    (changing.shares_the_home, 3),
    (changing.changes_mind, 4),
    (changing.is_to_be_protected, 1),
    (changing.gets_another_telephone, 10),
)
DAYS = 365


def life_goes_on(town: Town) -> None:
    """One day of everybody's life, and those who come new."""
    town.run_errands()
    arriving.come(town)
    if town.is_shown:
        last_days.arrange(town)
    a_day = town.pace.often / (100 * DAYS)
    anything = sum(times for _, times in IN_A_YEAR)
    for person in list(town.people):
        if not person.needs_nothing(town.life.day) and town.life.happens(anything * a_day):
            what = town.life.random.choices([w for w, _ in IN_A_YEAR], [times for _, times in IN_A_YEAR])[0]
            what(town, person)
