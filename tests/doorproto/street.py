# SPDX-License-Identifier: EUPL-1.2
"""A lock, phones and an issuer with fixed keys, and somebody who runs the lock and may cut its power."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from troskel.doorproto.cose import NAME, PrivateKey, name_of, point_of, sign
from troskel.doorproto.errors import Code, UnsignedError
from troskel.doorproto.issuer import Issuer
from troskel.doorproto.lock import DoorLock, Turn, Write
from troskel.doorproto.memory import MOST_KEPT, new_slots
from troskel.doorproto.messages import (
    MAX_REQUEST,
    MAX_RESULT,
    DoorGrant,
    DoorRequest,
    DoorResult,
    Hello,
    Operation,
    Scope,
    TurnOutcome,
)
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result

NOW = 1_796_000_000
"""Some time in the autumn of 2026; ticks are counted from 0."""

HOUR = 3600
ALL = Scope.UNLOCK | Scope.LOCK | Scope.UNLATCH


def key(name: str) -> PrivateKey:
    """A key that is the same each time."""
    return ec.derive_private_key(int.from_bytes(sha256(name.encode()).digest()) >> 1, ec.SECP256R1())


ISSUER, OTHER_ISSUER, LOCK, OTHER_LOCK = key("issuer"), key("other issuer"), key("lock"), key("other lock")
ANNA, BO = key("anna"), key("bo")
LOCK_ID, OTHER_LOCK_ID = bytes.fromhex("00c0ffee00c0ffee"), bytes.fromhex("00c0ffee00c0fff0")
ISSUERS = {name_of(ISSUER.public_key()): ISSUER.public_key()}

_ISSUERS = {id(issuer): Issuer(issuer) for issuer in (ISSUER, OTHER_ISSUER)}


def granted(phone: PrivateKey = ANNA, **changed: Any) -> DoorGrant:
    """A grant of a shift from NOW on."""
    values: dict[str, Any] = {
        "lock": LOCK_ID,
        "phone": point_of(phone.public_key()),
        "id": b"grant--1",
        "issued": NOW,
        "begins": NOW,
        "ends": NOW + 9 * HOUR,
        "scope": ALL,
        "epoch": 0,
        "acknowledged": 0,
    }
    return DoorGrant(**values | changed)


def issue(grant: DoorGrant, issuer: PrivateKey = ISSUER) -> bytes:
    return _ISSUERS[id(issuer)].issue(grant)


class PowerLost(Exception):
    """Somebody took the batteries out."""


class Door:
    """A lock and its surroundings. `turns`: what the motor has done, with the request that was being answered.

    `cut(step)` says at which step power is lost: each write counts twice (before and torn), each turn twice.
    """

    def __init__(
        self,
        lock_id: bytes = LOCK_ID,
        lock: PrivateKey = LOCK,
        cut: Callable[[], bool] = lambda: False,
        jams: Callable[[], bool] = lambda: False,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self.most_kept = most_kept
        self.id, self.key, self.cut, self.jams = lock_id, lock, cut, jams
        self.slots = list(new_slots(lock_id))
        self.writes = 0
        self.turns: list[tuple[bytes, Operation]] = []
        self.ticks, self.nonces = 0, 0
        self.power_on()

    def power_on(self, *, kept: bool = True, ticks: int | None = None) -> None:
        self.ticks = self.ticks if ticks is None else ticks
        self.lock = DoorLock(self.id, self.key, ISSUERS, self.slots, self.most_kept)
        self.run(self.lock.power_on(self.ticks, kept=kept))

    def run(self, course: Any, request: bytes = b"") -> bytes:
        answer = None
        while True:
            try:
                effect = course.send(answer)
            except StopIteration as done:
                result: bytes = done.value
                return result
            answer = self._do(effect, request)

    def _do(self, effect: Write | Turn, request: bytes) -> TurnOutcome | None:
        if self.cut():
            raise PowerLost
        if isinstance(effect, Turn):
            self.turns.append((request, effect.operation))
            if self.cut():
                raise PowerLost
            return TurnOutcome.JAMMED if self.jams() else TurnOutcome.DONE
        if self.cut():
            half = len(effect.data) // 2
            self.slots[effect.slot] = effect.data[:half] + self.slots[effect.slot][half:]
            raise PowerLost
        self.slots[effect.slot] = effect.data
        self.writes += 1
        return None

    def hello(self) -> bytes:
        self.nonces += 1
        return self.lock.hello(self.ticks, sha256(b"%d" % self.nonces).digest()[:16])

    def answer(self, request: bytes) -> bytes:
        answer = self.run(self.lock.answer(self.ticks, request), request)
        assert len(request) > MAX_REQUEST or len(answer) <= MAX_RESULT
        return answer

    def read(self, request: bytes) -> DoorResult:
        """The lock's answer, as a phone reads it."""
        return read_result(self.answer(request), request, self.key.public_key())

    def open(
        self,
        grant: bytes,
        phone: PrivateKey = ANNA,
        operation: Operation = Operation.UNLOCK,
        since: int = 0,
    ) -> DoorResult:
        """All of it: challenge, request, result."""
        return self.read(asking(self.hello(), grant, phone, operation, since))

    def refuses(self, request: bytes) -> Code:
        """Why the lock takes nothing of it. Nothing may have turned or been written."""
        before = (len(self.turns), self.writes)
        answer = self.answer(request)
        assert (len(self.turns), self.writes) == before, "it touched something"
        try:
            read_result(answer, request, self.key.public_key())
        except UnsignedError as error:
            return error.code
        raise AssertionError("it gave a signed result")


def asking(
    hello: bytes,
    grant: bytes,
    phone: PrivateKey = ANNA,
    operation: Operation = Operation.UNLOCK,
    since: int = 0,
) -> bytes:
    """A request as the phone makes it."""
    lock = Hello.of_bytes(hello).lock
    return ask(hello, lock, grant, phone, DoorRequest(operation, b"phone--1", NOW, since))


def signed(claims: Mapping[Any, Any] | bytes, issuer: PrivateKey = ISSUER) -> bytes:
    """A grant that the issuer really signed, whatever it says: as a faulty or future server would."""
    from troskel.doorproto.cbor import encode

    payload = claims if isinstance(claims, bytes) else encode(dict(claims))
    return sign(issuer, payload, b"", kid=name_of(issuer.public_key())[:NAME])


def sure(door: Door, at: int = NOW) -> None:
    """Put the lock's clock right, as the locksmith does."""
    nonce = Hello.of_bytes(hello := door.hello()).nonce
    once = granted(issued=at, begins=at, ends=at + 120, nonce=nonce, id=b"mounting")
    result = door.read(asking(hello, issue(once), operation=Operation.READ))
    assert (result.clock, result.sure) == (at, True)
