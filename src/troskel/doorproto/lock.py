# SPDX-License-Identifier: EUPL-1.2
"""A lock, as it would run in a lock: bytes in, bytes out; what it writes and turns is asked of whoever runs it.

`power_on` and `answer` are courses: each `Write` must be in flash before the course goes on, each `Turn` is answered
with how it went. Power may be lost anywhere: whoever runs the lock then drops it and makes another of what flash holds.

An operation is written before the motor turns and finished after it, and is never begun anew; so a lock turns once for
a request at most, and a line of the log is never lost.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from troskel.doorproto.cose import PrivateKey, name_of, sign
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.log import extend
from troskel.doorproto.memory import MOST_KEPT, LockMemory, remembered
from troskel.doorproto.messages import (
    MOST_LINES,
    U16,
    U32,
    Bolt,
    DoorGrant,
    DoorResult,
    Hello,
    LogLine,
    Operation,
    Scope,
    TurnOutcome,
    result_aad,
    said,
)
from troskel.doorproto.verify import Issuers, SignedRequest, read_request

NONCE_SECONDS = 60
"""A challenge lives so long, and for one request."""

EARLY_SECONDS = 120
"""A grant may begin so much later than a sure clock says."""

JUMP_SECONDS = 24 * 3600
"""A sure clock is not moved further than this by a grant, unless it is for this very challenge."""

NOTED_SECONDS = 120
"""Where a clock was put right by more than this, or moved though it was sure, the log has a line of it."""

MOST_STRANGERS, BUSY_SECONDS = 5, 10
"""After so many requests in a row that nobody had signed, the lock gives no challenge for so long."""

MOST_DENIED = 32
EMERGENCY_LINES = 8
"""Lines kept free for emergencies. What is refused is noted while half of the log is free."""


class Write(NamedTuple):
    """These bytes are to be the slot's whole content."""

    slot: int
    data: bytes


class Turn(NamedTuple):
    """The motor is to do this."""

    operation: Operation


Course: TypeAlias = Generator[Write | Turn, TurnOutcome | None, bytes]

_SCOPE_OF = {
    Operation.UNLOCK: Scope.UNLOCK,
    Operation.LOCK: Scope.LOCK,
    Operation.UNLATCH: Scope.UNLATCH,
}
_BOLT_AFTER = {
    Operation.UNLOCK: Bolt.UNLOCKED,
    Operation.LOCK: Bolt.LOCKED,
    Operation.UNLATCH: Bolt.UNLATCHED,
}


class _Challenge(NamedTuple):
    hello: bytes
    nonce: bytes
    ticks: int


