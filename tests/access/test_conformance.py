# SPDX-License-Identifier: EUPL-1.2
"""The suite that every lock driver passes: the drivers without a network. The suite itself finds drivers that don't."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from tests.access.lock_service_peer import KEY, ServiceOnBench, lock_service
from tests.town import CODE, Town, found
from troskel.access.drivers import (
    BareDriver,
    BoltPosition,
    Grant,
    LockAnswer,
    LockAt,
    LockDriver,
    LockState,
    NoLocks,
)
from troskel.access.locks.conformance import REQUIREMENTS, LockOnTrial, TrialVerdict, run_suite
from troskel.access.locks.remote import RemoteLocks
from troskel.access.locks.tables import KeptInTables
from troskel.access.locks.urls import link_of
from troskel.access.rules import LockOutcome
from troskel.access.simulated import SimulatedLocks
from troskel.ground import clock
from troskel.ground.ids import new_id


def on_trial(driver: LockDriver) -> LockOnTrial:
    return LockOnTrial(driver, LockAt(CODE, "L1"), new_id(), new_id())


def failed(trial: LockOnTrial) -> dict[str, str]:
    """What does not hold, by name."""
    tried = list(run_suite(trial))
    assert [one.requirement for one in tried] == REQUIREMENTS
    return {one.requirement.name: one.seen for one in tried if one.verdict is TrialVerdict.FAILED}


@pytest.mark.django_db(transaction=True)
def test_drivers_with_records_in_the_database_hold(transactional_db: None, tmp_path: Path) -> None:
    """Threads have connections of their own, and see what is committed."""
    town: Town = found()
    door, account = UUID(town.door(town.locked())), town.actor("carin").account
    assert account is not None
    with town.standing():
        assert failed(LockOnTrial(SimulatedLocks(), LockAt(CODE, "L1"), door, account)) == {}
    with lock_service(ServiceOnBench(), tmp_path) as (port, ca):
        link, where = link_of(f"https://:{KEY.replace(' ', '%20')}@localhost:{port}/api?ca={ca}&patience=60")
        driver = RemoteLocks(link, KeptInTables(), where.limits)
        assert failed(LockOnTrial(driver, LockAt(CODE, "L1"), door, account)) == {}


def test_tag_only_holds() -> None:
    assert failed(on_trial(NoLocks())) == {}


class Brass(BareDriver):
    """A lock in memory that turns for anybody. `state` and answers can be replaced."""

    def __init__(self) -> None:
        self.bolt = BoltPosition.UNKNOWN

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        self.bolt = BoltPosition.UNLOCKED
        return LockAnswer(LockOutcome.OPENED)

    def lock(self, lock: LockAt) -> LockAnswer:
        self.bolt = BoltPosition.LOCKED
        return LockAnswer(LockOutcome.LOCKED)

    def state(self, lock: LockAt) -> LockState:
        return LockState(self.bolt, seen=clock.now())


class Optimist(Brass):
    """Says that it is locked whatever it is."""

    def state(self, lock: LockAt) -> LockState:
        return LockState(BoltPosition.LOCKED, seen=clock.now())


class Raising(Brass):
    """Lets the network's errors through."""

    def state(self, lock: LockAt) -> LockState:
        raise TimeoutError


class Silly(Brass):
    """A battery that holds more than all, and a refusal without a reason."""

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        return LockAnswer(LockOutcome.REFUSED, battery=101)


@pytest.mark.parametrize(
    ("driver", "named"),
    [
        (Brass, {"grant.wrong", "grant.once", "command.one_at_a_time", "lock.unknown", "lock.odd"}),
        (Optimist, {"state.unlocked"}),
        (Raising, {"answers.closed", "state.locked", "lock.odd"}),
        (Silly, {"answers.closed", "state.unlocked"}),
    ],
)
def test_the_suite_finds(driver: Callable[[], LockDriver], named: set[str]) -> None:
    assert named <= set(failed(on_trial(driver())))
