# SPDX-License-Identifier: EUPL-1.2
"""The assessor makes decisions and allocates them to providers."""

from __future__ import annotations

from datetime import date, timedelta

from troskel.simulator.organisations import ALARM, HOME_CARE
from troskel.simulator.town import ALARM_SERVICE, Care, InventedPerson, Town


def grant(
    town: Town, person: InventedPerson, kind: str, begins: date, *, provider: str | None = None
) -> bool:
    """Makes a decision on this kind of care. The provider is chosen here, but not yet allocated in the system."""
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


def allocate(town: Town, person: InventedPerson, kind: str) -> None:
    """Allocates the decision to its provider at once, before a duty asks for it (A4)."""
    care = person.care[kind]
    if allocate_to(town, person, care, care.provider, care.begins):
        care.allocated = True


def allocate_to(town: Town, person: InventedPerson, care: Care, provider: str, begins: date) -> bool:
    """Allocates the decision to a provider from a day; a night provider in addition to the day's (case 2)."""
    allocation = {
        "decision": care.decision,
        "reference": f"F{town.number():05}",
        "organisation": provider,
        "valid_from": begins.isoformat(),
        "valid_through": care.through.isoformat() if care.through else None,
    }
    return town.life.does(town.assessor_of(person), "allocate", allocations=[allocation]) is not None


def another_provider(town: Town, current: str) -> str:
    """Returns a different home-care provider."""
    return town.life.random.choice([one for one in HOME_CARE if one != current and one not in town.closed])


def _provider(town: Town, kind: str) -> str:
    return ALARM if kind == ALARM_SERVICE else another_provider(town, "")
