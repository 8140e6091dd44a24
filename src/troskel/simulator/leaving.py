# SPDX-License-Identifier: EUPL-1.2
"""Care ends: by death, by a move to special housing, because it is needed no more; and some come back."""

from __future__ import annotations

from datetime import timedelta

from troskel.simulator.deciding import allocate, grant
from troskel.simulator.town import ALARM_SERVICE, HOME_CARE, Person, Town


def dies(town: Town, person: Person) -> None:
    """The client dies; the assessor hears of it the same day or a few days later (case 15)."""
    if person.dead:
        return
    on = (town.life.day - timedelta(days=town.life.random.randint(0, 2))).isoformat()
    death = {"client": person.reference, "on": on}
    if town.life.does(town.assessor_of(person), "record_deaths", deaths=[death]):
        person.dead = True


def goes_to_special_housing(town: Town, person: Person) -> None:
    """All care in the home ends on a day soon (P6, P7)."""
    for kind in [kind for kind in person.care if person.has(kind)]:
        end(town, person, kind, "särskilt boende")
    if person.care and town.life.happens(0.2):
        town.later(town.life.random.randint(1, 21), lambda: comes_back(town, person))


def manages_alone(town: Town, person: Person) -> None:
    """Home care ends; the alarm, if there is one, stays (A7)."""
    if person.has(HOME_CARE):
        end(town, person, HOME_CARE, "behövs ej")


def gives_back_the_alarm(town: Town, person: Person) -> None:
    """The alarm ends; where home care has ended before, now is the time for the lock to go (case 7)."""
    if person.has(ALARM_SERVICE):
        end(town, person, ALARM_SERVICE, "behövs ej")


def comes_back(town: Town, person: Person) -> None:
    """Home again, and care with it: a removal that is ordered must be stopped (case 6)."""
    if person.dead or person.has(HOME_CARE):
        return
    if grant(town, person, HOME_CARE, town.life.day):
        allocate(town, person, HOME_CARE)


def end(town: Town, person: Person, kind: str, reason: str, days: int | None = None) -> None:
    """A person says that the care ends, today or in some days; what has run out already is confirmed to have ended."""
    care, who = person.care[kind], town.assessor_of(person)
    on = town.day(town.life.random.randint(0, 6) if days is None else days)
    if care.through is not None:
        on = min(on, care.through)
    if on < town.life.day:
        done = town.life.does(who, "confirm_ending", client=person.reference)
    else:
        told = {"service": kind, "on": on.isoformat(), "reason": reason}
        done = town.life.does(who, "end_care", client=person.reference, **told)
    if done:
        care.ends = care.through = on
