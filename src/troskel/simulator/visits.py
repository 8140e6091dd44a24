# SPDX-License-Identifier: EUPL-1.2
"""Visits: always the first one, where somebody is asked about, and in the last two weeks all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from troskel.reading import phone
from troskel.reading.phone import OnThePhone
from troskel.simulator.organisations import CARERS, COORDINATORS
from troskel.simulator.town import InventedPerson, Town

LAST_DAYS_WITH_ALL_VISITS = 14
VISIT_LENGTH = timedelta(minutes=35)

VisitValues = dict[str, Any]


def make_first_visits(town: Town) -> None:
    """Makes the first visit of each provider, with the available evidence."""
    town.first_visits_today.clear()
    for person in list(town.people):
        for provider in person.providers():
            is_first = provider not in person.visited_by and person.is_in_care_of(provider, town.life.day)
            if is_first and make_visit(town, person, provider):
                person.visited_by.add(provider)
                town.first_visits_today.add((person.case, provider))


def make_all_visits(town: Town) -> None:
    """Each carer visits clients on the phone's list; the day's visits are reported together."""
    if town.days_left() >= LAST_DAYS_WITH_ALL_VISITS:
        return
    visits_by_account: dict[str, list[VisitValues]] = defaultdict(list)
    for organisation, carer in CARERS.items():
        if not town.life.is_open(carer):
            continue
        for client in town.life.looks(carer, phone.phone_list):
            if client.case in town.by_case and town.life.happens(0.85):
                evidence = evidence_by_phone(client)
                visits_by_account[_reporter(organisation, evidence)].append(
                    _visit_values(town, client.case, evidence)
                )
    for person, provider in _foreign_clients(town):
        evidence = _evidence(person, provider)
        visits_by_account[_reporter(provider, evidence)].append(
            _visit_values(town, person.reference, evidence)
        )
    for who, visits in visits_by_account.items():
        town.life.does_many(who, "register_visits", visits=visits)


def _foreign_clients(town: Town) -> Iterator[tuple[InventedPerson, str]]:
    """Yields other municipalities' clients, who are on no phone: the coordinator enters visits manually (O1)."""
    for person in town.people:
        for provider in person.providers():
            if not person.own and person.is_in_care_of(provider, town.life.day):
                yield person, provider


def _evidence(person: InventedPerson, provider: str) -> dict[str, str]:
    if not person.own:
        return {"by": "hand", "reason": "other_municipality"}
    if provider in person.tags:
        return {"by": "tag", "tag": person.tags[provider]}
    return {"by": "hand", "reason": "no_tag_yet"}


def evidence_by_phone(client: OnThePhone) -> dict[str, str]:
    """Returns the evidence of a visit to a client on the phone: the lock, else the tag, else by hand."""
    by_lock = [way.number for way in client.ways_in if way.by == "lock"]
    if by_lock:
        return {"by": "lock", "serial": by_lock[0]}
    if client.tags:
        return {"by": "tag", "tag": client.tags[0]}
    return {"by": "hand", "reason": "no_tag_yet"}


def make_visit(town: Town, person: InventedPerson, provider: str) -> bool:
    """Makes a visit, with the available evidence. Returns whether it was accepted."""
    evidence = _evidence(person, provider)
    who = _reporter(provider, evidence)
    visit = _visit_values(town, person.reference, evidence)
    if town.is_shown:
        visit |= _between_others(town, who)
    return town.life.does(who, "register_visit", **visit) is not None


def _reporter(provider: str, evidence: dict[str, str]) -> str:
    """Returns the account that reports the visit: the coordinator when the evidence is manual."""
    return (COORDINATORS if evidence["by"] == "hand" or provider not in CARERS else CARERS)[provider]


def _between_others(town: Town, who: str) -> VisitValues:
    """Returns the times of a visit before now in which this account makes no other; it is noted as made."""
    made = town.made_today.setdefault(who, [])
    departed = town.life.now - timedelta(minutes=5)
    for began, ended in sorted(made, reverse=True):
        if departed - VISIT_LENGTH < ended and began < departed:
            departed = began - timedelta(minutes=7)
    arrived = departed - VISIT_LENGTH
    made.append((arrived, departed))
    return {"arrived": arrived.isoformat(), "departed": departed.isoformat()}


def _visit_values(town: Town, client: str, evidence: dict[str, str]) -> VisitValues:
    """Returns the values of a visit earlier in the day."""
    departed = town.life.now - timedelta(minutes=town.life.random.randint(5, 90))
    return {
        "client": client,
        "arrived": (departed - VISIT_LENGTH).isoformat(),
        "departed": departed.isoformat(),
        **evidence,
    }
