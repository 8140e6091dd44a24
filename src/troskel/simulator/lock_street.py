# SPDX-License-Identifier: EUPL-1.2
"""A street of locks that a round of phones opens without a network, with faults on demand; then everything is counted.

No database: an issuer, locks and phones of chance keys, and what the server does with the answers (`log.follow`).
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple, TypeAlias

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from troskel.doorproto.cose import PrivateKey, point_of
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.issuer import Issuer
from troskel.doorproto.log import beginning, extend, follow
from troskel.doorproto.messages import DoorGrant, DoorRequest, Hello, Operation, Scope, TurnOutcome
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result
from troskel.simulator.door_locks import (
    GIVE_HELLO,
    FaultOnDemand,
    LineBroken,
    LockBox,
    LockMailbox,
    LockThing,
    OutOfPower,
    parts_of,
)

BEGAN = 1_796_000_000
BETWEEN = 600
"""Seconds between two openings of a door."""

PHONES = 5
FAULTY, LOST_ANSWER = 0.25, 0.1
"""How often a lock has a fault, and the phone does not hear the answer."""

FAULTS = [fault for fault in FaultOnDemand if fault is not FaultOnDemand.LOG_GAP]
"""What a sound lock bears. A memory that was put back is none of them: each has it at the end, and is found out."""

SMALL_LOG = 24
"""Lines that a lock keeps here, so that some logs are full."""


TURNED = (TurnOutcome.DONE, TurnOutcome.JAMMED, TurnOutcome.UNKNOWN)


class StreetResult(msgspec.Struct, frozen=True):
    """What happened on the street. The last four are to be none, and each memory that was put back is to be found."""

    doors: int
    asked: int
    outcomes: dict[str, int]
    faults: dict[str, int]
    lines: int
    median_ms: float
    memories_put_back: int
    put_back_found: int
    openings_nobody_asked_for: int
    double_openings: int
    lines_lost: int
    contradictions: int

    @property
    def is_sound(self) -> bool:
        """Nobody came in who had not asked, no door opened twice for a request, and each turn has its line."""
        wrong = self.openings_nobody_asked_for + self.double_openings + self.lines_lost + self.contradictions
        return wrong == 0 and self.put_back_found == self.memories_put_back


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


Reach: TypeAlias = Callable[[LockThing, bool], AbstractAsyncContextManager[LockBox]]
"""A phone stands before a lock, and reaches its mailbox. The second: something may go wrong on the way."""


class _BoxAtHand:
    """Nothing lies between phone and lock."""

    def __init__(self, box: LockMailbox) -> None:
        self._box = box

    async def write(self, data: bytes) -> None:
        self._box.write(data)

    async def read(self) -> bytes:
        return self._box.value


@asynccontextmanager
async def _at_hand(lock: LockThing, _rough: bool) -> AsyncIterator[LockBox]:
    yield _BoxAtHand(LockMailbox(lock.hello, lock.answer))


def run_street(doors: int, openings: int, seed: int, reach: Reach = _at_hand) -> StreetResult:
    """Opens each door so many times, and counts."""
    return asyncio.run(_Street(doors, random.Random(seed), reach).run(openings))


def run_street_over_air(doors: int, openings: int, seed: int) -> StreetResult:
    """The same with each lock a Bluetooth device of `bumble`: ATT packets, sizes and breaks of the line by chance."""
    from troskel.simulator.lock_in_air import AirFault
    from troskel.simulator.phone_in_air import LARGE_MTU, SMALL_MTU, met_in_air

    chance, faults = random.Random(seed + 1), Counter[str]()

    def reach(lock: LockThing, rough: bool) -> AbstractAsyncContextManager[LockBox]:
        fault = chance.choice([*AirFault]) if rough and chance.random() < FAULTY else None
        faults.update([str(fault)] if fault else [])
        return met_in_air(lock, fault, chance.choice([SMALL_MTU, LARGE_MTU]))

    result = run_street(doors, openings, seed, reach)
    return msgspec.structs.replace(result, faults={**result.faults, **faults})


class _Street:
    def __init__(self, doors: int, chance: random.Random, reach: Reach) -> None:
        self._chance, self._reach = chance, reach
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

    async def run(self, openings: int) -> StreetResult:
        for round_ in range(openings):
            for lock in self._locks:
                lock.seconds += BETWEEN
                if self._chance.random() < FAULTY:
                    lock.fault = self._chance.choice(FAULTS)
                    self._faults[str(lock.fault)] += 1
                await self._open(lock, BEGAN + round_ * BETWEEN)
        return await self._counted(BEGAN + openings * BETWEEN)

    async def _open(self, lock: LockThing, now: int) -> None:
        number = self._chance.randrange(PHONES)
        is_deaf = self._chance.random() < LOST_ANSWER
        began = time.perf_counter()
        try:
            outcome = await self._ask(lock, number, now, Operation.UNLOCK, is_deaf=is_deaf, is_rough=True)
        except (OutOfPower, LineBroken):
            outcome = "unknown"
        self._seconds.append(time.perf_counter() - began)
        self._outcomes[outcome] += 1
        if not lock.has_power:
            lock.power_on(kept=self._chance.random() < 0.5)

    async def _ask(
        self,
        lock: LockThing,
        number: int,
        now: int,
        operation: Operation,
        *,
        is_deaf: bool,
        is_rough: bool = False,
    ) -> str:
        """One request, over the mailbox as over the air. Gives how it ended, as the phone sees it."""
        async with self._reach(lock, is_rough) as box:
            return await self._ask_there(box, lock, number, now, operation, is_deaf=is_deaf)

    async def _ask_there(
        self, box: LockBox, lock: LockThing, number: int, now: int, operation: Operation, *, is_deaf: bool
    ) -> str:
        phone, known = self._phones[number], self._known[lock.number]
        await box.write(bytes([GIVE_HELLO]))
        hello = await box.read()
        if not hello:
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
        try:
            Hello.of_bytes(hello)
        except DoorError:
            return "busy"
        asked = DoorRequest(operation, self._chance.randbytes(8), now, since)
        request = ask(hello, lock.number, self._issuer.issue(grant), phone.key, asked)
        self._asked.add(request)
        for part in parts_of(request):
            await box.write(part)
        answer = b"" if is_deaf else await box.read()
        if not answer:
            return "unknown"
        try:
            result = read_result(answer, request, lock.key.public_key())
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

    async def _lines_lost(self, lock: LockThing, now: int) -> int:
        """Read on until the server has what the lock has; then what is missing."""
        lock.fault, known, turns = None, self._known[lock.number], len(lock.turns)
        for _ in range(turns + SMALL_LOG):
            before = known.head
            known.of_phone.clear()
            await self._ask(lock, 0, now, Operation.READ, is_deaf=False)
            if known.head == before:
                break
        return max(0, turns - known.turned)

    async def _is_put_back_found(self, lock: LockThing, now: int) -> bool:
        """Its memory is put back to before an opening that the server knows of. It shows when the next one is told."""
        before, lock.fault = self._contradictions, FaultOnDemand.LOG_GAP
        for _ in range(2):
            lock.seconds += BETWEEN
            await self._ask(lock, 0, now, Operation.UNLOCK, is_deaf=False)
        return self._contradictions > before

    async def _counted(self, now: int) -> StreetResult:
        lost = sum([await self._lines_lost(lock, now) for lock in self._locks])
        lines, contradictions = sum(known.head for known in self._known.values()), self._contradictions
        found = sum([await self._is_put_back_found(lock, now) for lock in self._locks])
        turned: Counter[bytes] = Counter(request for lock in self._locks for request, _ in lock.turns)
        return StreetResult(
            doors=len(self._locks),
            asked=len(self._seconds),
            outcomes=dict(self._outcomes),
            faults=dict(self._faults),
            lines=lines,
            median_ms=round(1000 * statistics.median(self._seconds), 2),
            memories_put_back=len(self._locks),
            put_back_found=found,
            openings_nobody_asked_for=sum(request not in self._asked for request in turned),
            double_openings=sum(count > 1 for count in turned.values()),
            lines_lost=lost,
            contradictions=contradictions,
        )
