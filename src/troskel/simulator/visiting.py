# SPDX-License-Identifier: EUPL-1.2
"""Visits: the first one always, and in the last two weeks all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from troskel.reading import phone
from troskel.reading.phone import OnThePhone
from troskel.simulator.organisations import CARERS, COORDINATORS
from troskel.simulator.town import Person, Town

EVERY_VISIT_DAYS = 14
HALF_AN_HOUR = timedelta(minutes=35)

Told = dict[str, Any]


def first_visits(town: Town) -> None:
    """Care begins: somebody goes there, with whatever proves the visit."""
    for person in list(town.people):
        for provider in person.providers():
            is_first = provider not in person.visited_by and person.is_in_care_of(provider, town.life.day)
            if is_first and _is_visited(town, person, provider):
                person.visited_by.add(provider)


def all_visits(town: Town) -> None:
    """Each carer takes the phone, and goes to those whom it shows; the day's visits are told together."""
    if town.days_left() >= EVERY_VISIT_DAYS:
        return
    made: dict[str, list[Told]] = defaultdict(list)
    for organisation, carer in CARERS.items():
        for client in town.life.looks(carer, phone.phone_list):
            if client.case in town.by_case and town.life.happens(0.85):
                proof = _proof_by_phone(client)
                made[_teller(organisation, proof)].append(_visit(town, client.case, proof))
    for person, provider in _of_other_municipalities(town):
        proof = _proof(person, provider)
        made[_teller(provider, proof)].append(_visit(town, person.reference, proof))
    for who, visits in made.items():
        town.life.does_many(who, "register_visits", visits=visits)


def _of_other_municipalities(town: Town) -> Iterator[tuple[Person, str]]:
    """They are on no phone: the coordinator enters the visit by hand (O1)."""
    for person in town.people:
        for provider in person.providers():
            if not person.own and person.is_in_care_of(provider, town.life.day):
                yield person, provider


def _proof(person: Person, provider: str) -> dict[str, str]:
    if not person.own:
        return {"by": "hand", "reason": "other_municipality"}
    if provider in person.tags:
        return {"by": "tag", "tag": person.tags[provider]}
    return {"by": "hand", "reason": "no_tag_yet"}


def _proof_by_phone(client: OnThePhone) -> dict[str, str]:
    by_lock = [way.number for way in client.ways_in if way.by == "lock"]
    if by_lock:
        return {"by": "lock", "serial": by_lock[0]}
    if client.tags:
        return {"by": "tag", "tag": client.tags[0]}
    return {"by": "hand", "reason": "no_tag_yet"}


def _is_visited(town: Town, person: Person, provider: str) -> bool:
    proof = _proof(person, provider)
    visit = _visit(town, person.reference, proof)
    return town.life.does(_teller(provider, proof), "register_visit", **visit) is not None


def _teller(provider: str, proof: dict[str, str]) -> str:
    """Who visits by hand tells the coordinator, who writes it down."""
    return (COORDINATORS if proof["by"] == "hand" or provider not in CARERS else CARERS)[provider]


def _visit(town: Town, client: str, proof: dict[str, str]) -> Told:
    """A visit some time earlier in the day."""
    departed = town.life.now - timedelta(minutes=town.life.random.randint(5, 90))
    return {
        "client": client,
        "arrived": (departed - HALF_AN_HOUR).isoformat(),
        "departed": departed.isoformat(),
        **proof,
    }
