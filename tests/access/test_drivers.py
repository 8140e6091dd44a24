# SPDX-License-Identifier: EUPL-1.2
"""What any lock driver must pass: put it in `DRIVERS`, with a lock at a door. And the faults of the simulated ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
import pytest
from django.db import transaction

from tests.town import CODE, Town
from troskel.access.drivers import NO_LOCK, SPENT, Grant, LockAt, LockDriver, NoLocks
from troskel.access.models import SimulatedLock
from troskel.access.rules import GRANT_LASTS, Outcome
from troskel.access.simulated import Fault, SimulatedLocks
from troskel.ground.ids import new_id

DRIVERS: dict[str, Callable[[], LockDriver]] = {"simulated": SimulatedLocks, "none": NoLocks}
SPEAK = ["simulated"]
"""Those that have locks to speak to."""


class Set(NamedTuple):
    """A lock at a door, and a grant in order."""

    driver: LockDriver
    lock: LockAt
    grant: Grant
    town: Town

    def unlock(self, **otherwise: object) -> Outcome:
        """Show a grant that is in order, but for what is said to be otherwise."""
        grant = msgspec.structs.replace(self.grant, **{"id": new_id(), **otherwise})
        with self.town.standing():
            return self.driver.unlock(self.lock, self.grant.account, grant).outcome


def _set(town: Town, name: str) -> Set:
    client = town.locked()
    account = town.actor("carin").account
    assert account is not None
    door, now = UUID(town.door(client)), town.now
    grant = Grant(new_id(), CODE, "L1", door, account, now, now + GRANT_LASTS)
    return Set(DRIVERS[name](), LockAt(CODE, "L1"), grant, town)


@pytest.fixture(params=DRIVERS)
def any_driver(request: pytest.FixtureRequest, town: Town) -> Set:
    return _set(town, request.param)


@pytest.fixture(params=SPEAK)
def speaking(request: pytest.FixtureRequest, town: Town) -> Set:
    return _set(town, request.param)


@pytest.fixture
def simulated(town: Town) -> Set:
    return _set(town, "simulated")


# --- any driver


def test_it_answers_from_the_closed_set_with_a_battery_in_per_cent_and_a_clock(any_driver: Set) -> None:
    driver, lock, grant, town = any_driver
    with town.standing():
        said = driver.unlock(lock, grant.account, grant)
        closed = driver.lock(lock)
        state = driver.state(lock)
    assert said.outcome in set(Outcome) - {Outcome.LOCKED} and closed.outcome in set(Outcome) - {
        Outcome.OPENED
    }
    assert (said.outcome is Outcome.REFUSED) == bool(said.code)
    for told in (said, closed, state):
        if told is not None:
            assert told.battery is None or 0 <= told.battery <= 100
            assert told.clock is None or told.clock.tzinfo is not None


def test_a_grant_that_is_not_in_order_opens_nothing(any_driver: Set) -> None:
    town, now = any_driver.town, any_driver.town.now
    wrong: list[dict[str, object]] = [
        {"serial": "L2"},
        {"municipality": "0998"},
        {"door": new_id()},
        {"account": new_id()},
        {"not_before": now + timedelta(seconds=1), "not_after": now + GRANT_LASTS},
        {"not_before": now - GRANT_LASTS, "not_after": now - timedelta(seconds=1)},
    ]
    for otherwise in wrong:
        assert any_driver.unlock(**otherwise) is Outcome.REFUSED, otherwise
    with town.standing():
        state = any_driver.driver.state(any_driver.lock)
    assert state is None or not state.unlocked


def test_a_grant_opens_at_most_once(any_driver: Set) -> None:
    outcomes = [any_driver.unlock(id=any_driver.grant.id) for _ in range(3)]
    assert outcomes.count(Outcome.OPENED) <= 1 and outcomes[1:] == [Outcome.REFUSED] * 2


def test_a_lock_that_is_nowhere_does_not_open(any_driver: Set) -> None:
    nowhere = LockAt(CODE, "no such")
    grant = msgspec.structs.replace(any_driver.grant, serial="no such")
    with any_driver.town.standing():
        said = any_driver.driver.unlock(nowhere, grant.account, grant)
        assert said.outcome in (Outcome.NO_ANSWER, Outcome.REFUSED)
        assert any_driver.driver.state(nowhere) is None


# --- any driver that has locks


def test_what_was_opened_stands_open_until_it_is_locked(speaking: Set) -> None:
    assert speaking.unlock() is Outcome.OPENED
    with speaking.town.standing():
        state = speaking.driver.state(speaking.lock)
        assert state is not None and state.unlocked
        assert speaking.driver.lock(speaking.lock).outcome is Outcome.LOCKED
        state = speaking.driver.state(speaking.lock)
        assert state is not None and not state.unlocked
    assert speaking.unlock() is Outcome.OPENED, "a new grant opens anew"


def test_a_spent_grant_is_said_to_be_spent(speaking: Set) -> None:
    driver, lock, grant, town = speaking
    with town.standing():
        assert driver.unlock(lock, grant.account, grant).outcome is Outcome.OPENED
        assert driver.unlock(lock, grant.account, grant).code == SPENT


def test_a_grant_is_good_from_its_first_instant_to_its_last(speaking: Set) -> None:
    now = speaking.town.now
    assert speaking.unlock(not_before=now, not_after=now) is Outcome.OPENED


def test_a_lock_in_a_bag_opens_no_door(speaking: Set) -> None:
    """L2 is in the locksmith's stock, whatever a grant says of a door."""
    driver, _, grant, town = speaking
    grant = msgspec.structs.replace(grant, serial="L2")
    with town.standing():
        assert driver.unlock(LockAt(CODE, "L2"), grant.account, grant).outcome is not Outcome.OPENED


