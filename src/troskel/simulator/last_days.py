# SPDX-License-Identifier: EUPL-1.2
"""What the last days must hold, so that whoever looks at the municipality finds something of everything.

The rest is left to chance: a booking today, a decision that runs out, a couple, a notice that nobody has read.
"""

from __future__ import annotations

from troskel.simulator import arriving, leaving
from troskel.simulator.town import HOME_CARE, Person, Town

FORGOTTEN = (3, 4)
"""So many days before the end something happens of which the provider is to do the rest, and forgets it."""


def arrange(town: Town) -> None:
    """Today's part of it."""
    if town.days_left() in FORGOTTEN:
        _nobody_orders_a_lock(town)
        _nobody_orders_the_removal(town)
    if town.is_last_day():
        arriving.comes(town, today=True)
        arriving.comes(town, today=True, protection="S", home_municipality="")


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
