# SPDX-License-Identifier: EUPL-1.2
"""The last days of the demo: busier than others, so that every account has something of everything to show.

Each provider gets new clients, locks are to be installed and removed, and some of it has been forgotten. The rest is
random: a decision that runs out, a couple, an unread notice.
"""

from __future__ import annotations

from troskel.simulator import arrivals, care_endings
from troskel.simulator.organisations import HOME_CARE as HOME_CARE_PROVIDERS
from troskel.simulator.town import HOME_CARE, InventedPerson, Town

BUSY_DAYS = 18
"""Days before the end when it begins."""

FORGOTTEN_DAYS_LEFT = (3, 4)
"""Days before the end when something happens that the provider should handle, and forgets."""


def arrange(town: Town) -> None:
    """Runs today's part."""
    days = town.days_left()
    if days < BUSY_DAYS:
        arrivals.arrive(
            town, provider=HOME_CARE_PROVIDERS[days % len(HOME_CARE_PROVIDERS)], home_municipality=""
        )
    if days < BUSY_DAYS and days % 2:
        _move_one_out(town)
    if days in FORGOTTEN_DAYS_LEFT:
        _forget_installation(town)
        _forget_removal(town)
    if town.is_last_day():
        arrivals.arrive(town, today=True)
        arrivals.arrive(town, today=True, protection="S", home_municipality="")


def _move_one_out(town: Town) -> None:
    """Moves a client who has a lock to special housing."""
    candidates = [person for person in town.in_care() if person.lock and not person.is_forgotten]
    if candidates:
        care_endings.move_to_special_housing(town, town.life.random.choice(candidates))


def _forget_installation(town: Town) -> None:
    """Adds a client whose first visit is made, and whose P1 duty is late."""
    person = arrivals.arrive(town, today=True, home_municipality="")
    if person is not None:
        person.is_forgotten = person.wants_a_lock = True


def _forget_removal(town: Town) -> None:
    """Moves a client who lives alone and has a lock to special housing (P6)."""
    candidates = [person for person in town.in_care() if person.lock and _lives_alone(town, person)]
    if candidates:
        person = town.life.random.choice(candidates)
        person.is_forgotten = True
        for kind in [kind for kind in person.care if person.has(kind)]:
            care_endings.end_care(town, person, kind, "särskilt boende", days=0)


def _lives_alone(town: Town, person: InventedPerson) -> bool:
    return person.has(HOME_CARE) and sum(other.address == person.address for other in town.people) == 1
