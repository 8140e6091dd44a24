# SPDX-License-Identifier: EUPL-1.2
"""Drivers in a town whose clock stands: bounds of a grant's period, and the faults of simulated locks.

What every driver must hold to is tried in `test_conformance.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
import pytest

from tests.town import CODE, Town
from troskel.access.drivers import (
    NO_LOCK,
    SPENT,
    TOO_LATE,
    BoltPosition,
    Grant,
    LockAt,
    LockDriver,
    LockState,
    NoLocks,
)
from troskel.access.models import SimulatedLock
from troskel.access.rules import GRANT_LIFETIME, LockOutcome
from troskel.access.simulated import SimulatedFault, SimulatedLocks
from troskel.ground import clock
from troskel.ground.ids import new_id

DRIVERS: dict[str, Callable[[], LockDriver]] = {"simulated": SimulatedLocks, "none": NoLocks}
DRIVERS_WITH_LOCKS = ["simulated"]
"""Drivers that reach a lock."""


class DriverCase(NamedTuple):
    """A driver, a lock at a door, and a valid grant."""

    driver: LockDriver
    lock: LockAt
    grant: Grant
    town: Town

    def unlock(self, **changes: object) -> LockOutcome:
        """Unlock with a valid grant, except for these changes."""
        grant = msgspec.structs.replace(self.grant, **{"id": new_id(), **changes})
        with self.town.standing():
            return self.driver.unlock(self.lock, self.grant.account, grant).outcome


def _driver_case(town: Town, name: str) -> DriverCase:
    client = town.locked()
    account = town.actor("carin").account
    assert account is not None
    door, now = UUID(town.door(client)), town.now
    grant = Grant(new_id(), CODE, "L1", door, account, now, now + GRANT_LIFETIME)
    return DriverCase(DRIVERS[name](), LockAt(CODE, "L1"), grant, town)


@pytest.fixture(params=DRIVERS)
def any_driver(request: pytest.FixtureRequest, town: Town) -> DriverCase:
    return _driver_case(town, request.param)


@pytest.fixture(params=DRIVERS_WITH_LOCKS)
def with_locks(request: pytest.FixtureRequest, town: Town) -> DriverCase:
    return _driver_case(town, request.param)


@pytest.fixture
def simulated(town: Town) -> DriverCase:
    return _driver_case(town, "simulated")


# --- any driver


def test_invalid_grant_opens_nothing(any_driver: DriverCase) -> None:
    town, now = any_driver.town, any_driver.town.now
    wrong: list[dict[str, object]] = [
        {"serial": "L2"},
        {"municipality": "0998"},
        {"door": new_id()},
        {"account": new_id()},
        {"not_before": now + timedelta(seconds=1), "not_after": now + GRANT_LIFETIME},
        {"not_before": now - GRANT_LIFETIME, "not_after": now - timedelta(seconds=1)},
    ]
    for changes in wrong:
        assert any_driver.unlock(**changes) is LockOutcome.REFUSED, changes
    with town.standing():
        state = any_driver.driver.state(any_driver.lock)
    assert state.bolt is not BoltPosition.UNLOCKED


# --- any driver that has locks


def test_grant_period_includes_both_ends(with_locks: DriverCase) -> None:
    now = with_locks.town.now
    assert with_locks.unlock(not_before=now, not_after=now) is LockOutcome.OPENED


def test_unmounted_lock_opens_no_door(with_locks: DriverCase) -> None:
    """L2 is in the locksmith's stock, whatever door the grant names."""
    driver, _, grant, town = with_locks
    grant = msgspec.structs.replace(grant, serial="L2")
    with town.standing():
        assert driver.unlock(LockAt(CODE, "L2"), grant.account, grant).outcome is not LockOutcome.OPENED


# --- faults of simulated locks


