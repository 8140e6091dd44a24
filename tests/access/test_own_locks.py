# SPDX-License-Identifier: EUPL-1.2
"""Locks of our own protocol behind a hub: the suite and every fault, against a whole lock that checks by itself."""

from __future__ import annotations

import time
from datetime import timedelta

import msgspec
import pytest

from tests.access.lock_bench import LOCK, PATIENT, SETTLE, KeptOnBench
from tests.doorproto.street import ANNA, BO, ISSUER, LOCK_ID, Door, asking
from tests.doorproto.street import LOCK as LOCK_KEY
from troskel.access.drivers import BoltPosition
from troskel.access.locks.conformance import LockOnTrial, TrialVerdict, run_suite
from troskel.access.locks.faults import FAULT_REQUIREMENTS, BenchFault, FaultRequirement
from troskel.access.locks.own_protocol import KnownLock, OwnProtocol
from troskel.access.locks.remote import Limits, RemoteLocks
from troskel.access.rules import LockOutcome
from troskel.doorproto.cose import point_of
from troskel.doorproto.errors import Code
from troskel.doorproto.issuer import Issuer
from troskel.doorproto.messages import Operation, said
from troskel.ground import clock
from troskel.ground.ids import new_id


class Hub:
    """A `FaultBench` and the line to a lock: what a hub near the door does."""

    faults = frozenset({BenchFault.CUT, BenchFault.SILENT, BenchFault.JAM, BenchFault.LYING})

    def __init__(self) -> None:
        self.fault = BenchFault.NONE
        self.door = Door(jams=lambda: self.fault is BenchFault.JAM)
        self.records = KeptOnBench({})

    def hello(self) -> bytes:
        if self.fault is BenchFault.SILENT:
            raise ConnectionError
        return self.door.hello()

    def answer(self, request: bytes) -> bytes:
        if self.fault is BenchFault.LYING:
            return said(Code.GRANT_DENIED)
        answer = self.door.answer(request)
        if self.fault is BenchFault.CUT:
            raise ConnectionError
        return answer

    def known(self, lock: object) -> KnownLock | None:
        acknowledged = self.door.lock._memory.head.number  # what its log has, the server has
        return (
            KnownLock(LOCK_ID, LOCK_KEY.public_key(), self, 0, max(acknowledged - 5, 0))
            if lock == LOCK
            else None
        )

    def set(self, fault: BenchFault) -> None:
        self.fault = fault

    def turns(self) -> int:
        return sum(operation is Operation.UNLOCK for _request, operation in self.door.turns)

    def wait_for_turns(self, turns: int) -> None:
        while self.turns() < turns:
            time.sleep(0.01)

    def pass_time(self) -> None:
        self.records.passed += timedelta(seconds=SETTLE + PATIENT)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def trial(hub: Hub) -> LockOnTrial:
    door = new_id()
    hub.records = KeptOnBench({LOCK.serial: door})
    link = OwnProtocol(Issuer(ISSUER), BO, hub.known)
    limits = Limits(patience=PATIENT, settle=SETTLE, poll_after=-1, polls=1000)
    return LockOnTrial(RemoteLocks(link, hub.records, limits), LOCK, door, new_id())


def test_it_holds_to_the_suite(trial: LockOnTrial) -> None:
    tried = list(run_suite(trial))
    assert {one.requirement.name: one.seen for one in tried if one.verdict is TrialVerdict.FAILED} == {}
    assert "offline.grant" in {one.requirement.name for one in tried if one.verdict is TrialVerdict.HELD}


@pytest.mark.parametrize(
    "requirement",
    [one for one in FAULT_REQUIREMENTS if one.fault in Hub.faults],
    ids=lambda one: f"{one.check.__name__}-{one.fault}",
)
def test_it_holds_under_a_fault(trial: LockOnTrial, hub: Hub, requirement: FaultRequirement) -> None:
    trial.lock_it()
    hub.set(requirement.fault)
    requirement.check(trial, hub)


def test_the_lock_opens_by_an_offline_grant(trial: LockOnTrial, hub: Hub) -> None:
    """Issued here, shown by a phone without us, checked by the lock alone."""
    grant = trial.driver.offline_grant(LOCK, point_of(ANNA.public_key()), clock.now() + timedelta(hours=8))
    assert grant is not None
    trial.lock_it()  # the lock has the time
    result = hub.door.read(asking(hub.door.hello(), grant))
    assert result.outcome.name == "DONE" and trial.bolt() is BoltPosition.UNLOCKED


def test_a_signed_refusal_has_its_reason(trial: LockOnTrial, hub: Hub) -> None:
    trial.lock_it()
    hub.door.lock._memory = msgspec.structs.replace(hub.door.lock._memory, epoch=3)
    answer = trial.unlock()
    assert (answer.outcome, answer.code) == (LockOutcome.REFUSED, f"door_{int(Code.GRANT_EPOCH)}")
