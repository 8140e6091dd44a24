# SPDX-License-Identifier: EUPL-1.2
"""Locks as things of their own: flash, clock, battery and motor around the door protocol, and faults on demand.

Nothing here knows of a database: a lock gets bytes, and gives bytes. `LockMailbox` is how they come over the air.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from troskel.doorproto.cose import PrivateKey
from troskel.doorproto.lock import Course, DoorLock, Turn, Write
from troskel.doorproto.memory import MOST_KEPT, new_slots
from troskel.doorproto.messages import MAX_HELLO, MAX_REQUEST, Operation, TurnOutcome
from troskel.doorproto.verify import Issuers

SERVICE = "5a1d7e00-9c1f-4b6a-8a34-3d2f6d0b1c01"
MAILBOX = "5a1d7e01-9c1f-4b6a-8a34-3d2f6d0b1c01"
CHUNK = 240
LAST, GIVE_HELLO = 1, 2
"""Flags of a write: the last part of a request; give a challenge."""

TURN_COSTS = 0.02
"""Per cent of the battery."""


class FaultOnDemand(StrEnum):
    """What can be wrong with a lock, on demand."""

    JAM = "jam"
    POWER_LOST_IN_TURN = "power_lost_in_turn"
    POWER_LOST_IN_WRITE = "power_lost_in_write"
    CLOCK_LOST = "clock_lost"
    FLASH_FULL = "flash_full"
    LOG_GAP = "log_gap"


class OutOfPower(Exception):
    """The batteries are out: whoever talks with the lock gets no answer."""


class LineBroken(Exception):
    """The connection ended. `was_asked`: the lock had got part of a request: it may have turned."""

    def __init__(self, *, was_asked: bool) -> None:
        super().__init__(was_asked)
        self.was_asked = was_asked


class LockThing:
    """A lock turner with its surroundings. `turns`: what the motor has done, with the request it was asked by.

    `seconds`: of a counter that only rises; whoever runs the lock moves it. `fault`: what goes wrong next, once.
    """

    def __init__(
        self, number: bytes, key: PrivateKey, issuers: Issuers, *, most_kept: int = MOST_KEPT
    ) -> None:
        self.number, self.key, self.issuers = number, key, issuers
        self.flash = list(new_slots(number))
        self.seconds, self.battery = 0, 100.0
        self.turns: list[tuple[bytes, Operation]] = []
        self.fault: FaultOnDemand | None = None
        self._most_kept = most_kept
        self._challenges = 0
        self._lock: DoorLock | None = None
        self.power_on(kept=False)

    @property
    def has_power(self) -> bool:
        """Whether it answers."""
        return self._lock is not None

    def power_on(self, *, kept: bool = True) -> None:
        """Put batteries in. `kept`: its counter of seconds ran on meanwhile."""
        self._lock = DoorLock(self.number, self.key, self.issuers, self.flash, self._most_kept)
        self._run(self._lock.power_on(self.seconds, kept=kept), b"")

    def hello(self) -> bytes:
        """Returns a challenge."""
        lock = self._with_power()
        if self._takes(FaultOnDemand.CLOCK_LOST):
            self.power_on(kept=False)
            lock = self._with_power()
        self._challenges += 1
        chance = sha256(
            self.key.private_numbers().private_value.to_bytes(32, "big") + b"%d" % self._challenges
        )
        return lock.hello(self.seconds, chance.digest()[:16])

    def answer(self, request: bytes) -> bytes:
        """Returns the lock's answer to a request. Raises OutOfPower where it broke off."""
        lock, before = self._with_power(), list(self.flash)
        forgets = self._takes(FaultOnDemand.LOG_GAP)
        try:
            answer = self._run(lock.answer(self.seconds, request), request)
            if forgets:  # what it has just written is gone, as where somebody puts an old memory back
                self.flash = before
                self.power_on()
            return answer
        except OutOfPower:
            self._lock = None
            raise

    def _with_power(self) -> DoorLock:
        if self._lock is None:
            raise OutOfPower
        self._lock.battery = max(0, round(self.battery))
        return self._lock

    def _takes(self, fault: FaultOnDemand) -> bool:
        """Whether this fault is the one that comes next; then it has come."""
        if self.fault is not fault:
            return False
        self.fault = None
        return True

    def _run(self, course: Course, request: bytes) -> bytes:
        answer: TurnOutcome | None = None
        while True:
            try:
                effect = course.send(answer)
            except StopIteration as done:
                result: bytes = done.value
                return result
            answer = None
            if isinstance(effect, Turn):
                answer = self._turn(effect, request)
            else:
                self._write(effect)

    def _turn(self, turn: Turn, request: bytes) -> TurnOutcome:
        self.battery = max(0.0, self.battery - TURN_COSTS)
        self.turns.append((request, turn.operation))
        if self._takes(FaultOnDemand.POWER_LOST_IN_TURN):
            raise OutOfPower
        return TurnOutcome.JAMMED if self._takes(FaultOnDemand.JAM) else TurnOutcome.DONE

    def _write(self, write: Write) -> None:
        if self._takes(FaultOnDemand.FLASH_FULL):
            raise OutOfPower  # a chip that takes no write: the lock stops before it turns
        if self._takes(FaultOnDemand.POWER_LOST_IN_WRITE):
            torn = len(write.data) // 2
            self.flash[write.slot] = write.data[:torn] + self.flash[write.slot][torn:]
            raise OutOfPower
        self.flash[write.slot] = write.data


class LockBox(Protocol):
    """A lock's mailbox as a phone reaches it. Raises LineBroken where the line breaks."""

    async def write(self, data: bytes) -> None:
        """Write a part, and wait until the lock has it."""
        ...

    async def read(self) -> bytes:
        """What the lock says now, and until the next write."""
        ...


class LockMailbox:
    """The lock's one characteristic: what is written to it in parts, and what is read of it until the next write.

    A request that is written twice on a connection has one answer: the lock is asked once.
    """

    def __init__(self, hello: Callable[[], bytes], answer: Callable[[bytes], bytes]) -> None:
        self._hello, self._answer = hello, answer
        self._parts = bytearray()
        self._answered = (b"", b"")
        self.value = b""

    def hang_up(self) -> None:
        """The connection has ended: half a request is forgotten, and the next phone reads nothing of this one."""
        self._parts.clear()
        self._answered = (b"", b"")
        self.value = b""

    def write(self, data: bytes) -> None:
        """Take a write: a byte of flags, and up to 240 bytes. What is not of that form empties the box."""
        flags, part = (data[0], data[1:]) if data else (0, b"")
        if flags & GIVE_HELLO:
            self._parts.clear()
            self._answered = (b"", b"")
            self.value = self._given(self._hello)
            return
        self._parts += part
        if len(part) > CHUNK or len(self._parts) > MAX_REQUEST + MAX_HELLO:
            self._parts.clear()
            self.value = b""
        elif flags & LAST:
            request = bytes(self._parts)
            self._parts.clear()
            if not request or request != self._answered[0]:
                self._answered = (request, self._given(lambda: self._answer(request)))
            self.value = self._answered[1]

    @staticmethod
    def _given(answer: Callable[[], bytes]) -> bytes:
        try:
            return answer()
        except OutOfPower:
            return b""


def parts_of(message: bytes, size: int | None = None) -> list[bytes]:
    """The writes of a message, each with its byte of flags. `size`: bytes of a part, 240 at most."""
    size = min(size or CHUNK, CHUNK)
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    return [bytes([LAST * (number == len(parts))]) + part for number, part in enumerate(parts, 1)]
