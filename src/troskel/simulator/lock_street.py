# SPDX-License-Identifier: EUPL-1.2
"""A street of locks that a round of phones opens without a network, with faults on demand; then everything is counted.

No database: an issuer, locks and phones of chance keys, and what the server does with the answers (`log.follow`).
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from troskel.doorproto.cose import PrivateKey, point_of
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.issuer import Issuer
from troskel.doorproto.log import beginning, extend, follow
from troskel.doorproto.messages import DoorGrant, DoorRequest, Hello, Operation, Scope, TurnOutcome
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result
from troskel.simulator.door_locks import FaultOnDemand, LockMailbox, LockThing, OutOfPower, write_whole

BEGAN = 1_796_000_000
BETWEEN = 600
"""Seconds between two openings of a door."""

PHONES = 5
FAULTY, LOST_ANSWER = 0.25, 0.1
"""How often a lock has a fault, and the phone does not hear the answer."""

FAULTS = [fault for fault in FaultOnDemand if fault is not FaultOnDemand.LOG_GAP]
"""What a sound lock bears. A memory that was put back is a contradiction, and found as one."""

SMALL_LOG = 24
"""Lines that a lock keeps here, so that some logs are full."""


TURNED = (TurnOutcome.DONE, TurnOutcome.JAMMED, TurnOutcome.UNKNOWN)


class StreetResult(msgspec.Struct, frozen=True):
    """What happened on the street. The last four are to be none: `broken` says whether they are."""

    doors: int
    asked: int
    outcomes: dict[str, int]
    faults: dict[str, int]
    lines: int
    median_ms: float
    openings_nobody_asked_for: int
    double_openings: int
    lines_lost: int
    contradictions: int

    @property
    def is_sound(self) -> bool:
        """Nobody came in who had not asked, no door opened twice for a request, and each turn has its line."""
        return not (
            self.openings_nobody_asked_for or self.double_openings or self.lines_lost or self.contradictions
        )


class _Phone(NamedTuple):
    key: PrivateKey
    point: bytes


class _LogOfLock:
    """What the server has of a lock's log."""

    def __init__(self, lock: LockThing) -> None:
        self.lines = {0: beginning(lock.number).hash}
        self.head = 0
        self.turned = 0
        self.of_phone: dict[int, int] = {}
        """The line up to which each phone has the log, since it last took a grant."""


def run_street(doors: int, openings: int, seed: int) -> StreetResult:
    """Opens each door so many times, and counts."""
    chance = random.Random(seed)
    return _Street(doors, chance).run(openings)


class _Street:
    def __init__(self, doors: int, chance: random.Random) -> None:
        self._chance = chance
        self._issuer = Issuer(ec.generate_private_key(ec.SECP256R1()))
        issuers = {self._issuer.name: self._issuer.public}
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(PHONES)]
        self._phones = [_Phone(key, point_of(key.public_key())) for key in keys]
        self._locks = [
            LockThing(
                number.to_bytes(8, "big"),
                ec.generate_private_key(ec.SECP256R1()),
                issuers,
                most_kept=SMALL_LOG,
            )
            for number in range(1, doors + 1)
        ]
        self._known = {lock.number: _LogOfLock(lock) for lock in self._locks}
        self._outcomes: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._asked: set[bytes] = set()
        self._seconds: list[float] = []
        self._contradictions = 0
        self._grants = 0

    def run(self, openings: int) -> StreetResult:
        for round_ in range(openings):
            for lock in self._locks:
                lock.seconds += BETWEEN
                if self._chance.random() < FAULTY:
                    lock.fault = self._chance.choice(FAULTS)
                    self._faults[str(lock.fault)] += 1
                self._open(lock, BEGAN + round_ * BETWEEN)
        return self._counted(BEGAN + openings * BETWEEN)

    def _open(self, lock: LockThing, now: int) -> None:
        number = self._chance.randrange(PHONES)
        is_deaf = self._chance.random() < LOST_ANSWER
        began = time.perf_counter()
        try:
            outcome = self._ask(lock, number, now, Operation.UNLOCK, is_deaf=is_deaf)
        except OutOfPower:
            outcome = "unknown"
        self._seconds.append(time.perf_counter() - began)
        self._outcomes[outcome] += 1
        if not lock.has_power:
            lock.power_on(kept=self._chance.random() < 0.5)

    def _ask(self, lock: LockThing, number: int, now: int, operation: Operation, *, is_deaf: bool) -> str:
        """One request, over the mailbox as over the air. Gives how it ended, as the phone sees it."""
        phone, known = self._phones[number], self._known[lock.number]
        box = LockMailbox(lock.hello, lock.answer)
        box.write(bytes([2]))
        if not box.value:
            raise OutOfPower
        self._grants += 1
        emergency = operation is Operation.READ
        grant = DoorGrant(
            lock=lock.number,
            phone=phone.point,
            id=self._grants.to_bytes(8, "big"),
            issued=now,
            begins=now,
            ends=now + 3600,
            scope=Scope.UNLOCK | (Scope.EMERGENCY if emergency else Scope(0)),
            epoch=0,
            acknowledged=known.head,
        )
        since = max(known.head, known.of_phone.get(number, 0))
        hello = box.value
        try:
            Hello.of_bytes(hello)
        except DoorError:
            return "busy"
        asked = DoorRequest(operation, self._chance.randbytes(8), now, since)
        request = ask(hello, lock.number, self._issuer.issue(grant), phone.key, asked)
        self._asked.add(request)
        write_whole(box, request)
        if is_deaf or not box.value:
            return "unknown"
        try:
            result = read_result(box.value, request, lock.key.public_key())
        except DoorError:
            return "unsigned"
        try:
            for line in follow(known.lines, result):
                known.lines[line.line.number] = line.hash
                known.turned += line.line.outcome in TURNED and line.line.operation is Operation.UNLOCK
        except DoorError as error:
            self._contradictions += error.code is not Code.LOG_GAP
        while known.head + 1 in known.lines:
            known.head += 1
        known.of_phone[number] = extend(result.since, result.lines).number
        return result.outcome.name.lower()

    def _counted(self, now: int) -> StreetResult:
        turned: Counter[bytes] = Counter(request for lock in self._locks for request, _ in lock.turns)
        lost = 0
        for lock in self._locks:
            lock.fault = None
            turns = len(lock.turns)
            for _ in range(turns + SMALL_LOG):  # read on until the server has what the lock has
                before = self._known[lock.number].head
                self._known[lock.number].of_phone.clear()
                self._ask(lock, 0, now, Operation.READ, is_deaf=False)
                if self._known[lock.number].head == before:
                    break
            lost += max(0, turns - self._known[lock.number].turned)
        return StreetResult(
            doors=len(self._locks),
            asked=len(self._seconds),
            outcomes=dict(self._outcomes),
            faults=dict(self._faults),
            lines=sum(known.head for known in self._known.values()),
            median_ms=round(1000 * statistics.median(self._seconds), 2),
            openings_nobody_asked_for=sum(request not in self._asked for request in turned),
            double_openings=sum(count > 1 for count in turned.values()),
            lines_lost=lost,
            contradictions=self._contradictions,
        )
