# SPDX-License-Identifier: EUPL-1.2
"""Changes for clients in care: an alarm, a night provider, another provider, a move, a change of mind."""

from __future__ import annotations

from datetime import timedelta

from troskel.simulator import arrivals
from troskel.simulator.decisions import allocate, allocate_to, another_provider, grant
from troskel.simulator.people import address
from troskel.simulator.town import ALARM_SERVICE, HOME_CARE, InventedPerson, Town


def add_alarm(town: Town, person: InventedPerson) -> None:
    """Adds a safety alarm to home care: its responders are one more provider (case 2)."""
    if not person.own or not person.has(HOME_CARE) or person.has(ALARM_SERVICE):
        return
    if grant(town, person, ALARM_SERVICE, town.day(town.life.random.randint(0, 7))):
        allocate(town, person, ALARM_SERVICE)


def add_night_provider(town: Town, person: InventedPerson) -> None:
    """Adds a night provider to the day's provider (case 2)."""
    care = person.care.get(HOME_CARE)
    if care is None or not person.own or not person.has(HOME_CARE) or not care.allocated or care.also:
        return
    if care.through is None or care.through > town.life.day:
        by_night = another_provider(town, care.provider)
        if allocate_to(town, person, care, by_night, max(care.begins, town.life.day)):
            care.also = by_night


def change_provider(town: Town, person: InventedPerson) -> None:
    """Changes to another provider from a day on (case 4, A5, A6)."""
    care = person.care.get(HOME_CARE)
    on = town.day(town.life.random.randint(1, 14))
    if care is None or not person.has(HOME_CARE) or not care.allocated or care.next_provider:
        return
    if care.begins >= on or (care.through is not None and care.through <= on):
        return
    new_provider = another_provider(town, care.provider)
    if new_provider == care.also:
        return
    values = {
        "former": care.provider,
        "provider": new_provider,
        "on": on.isoformat(),
        "reference": f"F{town.number():05}",
    }
    if town.life.does(town.assessor_of(person), "change_provider", client=person.reference, **values):
        decision, care.next_provider = care.decision, new_provider

        def hand_over() -> None:
            care.next_provider = None
            if care.decision == decision:
                care.provider = new_provider

        town.later((on - town.life.day).days, hand_over)


def move(town: Town, person: InventedPerson) -> None:
    """Moves the client within the municipality: another door needs a lock (case 15)."""
    if person.needs_nothing(town.life.day):
        return
    person.address = town.new_address()
    on = (town.life.day - timedelta(days=town.life.random.randint(0, 2))).isoformat()
    move = {"client": person.reference, "address": address(person.address), "on": on}
    if town.life.does(town.assessor_of(person), "move_clients", moves=[move]):
        person.lock = None
        person.visited_by.clear()


def add_household_member(town: Town, person: InventedPerson) -> None:
    """Adds a second person in the client's home who needs care (case 1)."""
    if person.own and person.has(HOME_CARE):
        arrivals.join(town, person)


def change_mind(town: Town, person: InventedPerson) -> None:
    """A client who refused agrees, or one who agreed refuses before there is a lock (case 10)."""
    if not person.own or person.needs_nothing(town.life.day) or person.lock:
        return
    person.wants_a_lock = not person.wants_a_lock
    if person.wants_a_lock:
        town.life.does(town.assessor_of(person), "confirm_understanding", client=person.reference)
    else:
        values = {"reason": "does_not_want", "text": "Vill ha sin gamla nyckel."}
        town.life.does(town.assessor_of(person), "record_refusal", client=person.reference, **values)


def protect_identity(town: Town, person: InventedPerson) -> None:
    """Gives the client protected identity (case 14)."""
    change = {"client": person.reference, "protection": town.life.random.choice("SF")}
    town.life.does(town.assessor_of(person), "change_clients", changes=[change])


def change_phone(town: Town, person: InventedPerson) -> None:
    """Changes the phone number: a minor change, as most are."""
    change = {"client": person.reference, "phone": f"070-99 99 {town.life.random.randrange(1000):03}"}
    town.life.does(town.assessor_of(person), "change_clients", changes=[change])
