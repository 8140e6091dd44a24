# SPDX-License-Identifier: EUPL-1.2
"""Acts that the routine does not allow. Each names the rule that it expects to refuse it."""

from __future__ import annotations

from troskel.simulator.organisations import (
    ADMINISTRATOR,
    CARERS,
    COORDINATORS,
    HOME_CARE,
    LOCKSMITH,
)
from troskel.simulator.town import HOME_CARE as IN_THE_HOME
from troskel.simulator.town import InventedPerson, Town

MISTAKES_PER_100_DAYS = 25
REMOVAL_REFUSALS = ("lock.needed", "order.already_open", "lock.none_at_door", "door.not_said_which")
"""What may refuse a removal that is ordered too early."""


def make_mistakes(town: Town) -> None:
    """Makes a mistake on some days."""
    if not town.life.happens(MISTAKES_PER_100_DAYS / 100):
        return
    people = [person for person in town.in_care() if person.is_in_care_of(_provider(person), town.life.day)]
    if people:
        town.life.random.choice(MISTAKES)(town, town.life.random.choice(people))


def _order_removal_too_early(town: Town, person: InventedPerson) -> None:
    """Orders a removal while the client, or somebody behind the same door, has care (rule 1)."""
    values = {"client": person.reference, "locksmith": LOCKSMITH}
    if person.lock:
        who = COORDINATORS[_provider(person)]
        town.life.tries(who, "order_removal", REMOVAL_REFUSALS, **values)


def _order_for_foreign_client(town: Town, person: InventedPerson) -> None:
    """Orders a lock for another municipality's client (rule 3, O1)."""
    if not person.own:
        values = {"client": person.reference, "locksmith": LOCKSMITH, "reason": "vill ha lås"}
        town.life.tries(
            COORDINATORS[_provider(person)], "order_installation", ("client.gets_no_lock_or_tag",), **values
        )


def _place_tag_with_foreign_client(town: Town, person: InventedPerson) -> None:
    """Places a tag with another municipality's client (rule 3, O1)."""
    provider = _provider(person)
    if not person.own and town.tags.get(provider):
        values = {"client": person.reference, "tag": town.tags[provider][-1]}
        town.life.tries(COORDINATORS[provider], "place_tag", ("client.gets_no_lock_or_tag",), **values)


def _open_other_providers_door(town: Town, person: InventedPerson) -> None:
    """Opens the door of a client who is not on this phone (rules 4 and 7)."""
    others = [provider for provider in HOME_CARE if not _has_had(person, provider)]
    if person.lock and others:
        carer = CARERS[town.life.random.choice(others)]
        values = {"client": person.reference, "serial": person.lock}
        town.life.tries(carer, "open_door", ("client.not_found",), **values)


def _unlink_lock_during_care(town: Town, person: InventedPerson) -> None:
    """Unlinks a lock that is installed while the client has care (S3)."""
    if person.lock:
        values = {"client": person.reference, "serial": person.lock}
        town.life.tries(
            ADMINISTRATOR,
            "unlink_lock",
            ("link.needed", "link.removal_not_reported", "link.not_there"),
            **values,
        )


def _provider(person: InventedPerson) -> str:
    care = person.care.get(IN_THE_HOME) or next(iter(person.care.values()))
    return care.provider


def _has_had(person: InventedPerson, provider: str) -> bool:
    return provider in person.providers() or provider in person.visited_by


MISTAKES = (
    _order_removal_too_early,
    _order_removal_too_early,
    _order_for_foreign_client,
    _place_tag_with_foreign_client,
    _open_other_providers_door,
    _unlink_lock_during_care,
)
