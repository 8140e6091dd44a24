# SPDX-License-Identifier: EUPL-1.2
"""People come to need care: alone or as a couple, some from another municipality, some with protected identity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from troskel.simulator.deciding import allocate, grant
from troskel.simulator.organisations import ASSESSORS
from troskel.simulator.people import address, invented
from troskel.simulator.town import ALARM_SERVICE, HOME_CARE, Person, Town

ELSEWHERE = "0998"
AT_MOST_A_DAY = 6


def come(town: Town) -> None:
    """Today's new clients: as many as the municipality is short of, spread over some days."""
    short = town.wanted_today() - sum(1 for _ in town.in_care())
    expected = max(0.0, short) / 5
    number = int(expected) + town.life.happens(expected % 1)
    for _ in range(min(number, AT_MOST_A_DAY)):
        comes(town)


def comes(town: Town, *, today: bool = False, provider: str | None = None, **told: Any) -> Person | None:
    """One new client, or two who live together."""
    life = town.life
    where = town.new_address()
    person = register(town, where, **told)
    if person is None:
        return None
    begins = life.day if today else life.day + timedelta(days=life.random.randint(0, 6))
    only_alarm = person.own and not today and life.happens(0.12)
    if not only_alarm:
        grant(town, person, HOME_CARE, begins, provider=provider)
    if only_alarm or (person.own and life.happens(0.35)):
        grant(town, person, ALARM_SERVICE, begins)
    if not person.own:  # nothing asks for it: the client is not in the case system's flow (O1)
        allocate(town, person, HOME_CARE)
    if life.happens(0.06):
        life.does(town.assessor_of(person), "add_door", client=person.reference, kind="gate", label="grind")
    if person.own and not today and life.happens(0.10):
        join(town, person)
    return person


def join(town: Town, person: Person) -> None:
    """Somebody who lives with the client gets care too (case 1)."""
    other = register(town, person.address, home_municipality="")
    if other is None:
        return
    begins = town.life.day + timedelta(days=town.life.random.randint(0, 6))
    shared = person.care.get(HOME_CARE)
    grant(town, other, HOME_CARE, begins, provider=shared.provider if shared else None)


def register(town: Town, where: int, **told: Any) -> Person | None:
    """The client is registered, with a home."""
    life = town.life
    reference = f"K{town.number():05}"
    known: dict[str, Any] = {
        "home_municipality": ELSEWHERE if life.happens(0.03) else "",
        "protection": life.random.choice("SF") if life.happens(0.02) else "",
        "phone": f"070-99 99 {life.random.randrange(1000):03}",
    }
    known |= told
    client = {"reference": reference, **invented(life.random), "address": address(where), **known}
    town.identities.add(client["identity"])
    outcome = life.does(ASSESSORS[int(reference[1:]) % len(ASSESSORS)], "register_clients", clients=[client])
    if outcome is None:
        return None
    person = Person(reference, outcome.answer["cases"][reference], where)
    person.own = not known["home_municipality"]
    person.wants_a_lock = not life.happens(0.07)
    town.add(person)
    return person
