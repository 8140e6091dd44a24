# SPDX-License-Identifier: EUPL-1.2
"""What still opens when something fails: a lock with a key of its own without the server, the mechanical key always."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.test_tonight import signs_in
from tests.acts.door_street import mounted
from tests.town import MEADOW, Town
from troskel.reading.outages import Outages, WaysLeft, outages

OPEN, KEY, NOBODY = WaysLeft(1, 0, 0), WaysLeft(0, 1, 0), WaysLeft(0, 0, 1)


@pytest.fixture(autouse=True)
def _nobody_is_chosen(settings: Any, town: Town) -> None:
    settings.DEMO = False
    signs_in(town, "carin")


def asked(town: Town, who: str = "olle") -> Outages:
    with town.standing():
        return outages(town.actor(who))


def case_of(town: Town, client: str) -> str:
    return str(town.does("olle", "receive_key", client=client, key="N1", signed="client").answer["case"])


def test_a_lock_without_a_key_of_its_own_needs_the_server(town: Town) -> None:
    client = town.locked()
    found = asked(town)
    assert (found.as_usual, found.without_server, found.without_locks) == (OPEN, NOBODY, NOBODY)
    (shut_out,) = found.shut_out
    assert case_of(town, client) == shut_out
    found = asked(town)
    assert (found.without_server, found.without_locks, found.shut_out) == (KEY, KEY, [])


def test_a_lock_with_a_key_of_its_own_opens_without_the_server(town: Town) -> None:
    town.locked()
    mounted(town)
    found = asked(town)
    assert (found.as_usual, found.without_server, found.without_locks) == (OPEN, OPEN, NOBODY)
    assert found.shut_out == []


def test_whose_clients_are_counted(town: Town) -> None:
    town.locked()
    town.locked(MEADOW, serial="L3")
    assert asked(town, "olle").as_usual == OPEN
    assert asked(town, "siri").as_usual == WaysLeft(1, 0, 1), "nobody of Meadow's has signed in"
