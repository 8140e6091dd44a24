# SPDX-License-Identifier: EUPL-1.2
"""Locks reached from here, in a town: an opening end to end, and the records in the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from tests.access.lock_bench import SETTLE
from tests.access.lock_service_peer import KEY, ServiceOnBench, lock_service
from tests.town import CODE, Town
from troskel.access.drivers import SPENT, BoltPosition, LockAt
from troskel.access.locks.conformance import LockOnTrial
from troskel.access.locks.faults import BenchFault
from troskel.access.locks.remote import Limits, RemoteLocks
from troskel.access.locks.tables import KeptInTables
from troskel.access.locks.urls import link_of
from troskel.access.models import GrantAtLock, Opening, ReachedLock
from troskel.access.rules import LockOutcome
from troskel.acts import opening
from troskel.config.wiring import lock_driver
from troskel.ground import clock

LOCK = LockAt(CODE, "L1")


@pytest.fixture
def locked(town: Town) -> Town:
    town.locked()
    return town


@pytest.fixture
def bench() -> ServiceOnBench:
    return ServiceOnBench()


@pytest.fixture
def url(bench: ServiceOnBench, tmp_path: Path) -> Iterator[str]:
    with lock_service(bench, tmp_path) as (port, ca):
        yield f"https://:{KEY.replace(' ', '%20')}@localhost:{port}/api?ca={ca}&patience=60"


def driver_at(url: str, **limits: Any) -> RemoteLocks:
    link, where = link_of(url)
    return RemoteLocks(link, KeptInTables(), where.limits._replace(**limits))


def test_a_carer_opens_a_door_by_the_setting(
    locked: Town, url: str, bench: ServiceOnBench, settings: Any
) -> None:
    settings.TROSKEL_LOCKS = url
    assert lock_driver() is lock_driver(), "the connection is kept"
    with locked.standing():
        opened = opening.open_the_door(
            locked.actor("carin"), lock_driver(), {"client": "K1", "serial": "L1"}, key="k"
        )
        again = opening.open_the_door(
            locked.actor("carin"), lock_driver(), {"client": "K1", "serial": "L1"}, key="k"
        )
    assert (opened.outcome, opened.battery, again) == ("opened", 80, opened)
    assert bench.turns() == 1 and Opening.objects.get().outcome == "opened"
    wished = ReachedLock.objects.get()
    assert (wished.wished, wished.bolt) == ("unlock", "unlocked")
    at_lock = GrantAtLock.objects.get()
    assert (at_lock.grant, at_lock.wished, at_lock.observed) == (
        Opening.objects.get().grant,
        "turn",
        "opened",
    )
    locked.is_sound()


def test_wished_and_observed_are_kept_apart(locked: Town, url: str, bench: ServiceOnBench) -> None:
    """The answer did not come: unlocking is wished, where the bolt is nobody knows, and the grant stays spent."""
    driver = driver_at(url)
    driver.lock(LOCK)
    bench.set(BenchFault.CUT)
    driver.limits = Limits(patience=1, settle=SETTLE)
    with locked.standing():
        opened = opening.open_the_door(
            locked.actor("carin"), driver, {"client": "K1", "serial": "L1"}, key="k"
        )
    assert opened.outcome == "unknown"
    row = ReachedLock.objects.get()
    assert (row.wished, row.bolt, row.busy_until is not None) == ("unlock", BoltPosition.UNKNOWN, True)
    assert GrantAtLock.objects.get().observed == "unknown"
    assert (Opening.objects.get().outcome, bench.turns()) == ("unknown", 1)


def test_no_command_is_sent_inside_a_transaction(locked: Town, url: str, bench: ServiceOnBench) -> None:
    trial = LockOnTrial(driver_at(url), LOCK, UUID(locked.door("K1")), UUID(int=1))
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        trial.unlock()
    assert bench.asked == []


def test_a_lock_that_was_not_there_leaves_the_grant_good(
    locked: Town, url: str, bench: ServiceOnBench
) -> None:
    trial = LockOnTrial(driver_at(url), LOCK, UUID(locked.door("K1")), UUID(int=1))
    grant = trial.grant()
    bench.set(BenchFault.SILENT)
    assert trial.unlock(grant).outcome is LockOutcome.NO_ANSWER and not GrantAtLock.objects.exists()
    bench.set(BenchFault.NONE)
    assert trial.unlock(grant).outcome is LockOutcome.OPENED
    assert trial.unlock(grant).code == SPENT
    with clock.frozen_at(grant.not_after):
        assert trial.unlock().outcome is LockOutcome.OPENED
    assert {row.grant == grant.id for row in GrantAtLock.objects.all()} == {True, False}
