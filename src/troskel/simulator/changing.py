# SPDX-License-Identifier: EUPL-1.2
"""What happens to people in care: the alarm, help at night, another provider, a move, a change of mind."""

from __future__ import annotations

from datetime import timedelta

from troskel.simulator import arriving
from troskel.simulator.deciding import allocate, another_provider, give, grant
from troskel.simulator.people import address
from troskel.simulator.town import ALARM_SERVICE, HOME_CARE, Person, Town


def gets_an_alarm(town: Town, person: Person) -> None:
    """A safety alarm beside the home care: its responders are one more provider (case 2)."""
    if not person.own or not person.has(HOME_CARE) or person.has(ALARM_SERVICE):
        return
    if grant(town, person, ALARM_SERVICE, town.day(town.life.random.randint(0, 7))):
        allocate(town, person, ALARM_SERVICE)


def needs_help_at_night(town: Town, person: Person) -> None:
    """A night patrol beside the provider of the day (case 2)."""
    care = person.care.get(HOME_CARE)
    if care is None or not person.own or not person.has(HOME_CARE) or not care.allocated or care.also:
        return
    if care.through is None or care.through > town.life.day:
        by_night = another_provider(town, care.provider)
        if give(town, person, care, by_night, max(care.begins, town.life.day)):
            care.also = by_night


def changes_provider(town: Town, person: Person) -> None:
    """Another provider from some day on (case 4, A5, A6)."""
    care = person.care.get(HOME_CARE)
    on = town.day(town.life.random.randint(1, 14))
    if care is None or not person.has(HOME_CARE) or not care.allocated or care.next_provider:
        return
    if care.begins >= on or (care.through is not None and care.through <= on):
        return
    comes = another_provider(town, care.provider)
    if comes == care.also:
        return
    told = {
        "former": care.provider,
        "provider": comes,
        "on": on.isoformat(),
        "reference": f"F{town.number():05}",
    }
    if town.life.does(town.assessor_of(person), "change_provider", client=person.reference, **told):
        decision, care.next_provider = care.decision, comes

        def takes_over() -> None:
            care.next_provider = None
            if care.decision == decision:
                care.provider = comes

        town.later((on - town.life.day).days, takes_over)


def moves(town: Town, person: Person) -> None:
    """A move within the municipality: one door is left, another is to get a lock (case 15)."""
    if person.needs_nothing(town.life.day):
        return
    person.address = town.new_address()
    on = (town.life.day - timedelta(days=town.life.random.randint(0, 2))).isoformat()
    move = {"client": person.reference, "address": address(person.address), "on": on}
    if town.life.does(town.assessor_of(person), "move_clients", moves=[move]):
        person.lock = None
        person.visited_by.clear()


def shares_the_home(town: Town, person: Person) -> None:
    """The one who lives with the client begins to need care too (case 1)."""
    if person.own and person.has(HOME_CARE):
        arriving.join(town, person)


def changes_mind(town: Town, person: Person) -> None:
    """Who refused agrees, or who agreed refuses while there is no lock yet (case 10)."""
    if not person.own or person.needs_nothing(town.life.day) or person.lock:
        return
    person.wants_a_lock = not person.wants_a_lock
    if person.wants_a_lock:
        town.life.does(town.assessor_of(person), "confirm_understanding", client=person.reference)
    else:
        told = {"reason": "does_not_want", "text": "Vill ha sin gamla nyckel."}
        town.life.does(town.assessor_of(person), "record_refusal", client=person.reference, **told)


def is_to_be_protected(town: Town, person: Person) -> None:
    """Name and address are not to be seen where they need not (case 14)."""
    change = {"client": person.reference, "protection": town.life.random.choice("SF")}
    town.life.does(town.assessor_of(person), "change_clients", changes=[change])


def gets_another_telephone(town: Town, person: Person) -> None:
    """A small change, as most are."""
    change = {"client": person.reference, "phone": f"070-99 99 {town.life.random.randrange(1000):03}"}
    town.life.does(town.assessor_of(person), "change_clients", changes=[change])