class DoorLock:
    """One lock with power. `ticks`: seconds of a counter that only rises; `battery` in per cent, as it is measured."""

    def __init__(
        self,
        lock: bytes,
        key: PrivateKey,
        issuers: Issuers,
        slots: Sequence[bytes],
        most_kept: int = MOST_KEPT,
    ) -> None:
        self.battery = 100
        self._most_kept = most_kept
        self._lock, self._key, self._issuers = lock, key, issuers
        self._name = name_of(key.public_key())
        self._memory = remembered(slots)
        self._strangers = self._memory.strangers
        self._bolt = Bolt.UNKNOWN
        self._challenge: _Challenge | None = None
        self._in_a_row, self._busy_until, self._turning = 0, 0, False

    def power_on(self, ticks: int, *, kept: bool) -> Course:
        """Come to life. `kept`: the counter ran on while there was no power.

        Where an operation was begun, its outcome is UNKNOWN: it may have been done, and is not done again.
        """
        memory = self._memory
        if not kept or ticks < memory.ticks:
            memory = replace(memory, ticks=ticks, sure=False)
        if memory.pending is not None:
            memory = replace(memory, lines=(*memory.lines, memory.pending), pending=None)
        if memory != self._memory:
            yield from self._keep(memory, ticks)
        return b""

    def hello(self, ticks: int, nonce: bytes) -> bytes:
        """Returns a challenge with these 16 bytes of chance; the one before is void."""
        self._challenge = None
        if self._turning or ticks < self._busy_until:
            return said(Code.LOCK_BUSY)
        memory = self._memory
        clock = self._time(ticks)
        hello = Hello(self._lock, nonce, clock, memory.sure, memory.epoch, memory.head.number, self.battery)
        self._challenge = _Challenge(hello.encode(), nonce, ticks)
        return self._challenge.hello

    def answer(self, ticks: int, request: bytes) -> Course:
        """Do what a request asks, if it may; returns the result: signed, where issuer and phone had signed."""
        challenge, self._challenge = self._challenge, None
        if self._turning:
            return said(Code.LOCK_BUSY)
        if challenge is None or not 0 <= ticks - challenge.ticks <= NONCE_SECONDS:
            return said(Code.REQUEST_NONCE)
        try:
            asked = read_request(request, challenge.hello, self._issuers)
        except DoorError as error:
            self._count_stranger(ticks)
            return said(error.code)
        self._in_a_row, self._turning = 0, True
        try:
            return (yield from self._carry_out(asked, challenge, ticks, request))
        finally:
            self._turning = False

    def _count_stranger(self, ticks: int) -> None:
        """Only counted: who is nobody's phone can fill no log."""
        self._strangers = min(self._strangers + 1, U16)
        self._in_a_row += 1
        if self._in_a_row >= MOST_STRANGERS:
            self._in_a_row, self._busy_until = 0, ticks + BUSY_SECONDS

    def _carry_out(self, asked: SignedRequest, challenge: _Challenge, ticks: int, request: bytes) -> Course:
        grant, operation = asked.grant, asked.asked.operation
        before = memory = replace(self._memory, ticks=ticks, time=self._time(ticks))
        reason = self._out_of_date(grant, challenge, ticks)
        if reason is None:
            memory = self._learn(memory, grant, challenge)
            reason = _refused(grant, name_of(asked.phone), challenge, memory, operation)
            reason = reason or self._full(grant, memory, operation)
        line = self._line(memory, asked, TurnOutcome.UNKNOWN, reason)
        outcome = TurnOutcome.READ
        if reason is not None:
            outcome = TurnOutcome.REFUSED
            if not self._is_half_full(memory):
                memory = replace(memory, lines=(*memory.lines, replace(line, outcome=outcome)))
        elif operation is not Operation.READ:
            yield from self._keep(replace(memory, pending=line), ticks)
            outcome = (yield Turn(operation)) or TurnOutcome.UNKNOWN
            self._bolt = _BOLT_AFTER[operation] if outcome is TurnOutcome.DONE else Bolt.UNKNOWN
            memory = replace(memory, lines=(*memory.lines, replace(line, outcome=outcome)), pending=None)
        if memory != before:
            yield from self._keep(memory, ticks)
        return self._result(outcome, reason, asked.asked.since, ticks, request)

    def _out_of_date(self, grant: DoorGrant, challenge: _Challenge, ticks: int) -> Code | None:
        """Returns why nothing is learnt from the grant."""
        memory = self._memory
        if grant.epoch < memory.epoch:
            return Code.GRANT_EPOCH
        too_far = memory.sure and grant.issued > self._time(ticks) + JUMP_SECONDS
        return Code.GRANT_FUTURE if too_far and grant.nonce != challenge.nonce else None

    def _learn(self, memory: LockMemory, grant: DoorGrant, challenge: _Challenge) -> LockMemory:
        """Returns what the lock knows once it has read the grant: time, epoch, denied keys, what the server has."""
        time, sure = memory.time, memory.sure
        now, put_right = max(time, grant.issued), grant.nonce == challenge.nonce
        if put_right:
            now, sure = grant.issued, True
        denied = _denied(memory.denied, grant.denied, now)
        memory = replace(memory, epoch=grant.epoch, time=now, sure=sure, denied=denied)
        gone = min(max(grant.acknowledged - memory.acknowledged.number, 0), len(memory.lines))
        acknowledged = extend(memory.acknowledged, memory.lines[:gone])
        memory = replace(memory, acknowledged=acknowledged, lines=memory.lines[gone:])
        if not (put_right or sure) or abs(now - time) <= NOTED_SECONDS or self._is_half_full(memory):
            return memory
        what = (Operation.CLOCK, TurnOutcome.DONE, 0, self._name, grant.id, self.battery)
        return replace(memory, lines=(*memory.lines, LogLine(memory.head.number + 1, now, sure, *what)))

    def _is_half_full(self, memory: LockMemory) -> bool:
        return len(memory.lines) >= self._most_kept // 2

    def _full(self, grant: DoorGrant, memory: LockMemory, operation: Operation) -> Code | None:
        reserve = 0 if Scope.EMERGENCY in grant.scope else EMERGENCY_LINES
        full = operation is not Operation.READ and len(memory.lines) + reserve >= self._most_kept
        return Code.LOG_FULL if full else None

    def _line(
        self, memory: LockMemory, asked: SignedRequest, outcome: TurnOutcome, reason: Code | None
    ) -> LogLine:
        what = (asked.asked.operation, outcome, int(reason or 0))
        who = (name_of(asked.phone), asked.grant.id)
        return LogLine(memory.head.number + 1, memory.time, memory.sure, *what, *who, self.battery)

    def _result(
        self, outcome: TurnOutcome, reason: Code | None, since: int, ticks: int, request: bytes
    ) -> bytes:
        memory = self._memory
        known = min(max(since - memory.acknowledged.number, 0), len(memory.lines))
        result = DoorResult(
            outcome,
            int(reason or 0),
            self._bolt,
            self.battery,
            self._time(ticks),
            memory.sure,
            self._strangers,
            extend(memory.acknowledged, memory.lines[:known]),
            memory.lines[known : known + MOST_LINES],
            memory.head,
        )
        return sign(self._key, result.encode(), result_aad(request))

    def _keep(self, memory: LockMemory, ticks: int) -> Generator[Write, None, None]:
        """Write it down, and go by it only then. The clock stands as it does now."""
        memory = replace(memory, writes=self._memory.writes + 1, strangers=self._strangers)
        yield Write(*memory.slot())
        self._memory = memory

    def _time(self, ticks: int) -> int:
        return min(self._memory.time + max(ticks - self._memory.ticks, 0), U32)


def _denied(known: Mapping[bytes, int], carried: Mapping[bytes, int], now: int) -> dict[bytes, int]:
    """Returns the denied keys whose last grant has not ended; the ones that end last, where they are too many."""
    until = {key: max(known.get(key, 0), carried.get(key, 0)) for key in {**known, **carried}}
    living = sorted((end, key) for key, end in until.items() if end >= now)
    return {key: end for end, key in living[-MOST_DENIED:]}


def _refused(
    grant: DoorGrant, phone: bytes, challenge: _Challenge, memory: LockMemory, operation: Operation
) -> Code | None:
    """Returns why the grant is not good for this, by what the lock knows now; None where it is."""
    if phone in memory.denied:
        return Code.GRANT_DENIED
    if memory.time >= grant.ends:
        return Code.GRANT_EXPIRED
    if memory.sure and grant.begins > memory.time + EARLY_SECONDS:
        return Code.GRANT_EARLY
    if grant.nonce not in (b"", challenge.nonce):
        return Code.GRANT_OTHER_NONCE
    if operation is Operation.READ:
        return None
    return None if _SCOPE_OF[operation] in grant.scope else Code.GRANT_SCOPE
