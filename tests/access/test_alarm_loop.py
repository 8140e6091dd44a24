# SPDX-License-Identifier: EUPL-1.2
"""From alarm to door: two hours for that door alone, the opening tells when it was reached, and it is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.town import ALARM, CODE, Town
from troskel.access.drivers import LockAt
from troskel.access.simulated import SimulatedFault, SimulatedLocks
from troskel.acts import opening
from troskel.reading import access
from troskel.reading.emergency_openings import emergency_openings, out_of_the_ordinary
from troskel.reading.paging import PageRequest

OPEN = {"serial": "L1"}
ALL = PageRequest(50, "")


@pytest.fixture
def client(town: Town) -> str:
    """A client with home care, a linked lock and a safety alarm."""
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    return client


def opens(town: Town, client: str, who: str = "rut") -> str:
    with town.standing():
        return opening.open_the_door(town.actor(who), SimulatedLocks(), {"client": client, **OPEN}).outcome


def accepted(town: Town, client: str) -> str:
    alarm = str(town.does("rut", "raise_alarm", client=client).answer["alarm"])
    town.does("rut", "accept_alarm", alarm=alarm)
    return alarm


def listed(town: Town, who: str) -> list[Any]:
    with town.standing():
        return list(emergency_openings(town.actor(who), ALL).items)


def lately(town: Town) -> int:
    with town.standing():
        return out_of_the_ordinary(town.actor("maria")).emergencies


def reached(town: Town) -> Any:
    with town.standing():
        (alarm,) = access.alarms(town.actor("rut"), ALL).items
    return alarm.reached


def test_an_acceptance_opens_the_door_for_two_hours(town: Town, client: str) -> None:
    accepted(town, client)
    with town.standing():
        (alarm,) = access.alarms(town.actor("rut"), ALL).items
    assert alarm.accepted and alarm.until == alarm.accepted + timedelta(hours=2)
    town.now = alarm.until - timedelta(seconds=1)
    assert opens(town, client) == "opened"
    town.now = alarm.until
    town.refused("rut", "open_door", "NotFound", client=client, **OPEN)


def test_the_first_door_that_opened_tells_when_the_client_was_reached(town: Town, client: str) -> None:
    accepted(town, client)
    with town.standing():
        (alarm,) = access.alarms(town.actor("rut"), ALL).items
    town.now = alarm.raised + timedelta(minutes=9)
    locks = SimulatedLocks()
    locks.break_down(LockAt(CODE, "L1"), SimulatedFault.JAM)
    assert opens(town, client) == "jammed" and reached(town) is None
    locks.break_down(LockAt(CODE, "L1"), SimulatedFault.NONE)
    town.now += timedelta(minutes=3)
    assert opens(town, client) == "opened"
    first = town.now
    town.now += timedelta(minutes=20)
    assert opens(town, client) == "opened"
    assert reached(town) == first
    assert [(one.outcome, one.minutes) for one in listed(town, "maria")] == [
        ("opened", 32),
        ("opened", 12),
        ("jammed", None),
    ]


def test_the_manager_sees_every_opening_by_alarm_and_no_other(town: Town, client: str) -> None:
    assert opens(town, client, "carin") == "opened"
    assert listed(town, "maria") == []
    alarm = accepted(town, client)
    assert opens(town, client) == "opened"
    town.does("rut", "close_alarm", alarm=alarm, outcome="helped")
    (one,) = listed(town, "maria")
    assert (str(one.alarm), one.name, one.ended) == (alarm, "Rut", "helped")
    assert lately(town) == 1
    town.now += timedelta(days=8)
    assert lately(town) == 0
    assert len(listed(town, "maria")) == 1


def test_a_coordinator_sees_those_of_the_own_patrol(town: Town, client: str) -> None:
    accepted(town, client)
    assert opens(town, client) == "opened"
    assert len(listed(town, "lars")) == 1 and listed(town, "olle") == []
