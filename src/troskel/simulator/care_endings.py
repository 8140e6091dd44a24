# SPDX-License-Identifier: EUPL-1.2
"""Care ends: by death, by a move to special housing, or because it is no longer needed; some come back."""

from __future__ import annotations

from datetime import timedelta

from troskel.simulator.decisions import allocate, grant
from troskel.simulator.town import ALARM_SERVICE, HOME_CARE, InventedPerson, Town


def die(town: Town, person: InventedPerson) -> None:
    """Records a death, the same day or a few days later (case 15)."""
    if person.dead:
        return
    on = (town.life.day - timedelta(days=town.life.random.randint(0, 2))).isoformat()
    death = {"client": person.reference, "on": on}
    if town.life.does(town.assessor_of(person), "record_deaths", deaths=[death]):
        person.dead = True


def move_to_special_housing(town: Town, person: InventedPerson) -> None:
    """Ends all care in the home within days (P6, P7)."""
    for kind in [kind for kind in person.care if person.has(kind)]:
        end_care(town, person, kind, "särskilt boende")
    if person.care and town.life.happens(0.2):
        town.later(town.life.random.randint(1, 21), lambda: come_back(town, person))


def end_home_care(town: Town, person: InventedPerson) -> None:
    """Ends home care; a safety alarm remains (A7)."""
    if person.has(HOME_CARE):
        end_care(town, person, HOME_CARE, "behövs ej")


def end_alarm(town: Town, person: InventedPerson) -> None:
    """Ends the safety alarm; if home care ended before, the lock is now to be removed (case 7)."""
    if person.has(ALARM_SERVICE):
        end_care(town, person, ALARM_SERVICE, "behövs ej")


def come_back(town: Town, person: InventedPerson) -> None:
    """Grants care again after a return home: an ordered removal must be stopped (case 6)."""
    if person.dead or person.has(HOME_CARE):
        return
    if grant(town, person, HOME_CARE, town.life.day):
        allocate(town, person, HOME_CARE)


def end_care(town: Town, person: InventedPerson, kind: str, reason: str, days: int | None = None) -> None:
    """Ends care today or within days; care that has already run out is confirmed as ended."""
    care, who = person.care[kind], town.assessor_of(person)
    on = town.day(town.life.random.randint(0, 6) if days is None else days)
    if care.through is not None:
        on = min(on, care.through)
    if on < town.life.day:
        outcome = town.life.does(who, "confirm_ending", client=person.reference)
    else:
        values = {"service": kind, "on": on.isoformat(), "reason": reason}
        outcome = town.life.does(who, "end_care", client=person.reference, **values)
    if outcome:
        care.ends = care.through = on
