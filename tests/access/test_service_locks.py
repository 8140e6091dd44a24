# SPDX-License-Identifier: EUPL-1.2
"""Locks of a service over HTTPS: the suite, every fault, and what it may not be talked into."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.access.lock_bench import LOCK, PATIENT, SETTLE, KeptOnBench
from tests.access.lock_service_peer import KEY, ServiceOnBench, lock_service
from troskel.access.drivers import BoltPosition, Credential, HealthFinding
from troskel.access.locks.conformance import LockOnTrial, TrialVerdict, run_suite
from troskel.access.locks.faults import FAULT_REQUIREMENTS, FaultRequirement
from troskel.access.locks.remote import Limits, RemoteLocks
from troskel.access.locks.urls import link_of
from troskel.access.rules import LockOutcome
from troskel.ground import clock
from troskel.ground.ids import new_id


class Served(NamedTuple):
    """A service on a bench, and where it is."""

    bench: ServiceOnBench
    port: int
    ca: Path

    def trial(self, url: str = "", **limits: Any) -> LockOnTrial:
        """A new driver of its lock."""
        door = new_id()
        link, _ = link_of(url or f"https://:{KEY.replace(' ', '%20')}@localhost:{self.port}/api?ca={self.ca}")
        self.bench.records = KeptOnBench({LOCK.serial: door})
        limits = {"patience": PATIENT, "settle": SETTLE} | limits
        self.bench.driver = RemoteLocks(link, self.bench.records, Limits(**limits))
        return LockOnTrial(self.bench.driver, LOCK, door, new_id())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    bench = ServiceOnBench()
    with lock_service(bench, tmp_path) as (port, ca):
        yield Served(bench, port, ca)


def test_it_holds_to_the_suite(served: Served) -> None:
    tried = run_suite(served.trial())
    assert {one.requirement.name: one.seen for one in tried if one.verdict is TrialVerdict.FAILED} == {}


@pytest.mark.parametrize(
    "requirement",
    [one for one in FAULT_REQUIREMENTS if one.fault in ServiceOnBench.faults],
    ids=lambda one: f"{one.check.__name__}-{one.fault}",
)
def test_it_holds_under_a_fault(served: Served, requirement: FaultRequirement) -> None:
    trial = served.trial()
    trial.lock_it()
    served.bench.set(requirement.fault)
    requirement.check(trial, served.bench)


def test_a_certificate_of_nobody_known_gets_no_command(served: Served) -> None:
    trial = served.trial(f"https://:{KEY.replace(' ', '%20')}@localhost:{served.port}/api")
    assert trial.unlock().outcome is LockOutcome.NO_ANSWER and trial.bolt() is BoltPosition.UNKNOWN
    assert served.bench.asked == []


def test_a_wrong_key_gets_nothing(served: Served) -> None:
    trial = served.trial(f"https://:wrong@localhost:{served.port}/api?ca={served.ca}")
    assert trial.unlock().outcome is LockOutcome.NO_ANSWER and served.bench.asked == []


def test_no_redirect_is_followed(served: Served, tmp_path: Path) -> None:
    """Whoever may answer for the service can't send the program into its own network."""
    inside = ServiceOnBench()
    (tmp_path / "inside").mkdir()
    with lock_service(inside, tmp_path / "inside") as (port, _):
        served.bench.redirects_to = f"https://localhost:{port}/api/locks/get"
        assert served.trial().unlock().outcome is LockOutcome.NO_ANSWER
    assert inside.asked == []


@pytest.mark.parametrize(
    "extra", [{"locked": None}, {"locked": "yes"}, {"online": 1}, {"battery_level": 40, "locked": None}]
)
def test_what_the_service_does_not_say_is_unknown(served: Served, extra: dict[str, Any]) -> None:
    served.bench.extra = extra
    assert served.trial().bolt() is BoltPosition.UNKNOWN


def test_polling_has_a_budget(served: Served) -> None:
    """A lock is woken so often a day, and no oftener than it says; then what was observed ages until it is unknown."""
    trial = served.trial(polls=3, poll_after=0, fresh=60)
    start = clock.now()
    for minutes in range(0, 20, 2):
        with clock.frozen_at(start + timedelta(minutes=minutes)):
            bolt, health = trial.bolt(), trial.driver.health(LOCK)
        assert bolt is (BoltPosition.LOCKED if minutes <= 4 else BoltPosition.UNKNOWN), minutes
        assert (HealthFinding.POLLS_SPENT in health) == (minutes >= 4)
    assert served.bench.asked.count("/api/locks/get") == 3
    with clock.frozen_at(start + timedelta(days=1)):
        assert trial.bolt() is BoltPosition.LOCKED, "another day"


def test_what_was_just_observed_wakes_no_lock(served: Served) -> None:
    trial = served.trial()
    trial.open_it()
    asked = len(served.bench.asked)
    assert [trial.bolt() for _time in range(5)] == [BoltPosition.UNLOCKED] * 5
    assert len(served.bench.asked) == asked


def test_a_code_is_wished_until_somebody_has_seen_it(served: Served) -> None:
    trial, now = served.trial(), clock.now()
    code = Credential(new_id(), "471147", now, now + timedelta(hours=8))
    seen = [trial.driver.put_credential(LOCK, code)]
    for _time in range(2):
        seen += trial.driver.credentials(LOCK)
    assert [(one.wished, one.observed) for one in seen if one] == [(True, None), (True, None), (True, True)]
    gone = trial.driver.remove_credential(LOCK, code.grant)
    assert gone is not None and (gone.wished, gone.observed) == (False, True), "nobody has looked yet"
    (left,) = trial.driver.credentials(LOCK)
    assert (left.wished, left.observed) == (False, False)


def test_a_code_whose_creation_was_not_answered_is_found_and_taken_out(served: Served) -> None:
    trial, now = served.trial(), clock.now()
    code = Credential(new_id(), "471147", now, now + timedelta(hours=8))
    served.bench.loses_codes = True
    put = trial.driver.put_credential(LOCK, code)
    assert put is not None and (put.wished, put.observed) == (True, None)
    trial.driver.credentials(LOCK)
    (seen,) = trial.driver.credentials(LOCK)
    assert seen.observed is True
    trial.driver.remove_credential(LOCK, code.grant)
    (left,) = trial.driver.credentials(LOCK)
    assert left.observed is False
