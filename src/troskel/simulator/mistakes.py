# SPDX-License-Identifier: EUPL-1.2
"""People try what the routine does not allow, and a rule says no. Each says which rule it waits for."""

from __future__ import annotations

from troskel.simulator.organisations import (
    ADMINISTRATOR,
    CARERS,
    COORDINATORS,
    HOME_CARE,
    LOCKSMITH,
)
from troskel.simulator.town import HOME_CARE as IN_THE_HOME
from troskel.simulator.town import Person, Town

IN_A_HUNDRED_DAYS = 25


def are_made(town: Town) -> None:
    """Now and then somebody makes one."""
    if not town.life.happens(IN_A_HUNDRED_DAYS / 100):
        return
    people = [one for one in town.in_care() if one.is_in_care_of(_provider(one), town.life.day)]
    if people:
        town.life.random.choice(MISTAKES)(town, town.life.random.choice(people))


def _orders_the_removal_too_early(town: Town, person: Person) -> None:
    """The client, or somebody who shares the door, has care (rule 1)."""
    values = {"client": person.reference, "locksmith": LOCKSMITH}
    if person.lock:
        who = COORDINATORS[_provider(person)]
        town.life.tries(who, "order_removal", ("rule 1", "P1", "P6"), **values)


def _orders_for_a_client_from_elsewhere(town: Town, person: Person) -> None:
    """No lock, whoever asks (rule 3, O1)."""
    if not person.own:
        values = {"client": person.reference, "locksmith": LOCKSMITH, "reason": "vill ha lås"}
        town.life.tries(COORDINATORS[_provider(person)], "order_installation", ("O1",), **values)


def _leaves_a_tag_with_a_client_from_elsewhere(town: Town, person: Person) -> None:
    """No tag either (rule 3, O1)."""
    provider = _provider(person)
    if not person.own and provider in town.tags:
        values = {"client": person.reference, "tag": town.tags[provider][-1]}
        town.life.tries(COORDINATORS[provider], "place_tag", ("O1",), **values)


def _opens_the_door_of_another_providers_client(town: Town, person: Person) -> None:
    """The client is not on this phone (rules 4 and 7)."""
    others = [one for one in HOME_CARE if not _has_had(person, one)]
    if person.lock and others:
        carer = CARERS[town.life.random.choice(others)]
        values = {"client": person.reference, "serial": person.lock}
        town.life.tries(carer, "open_door", ("NotFound",), **values)


def _unlinks_the_lock_of_one_in_care(town: Town, person: Person) -> None:
    """The lock hangs there and the client has care: the link stays (S3)."""
    if person.lock:
        values = {"client": person.reference, "serial": person.lock}
        town.life.tries(ADMINISTRATOR, "unlink_lock", ("S3",), **values)


def _provider(person: Person) -> str:
    care = person.care.get(IN_THE_HOME) or next(iter(person.care.values()))
    return care.provider


def _has_had(person: Person, provider: str) -> bool:
    return provider in person.providers() or provider in person.visited_by


MISTAKES = (
    _orders_the_removal_too_early,
    _orders_the_removal_too_early,
    _orders_for_a_client_from_elsewhere,
    _leaves_a_tag_with_a_client_from_elsewhere,
    _opens_the_door_of_another_providers_client,
    _unlinks_the_lock_of_one_in_care,
)
