# SPDX-License-Identifier: EUPL-1.2
"""The assessor writes decisions and gives them to providers."""

from __future__ import annotations

from datetime import date, timedelta

from troskel.simulator.organisations import ALARM, HOME_CARE
from troskel.simulator.town import ALARM_SERVICE, Care, Person, Town


def grant(town: Town, person: Person, kind: str, begins: date, *, provider: str | None = None) -> bool:
    """A decision on this kind of care. Who is to carry it out is known to the assessor, and not yet to the system."""
    reference = f"B{town.number():05}"
    through = None
    if kind != ALARM_SERVICE and person.own:
        through = begins + timedelta(days=town.days_of_a_decision())
    decision = {
        "client": person.reference,
        "reference": reference,
        "service": kind,
        "valid_from": begins.isoformat(),
        "valid_through": through.isoformat() if through else None,
    }
    if town.life.does(town.assessor_of(person), "make_decisions", decisions=[decision]) is None:
        return False
    person.care[kind] = Care(provider or _provider(town, kind), reference, begins, through)
    return True


def allocate(town: Town, person: Person, kind: str) -> None:
    """The decision is given to its provider at once, without waiting to be asked (A4)."""
    care = person.care[kind]
    if give(town, person, care, care.provider, care.begins):
        care.allocated = True


def give(town: Town, person: Person, care: Care, provider: str, begins: date) -> bool:
    """A provider is to carry the decision out from a day; a night patrol beside the one of the day (case 2)."""
    allocation = {
        "decision": care.decision,
        "reference": f"F{town.number():05}",
        "organisation": provider,
        "valid_from": begins.isoformat(),
        "valid_through": care.through.isoformat() if care.through else None,
    }
    return town.life.does(town.assessor_of(person), "allocate", allocations=[allocation]) is not None


def another_provider(town: Town, than: str) -> str:
    """A home-care provider that is not this one."""
    return town.life.random.choice([one for one in HOME_CARE if one != than])


def _provider(town: Town, kind: str) -> str:
    return ALARM if kind == ALARM_SERVICE else town.life.random.choice(HOME_CARE)
