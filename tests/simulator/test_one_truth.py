# SPDX-License-Identifier: EUPL-1.2
"""Rule 4, A8, case 15: Sight, counts, doors and gaps answer as `routine.coverage` does, in lives that are rough.

After ten weeks of an invented municipality, much happens at once that it does not do by itself: absences that overlap,
deaths, endings far back, periods changed and taken back, clients who become another municipality's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.town import CODE, ELSEWHERE, undone_at_the_end
from troskel.care.models import Allocation, Decision, Suspension
from troskel.ground import clock
from troskel.people.models import Client
from troskel.routine import coverage
from troskel.simulator import day_loop, phone_invariants
from troskel.simulator.tables import Tables
from troskel.simulator.town import BRISK, Town

NOW = datetime(2026, 11, 20, 18, tzinfo=clock.STOCKHOLM)
TODAY = NOW.date()
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(scope="module", params=[3, pytest.param(17, marks=pytest.mark.long)])
def lived(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    with undone_at_the_end(django_db_blocker):
        town = day_loop.live(
            CODE, days=70, clients=30, seed=request.param, pace=BRISK, now=NOW, tell=lambda rules: None,
            every_day=None,
        )  # fmt: skip
        roughly(town, Random(request.param))
        yield town


def roughly(town: Town, chance: Random) -> None:
    """Most of the clients go through something more; what is refused is refused."""
    life = RoughLife(town, chance)
    happenings = [
        life.away,
        life.away,
        life.away,
        life.dies,
        life.changed,
        life.ends,
        life.withdrawn,
        life.elsewhere,
    ]
    for client in Client.objects.order_by("id"):
        for happens in chance.sample(happenings, chance.randint(0, 3)):
            happens(client)


class RoughLife:
    """What may happen to a client, on days around today."""

    def __init__(self, town: Town, chance: Random) -> None:
        self.town, self.chance = town, chance

    def tries(self, act: str, **values: Any) -> None:
        self.town.life.tries("anna", act, (), **values)

    def day(self, first: int, last: int) -> str:
        return (TODAY + timedelta(days=self.chance.randint(first, last))).isoformat()

    def later(self, first: str, days: int) -> str | None:
        last = date.fromisoformat(first) + timedelta(days=self.chance.randint(0, days))
        return self.chance.choice([None, last.isoformat()])

    def away(self, client: Client) -> None:
        case, since = client.case_number, self.day(-4, 12)
        for _ in range(self.chance.randint(1, 3)):
            through = self.later(since, 9)
            self.tries("suspend_access", client=case, since=since, through=through, reason="hospital")
            since = self.day(-4, 12)
        if self.chance.random() < 0.6:
            standing = Suspension.objects.filter(client=client, withdrawn=False).order_by("id")
            named = self.chance.choice([None, *(str(absence.id) for absence in standing)])
            self.tries("resume_access", client=case, on=self.day(-3, 9), absence=named)

    def dies(self, client: Client) -> None:
        self.tries("record_deaths", deaths=[{"client": client.case_number, "on": self.day(-1, 0)}])

    def changed(self, client: Client) -> None:
        for act, rows in (
            ("change_decisions", decisions(client)),
            ("change_allocations", allocations(client)),
        ):
            for row in rows[:1]:
                begins = row.valid_from.isoformat()
                through = self.later(TODAY.isoformat(), 20)
                period = {"reference": row.reference, "valid_from": begins, "valid_through": through}
                self.tries(act, periods=[period])

    def ends(self, client: Client) -> None:
        for act, rows in (("end_decisions", decisions(client)), ("end_allocations", allocations(client))):
            for row in rows[:1]:
                ending = {"valid_through": self.day(-9, 9), "confirmed": self.chance.random() < 0.5}
                self.tries(act, endings=[{"reference": row.reference, **ending}])

    def withdrawn(self, client: Client) -> None:
        self.tries("withdraw_allocations", references=[row.reference for row in allocations(client)[:1]])

    def elsewhere(self, client: Client) -> None:
        change = {"client": client.case_number, "home_municipality": ELSEWHERE}
        self.tries("change_clients", changes=[change])


def decisions(client: Client) -> list[Decision]:
    return list(Decision.objects.filter(client=client, withdrawn=False).order_by("id"))


def allocations(client: Client) -> list[Allocation]:
    return list(Allocation.objects.filter(decision__client=client, withdrawn=False).order_by("id"))


def test_every_reading_is_the_one_definition_on_every_day(lived: Town) -> None:
    assert list(phone_invariants.differences(CODE, TODAY, range(36))) == []


def test_the_definition_is_what_is_counted_row_by_row(lived: Town) -> None:
    facts = phone_invariants.facts_by_client(CODE)
    organisations = set(Allocation.objects.values_list("organisation_id", flat=True))
    seen: Counter[str] = Counter()
    for ahead in range(36):
        day = TODAY + timedelta(days=ahead)
        tables = Tables(CODE, day.isoformat())
        for organisation in organisations:
            shown = {c.client.hex for c in facts.values() if coverage.on_phone(c, organisation, day)}
            assert shown == tables.phone_clients_of(organisation.hex, day.isoformat()), day
            seen["shown"] += len(shown)
    seen["away"] = sum(len(c.absences) > 1 for c in facts.values())
    seen["dead"] = sum(c.died == TODAY for c in facts.values())
    assert seen["shown"] > 500 and seen["away"] > 3 and seen["dead"], seen


def test_a_reading_that_forgets_an_absence_is_found(lived: Town) -> None:
    Suspension.objects.update(withdrawn=True)
    found = list(phone_invariants.differences(CODE, TODAY))
    assert any(told.startswith("Sight") for told in found)
    assert any(told.startswith("phone-clients") for told in found)
