# SPDX-License-Identifier: EUPL-1.2
"""New clients: single or couples, some from another municipality, some with protected identity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from troskel.simulator.decisions import allocate, grant
from troskel.simulator.organisations import ASSESSORS
from troskel.simulator.people import address, invent_person
from troskel.simulator.town import ALARM_SERVICE, HOME_CARE, InventedPerson, Town

OTHER_MUNICIPALITY = "0998"
MAX_ARRIVALS_PER_DAY = 6


def arrive_today(town: Town) -> None:
    """Adds today's new clients: the shortage, spread over some days."""
    shortage = town.wanted_today() - sum(1 for _ in town.in_care())
    expected = max(0.0, shortage) / 5
    arrivals = int(expected) + town.life.happens(expected % 1)
    for _ in range(min(arrivals, MAX_ARRIVALS_PER_DAY)):
        arrive(town)


def arrive(
    town: Town, *, today: bool = False, provider: str | None = None, **details: Any
) -> InventedPerson | None:
    """Adds one new client, or two who live together. Returns the first, or None if the act was refused."""
    life = town.life
    address_number = town.new_address()
    person = register(town, address_number, **details)
    if person is None:
        return None
    begins = life.day if today else life.day + timedelta(days=life.random.randint(0, 6))
    only_alarm = person.own and not today and life.happens(0.12)
    if not only_alarm:
        grant(town, person, HOME_CARE, begins, provider=provider)
    if only_alarm or (person.own and life.happens(0.35)):
        grant(town, person, ALARM_SERVICE, begins)
    if not person.own:  # no duty asks for it: the client is not in the case system (O1)
        allocate(town, person, HOME_CARE)
    if life.happens(0.06):
        life.does(town.assessor_of(person), "add_door", client=person.reference, kind="gate", label="grind")
    if person.own and not today and life.happens(0.10):
        join(town, person)
    return person


def join(town: Town, person: InventedPerson) -> None:
    """Grants care to a second person in the client's home (case 1)."""
    other = register(town, person.address, home_municipality="")
    if other is None:
        return
    begins = town.life.day + timedelta(days=town.life.random.randint(0, 6))
    shared = person.care.get(HOME_CARE)
    grant(town, other, HOME_CARE, begins, provider=shared.provider if shared else None)


def register(town: Town, address_number: int, **details: Any) -> InventedPerson | None:
    """Registers a client with a home. Returns None if the act was refused."""
    life = town.life
    reference = f"K{town.number():05}"
    values: dict[str, Any] = {
        "home_municipality": OTHER_MUNICIPALITY if life.happens(0.03) else "",
        "protection": life.random.choice("SF") if life.happens(0.02) else "",
        "phone": f"070-99 99 {life.random.randrange(1000):03}",
    }
    values |= details
    invented = invent_person(life.random)
    while invented["identity"] in town.identities:  # a number is one person's
        invented = invent_person(life.random)
    client = {
        "reference": reference,
        **invented,
        "address": address(address_number),
        **values,
    }
    town.identities.add(client["identity"])
    outcome = life.does(ASSESSORS[int(reference[1:]) % len(ASSESSORS)], "register_clients", clients=[client])
    if outcome is None:
        return None
    person = InventedPerson(reference, outcome.answer["cases"][reference], address_number)
    person.own = not values["home_municipality"]
    person.wants_a_lock = not life.happens(0.07)
    town.add(person)
    return person