# --- the simulated locks, and what can be wrong with them


def broken(given: Set, fault: Fault) -> SimulatedLocks:
    driver = given.driver
    assert isinstance(driver, SimulatedLocks)
    driver.break_down(given.lock, fault)
    return driver


def test_a_jam_turns_nothing_and_spends_the_grant(simulated: Set) -> None:
    driver = broken(simulated, Fault.JAM)
    assert simulated.unlock(id=simulated.grant.id) is Outcome.JAMMED
    assert driver.lock(simulated.lock).outcome is Outcome.JAMMED
    driver.break_down(simulated.lock, Fault.NONE)
    assert simulated.unlock(id=simulated.grant.id) is Outcome.REFUSED
    assert simulated.unlock() is Outcome.OPENED


def test_a_silent_lock_has_not_turned_and_the_grant_is_good_still(simulated: Set) -> None:
    driver = broken(simulated, Fault.SILENT)
    assert simulated.unlock(id=simulated.grant.id) is Outcome.NO_ANSWER
    assert driver.state(simulated.lock) is None
    driver.break_down(simulated.lock, Fault.NONE)
    assert simulated.unlock(id=simulated.grant.id) is Outcome.OPENED


def test_a_lost_answer_leaves_the_door_open(simulated: Set) -> None:
    driver = broken(simulated, Fault.LOST_ANSWER)
    assert simulated.unlock() is Outcome.UNKNOWN
    state = driver.state(simulated.lock)
    assert state is not None and state.unlocked


def test_the_battery_falls_with_use_and_a_flat_one_is_silence(simulated: Set) -> None:
    driver = simulated.driver
    assert isinstance(driver, SimulatedLocks)
    driver.charge(simulated.lock, 1)
    for _ in range(9):
        assert simulated.unlock() is Outcome.OPENED
    state = driver.state(simulated.lock)
    assert state is not None and state.battery == 1
    assert simulated.unlock() is Outcome.OPENED
    assert simulated.unlock() is Outcome.NO_ANSWER and driver.state(simulated.lock) is None
    driver.charge(simulated.lock, 100)
    assert simulated.unlock() is Outcome.OPENED
    assert SimulatedLock.objects.get().charge == 999


def test_a_lock_that_has_been_moved_knows_its_new_door(simulated: Set) -> None:
    town = simulated.town
    town.end("K1")
    town.days_pass(1)
    town.removed("K1")
    town.does("siri", "unlink_lock", client="K1", serial="L1")
    elsewhere = UUID(town.door(town.locked(serial="L1")))
    now = town.now
    assert simulated.unlock(not_before=now, not_after=now) is Outcome.REFUSED
    assert simulated.unlock(door=elsewhere, not_before=now, not_after=now) is Outcome.OPENED


def test_where_there_are_no_locks_it_says_so(town: Town) -> None:
    given = _set(town, "none")
    said = given.driver.unlock(given.lock, given.grant.account, given.grant)
    assert (said.outcome, said.code) == (Outcome.REFUSED, NO_LOCK)


@pytest.mark.django_db(transaction=True)
def test_a_simulated_lock_is_never_spoken_to_within_a_transaction(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        SimulatedLocks().state(LockAt(CODE, "L1"))
