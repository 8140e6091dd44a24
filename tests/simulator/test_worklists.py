# SPDX-License-Identifier: EUPL-1.2
"""The invented people do what is asked of them, also what is asked seldom."""

from __future__ import annotations

from random import Random

from tests.town import CODE, EAST, ELSEWHERE, MEADOW, Town
from troskel.simulator import town as invented
from troskel.simulator.life import Life
from troskel.simulator.worklists import Worklists


def test_a_form_that_a_closed_provider_has_left_is_attested(town: Town) -> None:
    client = town.new_client(home_municipality=ELSEWHERE)
    town.until("2026-04-01")
    town.does("olle", "bill_month", month="2026-03")
    values = {"organisation": EAST, "successor": MEADOW, "on": town.day(1)}
    town.does("siri", "succeed_organisation", **values, reference="N", reason="bankruptcy")
    town.days_pass(1)
    assert town.owner("O3.send", client) == ("administrator", None)
    town.until("2026-05-01", hour=20)
    life = Life(CODE, town.today, town.now, Random(1), tell=lambda told: None)
    life.wait_until(10)
    people = invented.Town(life, clients=1, days=1, pace=invented.BRISK)
    worklists = Worklists(people)
    for _ in range(50):  # whoever forgets a duty comes to it within 40 days
        worklists.work()
        people.life.day = people.day(1)
    assert not town.duties("O3.send", client)
    assert life.faults == []
