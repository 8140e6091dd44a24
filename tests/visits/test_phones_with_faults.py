# SPDX-License-Identifier: EUPL-1.2
"""Phones in a bad week: lost answers, doubled and reordered batches, wrong clocks, reinstalls, two phones of one carer.

At the end the sums of phones and server are equal, and each difference is told by an event's state.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import UTC, timedelta
from uuid import UUID

import pytest

from tests.town import EAST, MEADOW, Town
from tests.visits.carers_phone import CarersPhone, Told
from troskel.journal.models import Line
from troskel.visits.events import derived_id
from troskel.visits.models import PhoneEvent, Visit

HAND = {"by": "hand", "reason": "phone_failed"}
FINAL = {"acknowledged", "refused", "corrected"}
MINUTE = timedelta(minutes=1)
SEEDS = [
    *range(2),
    *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(2, 6)),
    *(
        pytest.param(seed, marks=pytest.mark.long)
        for seed in range(6, int(os.environ.get("PHONE_SEEDS", "50")))
    ),
]
PHONES = int(os.environ.get("PHONES", "4"))
WORKERS = {"carin": EAST, "mikael": MEADOW}


class Week:
    """Some phones of two carers, from the evening before the clocks change, and what happens to them."""

    def __init__(self, town: Town, seed: int, phones: int) -> None:
        self.town, self.random = town, random.Random(seed)
        self.clients = {who: [town.new_client(to) for _ in range(3)] for who, to in WORKERS.items()}
        town.until("2026-03-28", hour=20)
        for who, clients in self.clients.items():
            town.does(who, "place_tag", client=clients[0], tag="E1" if who == "carin" else "M1")
        town.now = town.now.astimezone(UTC)
        self.phones = [
            CarersPhone(town, who) for who in ("carin", "carin", "mikael", *["mikael"] * (phones - 3))
        ]
        self.lost: list[Told] = []
        self.ever: dict[str, tuple[str, Told]] = {}

    def runs(self, steps: int) -> None:
        acts = (self.arrives, self.departs, self.sends, self.loses, self.doubles, self.reorders, self.rests)
        rare = (self.reinstalls, self.sets_clock, self.boots, self.taps_twice)
        for _ in range(steps):
            self.town.now += self.random.randint(1, 25) * MINUTE
            phone = self.random.choice(self.phones)
            self.random.choice(acts if self.random.random() < 0.85 else rare)(phone)
        for phone in self.phones:
            self.comes_home(phone)

    def note(self, phone: CarersPhone, told: Told) -> None:
        self.ever[told.id] = (phone.who, told)

    # -- what a carer does

    def arrives(self, phone: CarersPhone) -> Told:
        client = self.random.choice(self.clients[phone.who])
        tag = "E1" if phone.who == "carin" else "M1"
        if client == self.clients[phone.who][0] and self.random.random() < 0.7:
            told = phone.notes("arrive", by="tag", tag=tag)
        else:
            told = phone.notes("arrive", client=client, **HAND)
        self.note(phone, told)
        return told

    def departs(self, phone: CarersPhone) -> None:
        ended = {told.content.get("visit") for told in phone.events}
        begun = [told for told in phone.events if told.content["kind"] == "arrive" and told.id not in ended]
        if begun:
            self.note(phone, phone.notes("depart", visit=begun[-1].id, **HAND))

    def taps_twice(self, phone: CarersPhone) -> None:
        told = self.arrives(phone)
        self.note(phone, phone.notes("arrive", **{n: v for n, v in told.content.items() if n != "kind"}))

    def rests(self, phone: CarersPhone) -> None:
        self.town.now += self.random.randint(1, 10) * 60 * MINUTE

    # -- what the network does

    def some(self, phone: CarersPhone) -> list[Told]:
        return self.random.sample(phone.unsent, self.random.randint(0, len(phone.unsent)))

    def sends(self, phone: CarersPhone) -> None:
        phone.sends()

    def loses(self, phone: CarersPhone) -> None:
        phone.sends(phone.unsent[: self.random.randint(1, 5)], lost=True)

    def doubles(self, phone: CarersPhone) -> None:
        batch = phone.unsent
        first, second = phone.sends([*batch, *batch[:1]]), phone.sends(batch)
        assert second == first[: len(batch)] or any(one["state"] == "on_the_way" for one in first)

    def reorders(self, phone: CarersPhone) -> None:
        phone.sends(self.some(phone))

    # -- what happens to a phone

    def reinstalls(self, phone: CarersPhone) -> None:
        self.lost += phone.install()

    def sets_clock(self, phone: CarersPhone) -> None:
        phone.set_clock(
            timedelta(days=self.random.choice([-1, 0, 0, 1])) + self.random.randint(-60, 60) * MINUTE / 60
        )

    def boots(self, phone: CarersPhone) -> None:
        phone.boots()

    def comes_home(self, phone: CarersPhone) -> None:
        """Coverage at last: everything is sent, and again the day after, when nothing is waited for any more."""
        for _ in range(2):
            phone.sends()
            self.town.now += timedelta(hours=25)
            phone.sends()
        assert not phone.unsent, "nothing is stuck for ever"


def is_explained(week: Week) -> Counter[str]:
    """Compares phones and server, event by event and in sum. Gives how many events ended in which state."""
    rows = {row.id: row for row in PhoneEvent.objects.all()}
    visits = {visit.id: visit for visit in Visit.objects.all()}
    gone = {told.id for told in week.lost}
    minutes, corrections, arrivals, departures = timedelta(), timedelta(), 0, 0
    states: Counter[str] = Counter()
    for who, told in week.ever.values():
        row = rows.get(derived_id(week.town.actor(who).account, UUID(told.id)))  # type: ignore[arg-type]
        if told.id in gone and (row is None or row.state not in ("acknowledged", "corrected")):
            states["lost"] += 1
            continue
        assert row is not None and row.state in FINAL
        assert told.id in gone or row.state == told.state, "both sides see the same state"
        states[row.state] += 1
        if row.state == "refused":
            assert row.code and row.swedish and row.visit is None
            continue
        visit = visits[row.visit]  # type: ignore[index]
        stands = visit.arrived if row.kind == "arrive" else visit.departed
        assert stands == row.occurred
        assert (row.state == "acknowledged") == (row.occurred == told.noted), (
            "a correction says that it is one"
        )
        sign = -1 if row.kind == "arrive" else 1
        minutes += sign * (told.noted - week.town.now)
        corrections += sign * (row.occurred - told.noted)  # type: ignore[operator]
        arrivals, departures = arrivals + (row.kind == "arrive"), departures + (row.kind == "depart")
    without_end = [visit for visit in visits.values() if visit.departed is None]
    on_server = sum((v.departed - v.arrived for v in visits.values() if v.departed), timedelta())
    for visit in without_end:
        minutes += visit.arrived - week.town.now
    assert minutes + corrections == on_server, "the sums are equal but for what is said to be corrected"
    assert (arrivals, departures) == (len(visits), len(visits) - len(without_end)), "each visit once"
    journal = Counter(Line.objects.filter(event__startswith="visit.").values_list("event", flat=True))
    assert (journal["visit.registered"], journal["visit.departed"]) == (arrivals, departures)
    return states


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_of_phones_and_server_are_equal(town: Town, seed: int) -> None:
    week = Week(town, seed, PHONES)
    week.runs(steps=15 * PHONES)
    states = is_explained(week)
    assert states["acknowledged"] + states["corrected"] > 0
    town.is_sound()


def test_times_are_right_where_the_clock_was_wrong_all_along(town: Town) -> None:
    """A clock wrong by a day, not touched between note and answer: the true time stands, to the second."""
    week = Week(town, 1, phones=4)
    for days, phone in zip((1, -1, 0), week.phones[1:], strict=True):
        phone.set_clock(timedelta(days=days))
        told = week.arrives(phone)
        week.town.now += 20 * MINUTE
        phone.boots()
        phone.sends()
        assert told.state == ("corrected" if days else "acknowledged")
        assert Visit.objects.get(id=told.answer["visit"]).arrived == told.true