def with_fault(setup: DriverCase, fault: SimulatedFault) -> SimulatedLocks:
    driver = setup.driver
    assert isinstance(driver, SimulatedLocks)
    driver.break_down(setup.lock, fault)
    return driver


def test_jam_spends_the_grant(simulated: DriverCase) -> None:
    driver = with_fault(simulated, SimulatedFault.JAM)
    assert simulated.unlock(id=simulated.grant.id) is LockOutcome.JAMMED
    assert driver.lock(simulated.lock).outcome is LockOutcome.JAMMED
    driver.break_down(simulated.lock, SimulatedFault.NONE)
    assert simulated.unlock(id=simulated.grant.id) is LockOutcome.REFUSED
    assert simulated.unlock() is LockOutcome.OPENED


def test_silent_lock_does_not_spend_the_grant(simulated: DriverCase) -> None:
    driver = with_fault(simulated, SimulatedFault.SILENT)
    assert simulated.unlock(id=simulated.grant.id) is LockOutcome.NO_ANSWER
    assert driver.state(simulated.lock) == LockState()
    driver.break_down(simulated.lock, SimulatedFault.NONE)
    assert simulated.unlock(id=simulated.grant.id) is LockOutcome.OPENED


def test_lost_answer_leaves_the_door_unlocked(simulated: DriverCase) -> None:
    driver = with_fault(simulated, SimulatedFault.LOST_ANSWER)
    assert simulated.unlock() is LockOutcome.UNKNOWN
    assert driver.state(simulated.lock).bolt is BoltPosition.UNLOCKED


def test_battery_drains_and_flat_battery_is_silent(simulated: DriverCase) -> None:
    driver = simulated.driver
    assert isinstance(driver, SimulatedLocks)
    driver.charge(simulated.lock, 1)
    for _ in range(9):
        assert simulated.unlock() is LockOutcome.OPENED
    assert driver.state(simulated.lock).battery == 1
    assert simulated.unlock() is LockOutcome.OPENED
    assert simulated.unlock() is LockOutcome.NO_ANSWER and driver.state(simulated.lock) == LockState()
    driver.charge(simulated.lock, 100)
    assert simulated.unlock() is LockOutcome.OPENED
    assert SimulatedLock.objects.get().charge == 999


def test_spent_grant_is_remembered_until_it_ends(simulated: DriverCase) -> None:
    driver, lock, grant, town = simulated
    last = grant.not_after
    for moment, answers in ((town.now, "opened"), (last, SPENT), (last + timedelta(seconds=1), TOO_LATE)):
        with clock.frozen_at(moment):
            answer = driver.unlock(lock, grant.account, grant)
        assert answers in (answer.outcome, answer.code)
    assert str(grant.id) in SimulatedLock.objects.get().spent
    another = msgspec.structs.replace(grant, id=new_id(), not_after=last + GRANT_LIFETIME)
    with clock.frozen_at(last + timedelta(seconds=1)):
        assert driver.unlock(lock, grant.account, another).outcome is LockOutcome.OPENED
    spent = SimulatedLock.objects.get().spent
    assert str(another.id) in spent and str(grant.id) not in spent


def test_moved_lock_knows_its_new_door(simulated: DriverCase) -> None:
    town = simulated.town
    town.end("K1")
    town.days_pass(1)
    town.removed("K1")
    town.does("siri", "unlink_lock", client="K1", serial="L1")
    elsewhere = UUID(town.door(town.locked(serial="L1")))
    now = town.now
    assert simulated.unlock(not_before=now, not_after=now) is LockOutcome.REFUSED
    assert simulated.unlock(door=elsewhere, not_before=now, not_after=now) is LockOutcome.OPENED


def test_no_locks_driver_refuses(town: Town) -> None:
    setup = _driver_case(town, "none")
    answer = setup.driver.unlock(setup.lock, setup.grant.account, setup.grant)
    assert (answer.outcome, answer.code) == (LockOutcome.REFUSED, NO_LOCK)
