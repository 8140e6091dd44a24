# SPDX-License-Identifier: EUPL-1.2
"""Visits: the first one always, and in the last two weeks all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from troskel.acts import viewing_phone
from troskel.acts.viewing_phone import OnThePhone
from troskel.simulator.organisations import CARERS, COORDINATORS
from troskel.simulator.town import Person, Town

EVERY_VISIT_DAYS = 14
HALF_AN_HOUR = timedelta(minutes=35)


def first_visits(town: Town) -> None:
    """Care begins: somebody goes there, with whatever proves the visit."""
    for person in list(town.people):
        for provider in person.providers():
            is_first = provider not in person.visited_by and person.is_in_care_of(provider, town.life.day)
            if is_first and _visits(town, person.reference, provider, _proof(person, provider)):
                person.visited_by.add(provider)


def all_visits(town: Town) -> None:
    """Each carer takes the phone, and goes to those whom it shows."""
    if town.days_left() >= EVERY_VISIT_DAYS:
        return
    for organisation, carer in CARERS.items():
        for client in town.life.looks(carer, viewing_phone.phone_list):
            if client.case in town.by_case and town.life.happens(0.85):
                _visits(town, client.case, organisation, _proof_by_phone(client))
    _of_other_municipalities(town)


def _of_other_municipalities(town: Town) -> None:
    """They are on no phone: the coordinator enters the visit by hand (O1)."""
    for person in town.people:
        for provider in person.providers():
            if not person.own and person.is_in_care_of(provider, town.life.day):
                _visits(town, person.reference, provider, _proof(person, provider))


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


def _visits(town: Town, client: str, provider: str, proof: dict[str, str]) -> bool:
    """A visit some time earlier in the day; who visits by hand tells the coordinator, who writes it down."""
    life = town.life
    by_hand = proof["by"] == "hand" or provider not in CARERS
    who = (COORDINATORS if by_hand else CARERS)[provider]
    departed = life.now - timedelta(minutes=life.random.randint(5, 90))
    told: dict[str, Any] = {
        "client": client,
        "arrived": (departed - HALF_AN_HOUR).isoformat(),
        "departed": departed.isoformat(),
        **proof,
    }
    return life.does(who, "register_visit", **told) is not None
