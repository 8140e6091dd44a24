# SPDX-License-Identifier: EUPL-1.2
"""The events that can happen to any client, with their frequency per year and hundred people."""

from __future__ import annotations

from collections.abc import Callable

from troskel.simulator import arrivals, care_endings, changes_in_care, last_days
from troskel.simulator.town import InventedPerson, Town

EVENTS_PER_100_PERSON_YEARS: tuple[tuple[Callable[[Town, InventedPerson], None], int], ...] = (
    (care_endings.die, 13),
    (care_endings.move_to_special_housing, 12),
    (care_endings.end_home_care, 6),
    (care_endings.end_alarm, 5),
    (changes_in_care.add_alarm, 16),
    (changes_in_care.add_night_provider, 5),
    (changes_in_care.change_provider, 10),
    (changes_in_care.move, 6),
    (changes_in_care.add_household_member, 3),
    (changes_in_care.change_mind, 4),
    (changes_in_care.protect_identity, 1),
    (changes_in_care.change_phone, 10),
)
DAYS_PER_YEAR = 365


def run_day(town: Town) -> None:
    """Runs one day of life events, and adds new clients."""
    town.run_errands()
    arrivals.arrive_today(town)
    if town.is_shown:
        last_days.arrange(town)
    daily_factor = town.pace.often / (100 * DAYS_PER_YEAR)
    events, rates = zip(*EVENTS_PER_100_PERSON_YEARS, strict=True)
    total_rate = sum(rates)
    for person in list(town.people):
        if not person.needs_nothing(town.life.day) and town.life.happens(total_rate * daily_factor):
            event = town.life.random.choices(events, rates)[0]
            event(town, person)
