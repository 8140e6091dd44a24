# SPDX-License-Identifier: EUPL-1.2
"""The last days of the demo: busier than others, so that whoever looks finds something of everything, with everybody.

Each provider gets new clients, locks are to be mounted and taken down, and some of it has been forgotten. The rest is
left to chance: a decision that runs out, a couple, a notice that nobody has read.
"""

from __future__ import annotations

from troskel.simulator import arriving, leaving
from troskel.simulator.organisations import HOME_CARE as HOME_CARE_PROVIDERS
from troskel.simulator.town import HOME_CARE, Person, Town

BUSY_DAYS = 18
"""So many days before the end it begins."""

FORGOTTEN = (3, 4)
"""So many days before the end something happens of which the provider is to do the rest, and forgets it."""


def arrange(town: Town) -> None:
    """Today's part of it."""
    days = town.days_left()
    if days < BUSY_DAYS:
        arriving.comes(
            town, provider=HOME_CARE_PROVIDERS[days % len(HOME_CARE_PROVIDERS)], home_municipality=""
        )
    if days < BUSY_DAYS and days % 2:
        _leaves(town)
    if days in FORGOTTEN:
        _nobody_orders_a_lock(town)
        _nobody_orders_the_removal(town)
    if town.is_last_day():
        arriving.comes(town, today=True)
        arriving.comes(town, today=True, protection="S", home_municipality="")


def _leaves(town: Town) -> None:
    """One who has a lock moves to special housing."""
    locked = [person for person in town.in_care() if person.lock and not person.is_forgotten]
    if locked:
        leaving.goes_to_special_housing(town, town.life.random.choice(locked))


def _nobody_orders_a_lock(town: Town) -> None:
    """A new client; the first visit is made, and P1 is late."""
    person = arriving.comes(town, today=True, home_municipality="")
    if person is not None:
        person.is_forgotten = person.wants_a_lock = True


def _nobody_orders_the_removal(town: Town) -> None:
    """One who lives alone with a lock at the door moves to special housing (P6)."""
    alone = [person for person in town.in_care() if person.lock and _lives_alone(town, person)]
    if alone:
        person = town.life.random.choice(alone)
        person.is_forgotten = True
        for kind in [kind for kind in person.care if person.has(kind)]:
            leaving.end(town, person, kind, "särskilt boende", days=0)


def _lives_alone(town: Town, person: Person) -> bool:
    return person.has(HOME_CARE) and sum(other.address == person.address for other in town.people) == 1
