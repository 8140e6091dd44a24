# SPDX-License-Identifier: EUPL-1.2
"""The rounds of the demo's last weeks: each carer goes from client to client, from morning to night.

One carer is with one client at a time. Clients of other municipalities are on no phone: the coordinator enters their
visits at the end of the week, and before the month is billed (O1, O2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from troskel.reading import phone
from troskel.reading.phone import OnThePhone
from troskel.simulator.organisations import COORDINATORS, HOME_CARE, carers_of
from troskel.simulator.town import InventedPerson, Town
from troskel.simulator.visits import LAST_DAYS_WITH_ALL_VISITS, VisitValues, evidence_by_phone

SHIFTS = ((7, 15), (7, 15), (15, 22))
"""The hours of the carers of a provider, the first one's first."""
VISITED_SHARE = 0.85
MINUTES = (15, 20, 25, 30, 30, 40, 45)
EVENING = SHIFTS[-1][0]
BREAK_AT, BREAK = 11, timedelta(minutes=30)
FRIDAY = 4
DAYS_OF_FOREIGN_VISITS = (0, 2, 5)
"""Monday, Wednesday and Saturday."""


class Round(NamedTuple):
    """A carer's visits of a day, in order, as they are reported."""

    carer: str
    provider: str
    visits: list[tuple[datetime, VisitValues]]
    """Each with when it is over."""


def locks_in_the_morning(town: Town) -> set[tuple[str, str]]:
    """Returns which client's door which lock opens on the phones before the day's work: client and serial number."""
    town.made_today.clear()
    if not town.is_shown or town.days_left() >= LAST_DAYS_WITH_ALL_VISITS:
        return set()
    first_carers = [carers_of(provider)[0] for provider in HOME_CARE if provider not in town.closed]
    return {
        (client.case, way.number)
        for carer in filter(town.life.is_open, first_carers)
        for client in town.life.looks(carer, phone.phone_list)
        for way in client.ways_in
        if way.by == "lock"
    }


def plan_rounds(town: Town, locks: set[tuple[str, str]]) -> list[Round]:
    """Returns the day's rounds: the clients on each provider's phones, shared among its carers by address.

    `locks`: those of the morning; one that was linked in the course of the day opens in the evening only.
    """
    if town.days_left() >= LAST_DAYS_WITH_ALL_VISITS:
        return []
    rounds = []
    for provider in HOME_CARE:
        carers = [carer for carer in carers_of(provider) if town.life.is_open(carer)]
        if not carers or provider in town.closed:
            continue
        listed = [
            client for client in town.life.looks(carers[0], phone.phone_list) if client.case in town.by_case
        ]
        listed.sort(key=lambda client: (town.by_case[client.case].address, client.case))
        bounds = [len(listed) * part // len(carers) for part in range(len(carers) + 1)]
        for carer, hours, (first, last) in zip(carers, SHIFTS, pairwise(bounds), strict=False):
            busy = sorted(town.made_today.get(carer, ()))
            visits = list(_visits(town, provider, listed[first:last], hours, locks, busy))
            rounds.append(Round(carer, provider, visits))
    return rounds


def report(town: Town, rounds: Sequence[Round]) -> None:
    """Reports the visits that are over by now, and were not reported before."""
    for made in rounds:
        over = [visit for departed, visit in made.visits if departed <= town.life.now]
        del made.visits[: len(over)]
        by_hand = [visit for visit in over if visit["by"] == "hand"]
        by_phone = [visit for visit in over if visit["by"] != "hand"]
        for who, visits in ((made.carer, by_phone), (COORDINATORS[made.provider], by_hand)):
            if visits:
                town.life.does_many(who, "register_visits", visits=visits)


def _visits(
    town: Town,
    provider: str,
    clients: Sequence[OnThePhone],
    hours: tuple[int, int],
    locks: set[tuple[str, str]],
    busy: Sequence[tuple[datetime, datetime]],
) -> Iterator[tuple[datetime, VisitValues]]:
    random, (begins, ends) = town.life.random, hours
    at, rested = town.life.at(begins, random.randint(3, 15)), begins > BREAK_AT
    for client in clients:
        is_new = (client.case, provider) in town.first_visits_today
        if is_new or not town.life.happens(VISITED_SHARE):
            continue
        if not rested and at >= town.life.at(BREAK_AT, 30):
            at, rested = at + BREAK, True
        length = timedelta(minutes=random.choice(MINUTES) + random.randint(-3, 4))
        for began, ended in busy:  # the visits that were made besides the round
            if at < ended and began < at + length:
                at = ended + timedelta(minutes=6)
        departed = at + length
        if departed > town.life.at(ends, 0):
            return
        evidence = evidence_by_phone(client)
        if begins < EVENING and "serial" in evidence and (client.case, evidence["serial"]) not in locks:
            evidence = {"by": "hand", "reason": "no_tag_yet"}
        yield departed, _made(client.case, at, departed, evidence)
        at = departed + timedelta(minutes=random.randint(5, 12))


def enter_foreign_visits(town: Town) -> None:
    """Enters the visits of the days since the last time, with clients of other municipalities."""
    today, is_month_end = town.life.day, town.day(1).day == 1
    if not (today.weekday() == FRIDAY or is_month_end or town.is_last_day()):
        return
    days = [town.foreign_visits_until + timedelta(days=n) for n in range(1, 8)]
    town.foreign_visits_until = today
    for provider, coordinator in COORDINATORS.items():
        visits = [visit for day in days if day <= today for visit in _foreign_visits(town, provider, day)]
        if visits:
            town.life.does_many(coordinator, "register_visits", visits=visits)


def _foreign_visits(town: Town, provider: str, day: date) -> Iterator[VisitValues]:
    if day.weekday() not in DAYS_OF_FOREIGN_VISITS:
        return
    for person in town.people:
        if person.own or provider not in person.visited_by or not _is_cared_for(person, provider, day):
            continue
        hour = 8 + person.address % 10
        arrived = town.life.at(hour, town.life.random.randint(0, 50)) - (town.life.day - day)
        departed = arrived + timedelta(minutes=town.life.random.randint(25, 60))
        if departed <= town.life.now:
            yield _made(person.reference, arrived, departed, {"by": "hand", "reason": "other_municipality"})


def _is_cared_for(person: InventedPerson, provider: str, day: date) -> bool:
    return person.is_in_care_of(provider, day) and all(care.begins < day for care in person.care.values())


def _made(client: str, arrived: datetime, departed: datetime, evidence: dict[str, str]) -> VisitValues:
    return {"client": client, "arrived": arrived.isoformat(), "departed": departed.isoformat(), **evidence}
