# SPDX-License-Identifier: EUPL-1.2
"""The simulator's own count of which lock comes down: it waits where A8 asks of a service that has run out (P6)."""

from __future__ import annotations

from random import Random

from tests.town import ALARM, CODE, Town
from troskel.duties.models import Duty
from troskel.simulator import town as invented
from troskel.simulator.duty_invariants import DutyInvariants
from troskel.simulator.life import Life
from troskel.simulator.tables import Tables


def broken(town: Town) -> set[str]:
    """The rules that do not hold today."""
    life = Life(CODE, town.today, town.now, Random(1), tell=lambda told: None)
    life.wait_until(town.now.hour)
    people = invented.Town(life, clients=1, days=1, pace=invented.BRISK)
    with town.standing():
        return {rule for rule, _ in DutyInvariants().check_day(people, Tables(CODE, town.day(0)))}


def test_p6_a_lock_waits_for_the_service_whose_end_nobody_has_confirmed(town: Town) -> None:
    """Home care ends last, and that is confirmed; the alarm has run out before (A8 asks)."""
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm", through=town.day(3))
    town.end(client, on=town.day(5))
    town.days_pass(8)
    assert "A8.investigation" in town.names(client)
    assert "P6.order" not in town.names(client)
    assert broken(town) == set()
    Duty.objects.filter(paragraph="A8").update(state="done", closed=town.now)
    assert broken(town) == {"a lock that nobody needs is asked for"}
    Duty.objects.filter(paragraph="A8").update(state="open", closed=None)
    town.does("anna", "confirm_ending", client=client)
    assert "P6.order" in town.names(client)
    assert broken(town) == set()
