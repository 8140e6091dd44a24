# SPDX-License-Identifier: EUPL-1.2
"""Locks that speak our own protocol (`docs/door-protocol.md`): grants for phones and, by a hub, commands from here.

From here a lock is opened with a grant that is good for its challenge alone. What the lock signs is believed, and
nothing else: what somebody between says is UNKNOWN.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from troskel.access.drivers import (
    Abilities,
    BoltPosition,
    HealthFinding,
    LockAnswer,
    LockAt,
    LockEvent,
    LockState,
)
from troskel.access.locks.records import Turning
from troskel.access.locks.remote import BareLink
from troskel.access.rules import LockOutcome
from troskel.doorproto.cose import PrivateKey, PublicKey, point_of
from troskel.doorproto.errors import DoorError
from troskel.doorproto.issuer import Issuer
from troskel.doorproto.messages import (
    GRANT_ID,
    LONGEST_ONCE,
    PHONE_NONCE,
    Bolt,
    DoorGrant,
    DoorRequest,
    DoorResult,
    Hello,
    LogLine,
    Operation,
    Scope,
    TurnOutcome,
)
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result
from troskel.ground import clock


class DoorLine(Protocol):
    """A hub near the door, which carries messages to a lock and back. Raises OSError where it is not there."""

    def hello(self) -> bytes:
        """Returns a challenge."""
        ...

    def answer(self, request: bytes) -> bytes:
        """Returns the answer to a request."""
        ...


class KnownLock(NamedTuple):
    """What is known of a lock: its own number and key, what grants tell it, and its line, where there is one."""

    number: bytes
    public: PublicKey
    line: DoorLine | None = None
    epoch: int = 0
    acknowledged: int = 0


class _NotReached(Exception):
    """Nothing was sent."""


_OPERATIONS = {Turning.UNLOCK: Operation.UNLOCK, Turning.LOCK: Operation.LOCK}
_BOLTS = {
    Bolt.LOCKED: BoltPosition.LOCKED,
    Bolt.UNLOCKED: BoltPosition.UNLOCKED,
    Bolt.UNLATCHED: BoltPosition.UNLOCKED,
}
_TURNED = {
    Operation.LOCK: BoltPosition.LOCKED,
    Operation.UNLOCK: BoltPosition.UNLOCKED,
    Operation.UNLATCH: BoltPosition.UNLOCKED,
}
_EVERY_TURN = Scope.UNLOCK | Scope.LOCK | Scope.UNLATCH


class OwnProtocol(BareLink):
    """The link. `key`: the server's own, as a phone has one. `known`: what is known of a lock, or None."""

    can = Abilities(commands=True, offline_grants=True, events=True, battery=True)
    wakes = True

    def __init__(self, issuer: Issuer, key: PrivateKey, known: Callable[[LockAt], KnownLock | None]) -> None:
        self._issuer, self._key, self._known = issuer, key, known
        self._missed: set[LockAt] = set()
        self._unsure: set[LockAt] = set()
        self._jammed: set[LockAt] = set()

    def turn(self, lock: LockAt, turning: Turning, ends: float) -> LockAnswer:
        """One challenge, one request; the outcome is what the lock has signed."""
        try:
            result = self._ask(lock, _OPERATIONS[turning])
        except _NotReached:
            return LockAnswer(LockOutcome.NO_ANSWER)
        except (OSError, DoorError):
            return LockAnswer(LockOutcome.UNKNOWN)
        outcome = {
            TurnOutcome.DONE: LockOutcome.OPENED if turning is Turning.UNLOCK else LockOutcome.LOCKED,
            TurnOutcome.JAMMED: LockOutcome.JAMMED,
            TurnOutcome.REFUSED: LockOutcome.REFUSED,
        }.get(result.outcome, LockOutcome.UNKNOWN)
        (self._jammed.add if outcome is LockOutcome.JAMMED else self._jammed.discard)(lock)
        code = f"door_{result.reason}" if outcome is LockOutcome.REFUSED else ""
        return LockAnswer(outcome, code, result.battery, datetime.fromtimestamp(result.clock, UTC))

    def look(self, lock: LockAt, ends: float) -> LockState:
        """Where the bolt is, as the lock signs it."""
        try:
            result = self._ask(lock, Operation.READ)
        except (_NotReached, OSError, DoorError):
            return LockState()
        bolt = _BOLTS.get(result.bolt, BoltPosition.UNKNOWN)
        bolt = BoltPosition.JAMMED if lock in self._jammed else bolt
        return LockState(bolt, result.battery, datetime.fromtimestamp(result.clock, UTC), clock.now())

    def findings(self, lock: LockAt) -> Sequence[HealthFinding]:
        """What the last answers said of line and clock."""
        told = {HealthFinding.OFFLINE: lock in self._missed, HealthFinding.CLOCK_UNSURE: lock in self._unsure}
        return [finding for finding, is_so in told.items() if is_so]

    def events(self, lock: LockAt, after: str) -> Sequence[LockEvent]:
        """The lines of the lock's log, by their numbers."""
        since = int(after) if after.isdecimal() else 0
        lines: list[LogLine] = []
        while True:
            try:
                result = self._ask(lock, Operation.READ, since)
            except (_NotReached, OSError, DoorError):
                break
            lines += result.lines
            if not result.lines or result.lines[-1].number >= result.head.number:
                break
            since = result.lines[-1].number
        return [
            LockEvent(str(line.number), datetime.fromtimestamp(line.time, UTC), _TURNED[line.operation])
            for line in lines
            if line.outcome is TurnOutcome.DONE and line.operation in _TURNED
        ]

    def grant(self, lock: LockAt, key: bytes, until: datetime) -> bytes | None:
        """A grant for a phone, as the lock checks it."""
        known = self._known(lock)
        if known is None:
            return None
        now = int(clock.now().timestamp())
        return self._issuer.issue(_granted(known, key, now, int(until.timestamp())))

    def _ask(self, lock: LockAt, operation: Operation, since: int = 0) -> DoorResult:
        """Raises _NotReached before anything was asked; afterwards OSError or DoorError."""
        known = self._known(lock)
        if known is None or known.line is None:
            self._missed.add(lock)
            raise _NotReached
        now = int(clock.now().timestamp())
        try:
            hello = known.line.hello()
            nonce = Hello.of_bytes(hello).nonce
        except (OSError, DoorError):
            self._missed.add(lock)
            raise _NotReached from None
        once = _granted(known, point_of(self._key.public_key()), now, now + LONGEST_ONCE, nonce)
        asked = DoorRequest(operation, secrets.token_bytes(PHONE_NONCE), now, since)
        request = ask(hello, known.number, self._issuer.issue(once), self._key, asked)
        result = read_result(known.line.answer(request), request, known.public)
        self._missed.discard(lock)
        (self._unsure.discard if result.sure else self._unsure.add)(lock)
        return result


def _granted(known: KnownLock, point: bytes, now: int, ends: int, nonce: bytes = b"") -> DoorGrant:
    return DoorGrant(
        lock=known.number,
        phone=point,
        id=secrets.token_bytes(GRANT_ID),
        issued=now,
        begins=now,
        ends=ends,
        scope=_EVERY_TURN,
        epoch=known.epoch,
        acknowledged=known.acknowledged,
        nonce=nonce,
    )
