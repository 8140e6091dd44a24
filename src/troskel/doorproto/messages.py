# SPDX-License-Identifier: EUPL-1.2
"""What the messages hold, and their bounds. Times are seconds since 1970 (UTC), up to the year 2106.

Each `of_…` takes what its `encode` or `claims` would write, byte by byte, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, IntFlag
from hashlib import sha256
from typing import Self

import msgspec

from troskel.doorproto.cbor import Item, decode, encode, encode_ordered
from troskel.doorproto.cose import NAME, POINT
from troskel.doorproto.errors import Code, DoorError, UnsignedError

VERSION = 1
MAX_HELLO, MAX_GRANT, MAX_REQUEST, MAX_RESULT = 48, 240, 340, 512
MAX_PROOF = MAX_REQUEST - MAX_GRANT - 5
LONGEST, LONGEST_EMERGENCY, LONGEST_ONCE = 14 * 3600, 2 * 3600, 120
"""Seconds from a grant's issue to its end, at most: a shift, an emergency, a grant for one challenge."""

MOST_DENIED, MOST_DENIED_ONCE = 3, 1
"""Keys denied in one grant, and in a grant for one challenge."""

MOST_LINES = 9
"""Lines of the log in one result."""

U8, U16, U32 = 0xFF, 0xFFFF, 0xFFFF_FFFF
LOCK, NONCE, PHONE_NONCE, GRANT_ID, HASH = 8, 16, 8, 8, 32
"""Bytes of each."""

PRIVATE = -70001
"""Our own claim: epoch, acknowledged line, denied keys."""


class Operation(IntEnum):
    """What is asked of a lock. CLOCK is asked of none: the lock notes that its clock was put right."""

    READ = 0
    UNLOCK = 1
    LOCK = 2
    UNLATCH = 3
    CLOCK = 8


class Scope(IntFlag):
    """What a grant is good for. Reading the log needs none of them."""

    UNLOCK = 1
    LOCK = 2
    UNLATCH = 4
    EMERGENCY = 16


class TurnOutcome(IntEnum):
    """How it went. UNKNOWN: power was lost in the middle, and the lock may have turned."""

    READ = 0
    DONE = 1
    JAMMED = 2
    REFUSED = 3
    UNKNOWN = 4


class Bolt(IntEnum):
    """Where the bolt is, as far as the lock knows."""

    UNKNOWN = 0
    LOCKED = 1
    UNLOCKED = 2
    UNLATCHED = 3


_NUMBERS = {kind: frozenset(map(int, kind)) for kind in (Operation, TurnOutcome, Bolt, Code)}
ALL_SCOPES = Scope.UNLOCK | Scope.LOCK | Scope.UNLATCH | Scope.EMERGENCY
ASKED_OF_LOCKS = (Operation.READ, Operation.UNLOCK, Operation.LOCK, Operation.UNLATCH)


def _fit(most: int, *numbers: object) -> bool:
    """Whether each is a number from 0 to `most`; True is none, though Python takes it for 1."""
    return all(type(number) is int and 0 <= number <= most for number in numbers)


class DoorGrant(msgspec.Struct, frozen=True):
    """A right to operate one lock with one phone's key.

    `phone`: the key, a compressed point. `acknowledged`: the log's last line that the server has. `denied`: names of
    keys, each with the second until which it is denied. `nonce`: where it is good for one challenge alone.
    """

    lock: bytes
    phone: bytes
    id: bytes
    issued: int
    begins: int
    ends: int
    scope: Scope
    epoch: int
    acknowledged: int
    denied: Mapping[bytes, int] = {}
    nonce: bytes = b""

    def __post_init__(self) -> None:
        """Raise `grant.form` or `grant.period` where no issuer may make it and no lock may take it."""
        if (
            (len(self.lock), len(self.phone), len(self.id)) != (LOCK, POINT, GRANT_ID)
            or len(self.nonce) not in (0, NONCE)
            or not _fit(U32, self.issued, self.begins, self.ends, self.epoch, self.acknowledged)
            or not _fit(U32, *self.denied.values())
            or len(self.denied) > (MOST_DENIED_ONCE if self.nonce else MOST_DENIED)
            or any(len(key) != NAME for key in self.denied)
            or not 0 < self.scope <= ALL_SCOPES
            or self.scope & ~ALL_SCOPES
        ):
            raise DoorError(Code.GRANT_FORM)
        longest = LONGEST_EMERGENCY if Scope.EMERGENCY in self.scope else LONGEST
        longest = LONGEST_ONCE if self.nonce else longest
        if not self.issued <= self.begins < self.ends <= self.issued + longest:
            raise DoorError(Code.GRANT_PERIOD)
        if not all(self.issued <= until <= self.issued + LONGEST for until in self.denied.values()):
            raise DoorError(Code.GRANT_PERIOD)

    def claims(self) -> dict[int | bytes, Item]:
        """Returns the claims of a CWT (RFC 8392, 8747, 9200), in deterministic order."""
        key: Item = {1: 2, -1: 1, -2: self.phone[1:], -3: self.phone[0] == 3}
        claims: dict[int | bytes, Item] = {3: self.lock.hex(), 4: self.ends, 5: self.begins, 6: self.issued}
        claims |= {7: self.id, 8: {1: key}, 9: bytes([self.scope])}
        if self.nonce:
            claims[39] = self.nonce
        denied: Item = dict(sorted(self.denied.items()))
        return claims | {PRIVATE: (self.epoch, self.acknowledged, denied)}

    @classmethod
    def of_claims(cls, payload: bytes) -> Self:
        """Returns the grant of these claims. Raises a `DoorError`."""
        match decode(payload, MAX_GRANT):
            case {
                3: str(lock),
                4: int(ends),
                5: int(begins),
                6: int(issued),
                7: bytes(id),
                8: {1: {-2: bytes(x), -3: bool(odd)}},
                9: bytes(scope),
                -70001: (int(epoch), int(acknowledged), dict(denied)),
                **more,
            } if len(lock) == 2 * LOCK and len(scope) == 1:
                pass
            case _:
                raise DoorError(Code.GRANT_FORM)
        nonce = more.get(39, b"")
        try:
            lock_id = bytes.fromhex(lock)
        except ValueError:
            raise DoorError(Code.GRANT_FORM) from None
        phone = bytes([2 + odd]) + x
        until = {key: end for key, end in denied.items() if isinstance(key, bytes) and isinstance(end, int)}
        grant = cls(
            lock_id,
            phone,
            id,
            issued,
            begins,
            ends,
            Scope(scope[0]),
            epoch,
            acknowledged,
            until,
            nonce if isinstance(nonce, bytes) else b"",
        )
        if encode_ordered(grant.claims()) != payload:
            raise DoorError(Code.GRANT_FORM)
        return grant


class Hello(msgspec.Struct, frozen=True):
    """A lock's challenge. Unsigned: only its nonce is leant on. `head`: the log's last line; `battery` in per cent."""

    lock: bytes
    nonce: bytes
    clock: int
    sure: bool
    epoch: int
    head: int
    battery: int

    def encode(self) -> bytes:
        """Returns the message, 48 bytes at most."""
        return encode(
            (VERSION, self.lock, self.nonce, self.clock, self.sure, self.epoch, self.head, self.battery)
        )

    @classmethod
    def of_bytes(cls, data: bytes) -> Self:
        """Returns the challenge. Raises a `DoorError`; an `UnsignedError` where the lock says why it gives none."""
        item = decode(data, MAX_HELLO)
        raise_said(item)
        match item:
            case (int(version), *_) if version != VERSION:
                raise DoorError(Code.HELLO_VERSION)
            case (_, bytes(lock), bytes(nonce), int(clock), bool(sure), int(epoch), int(head), int(battery)):
                pass
            case _:
                raise DoorError(Code.HELLO_FORM)
        hello = cls(lock, nonce, clock, sure, epoch, head, battery)
        bounded = _fit(U32, clock, epoch, head) and _fit(100, battery)
        if not bounded or (len(lock), len(nonce)) != (LOCK, NONCE) or hello.encode() != data:
            raise DoorError(Code.HELLO_FORM)
        return hello


class DoorRequest(msgspec.Struct, frozen=True):
    """What a phone asks, signed by its key. `time`: the phone's, advisory; `since`: the log's last line it knows of."""

    operation: Operation
    nonce: bytes
    time: int
    since: int

    def encode(self) -> bytes:
        """Returns the payload of a proof of possession."""
        return encode((int(self.operation), self.nonce, self.time, self.since))

    @classmethod
    def of_payload(cls, payload: bytes) -> Self:
        """Returns what is asked. Raises `request.form`."""
        match decode(payload, MAX_PROOF):
            case (int(operation), bytes(nonce), int(time), int(since)) if operation in ASKED_OF_LOCKS:
                asked = cls(Operation(operation), nonce, time, since)
            case _:
                raise DoorError(Code.REQUEST_FORM)
        if len(nonce) != PHONE_NONCE or not _fit(U32, time, since):
            raise DoorError(Code.REQUEST_FORM)
        if asked.encode() != payload:
            raise DoorError(Code.REQUEST_FORM)
        return asked


class LogLine(msgspec.Struct, frozen=True):
    """A line of a lock's log. `phone`: the key's name. `reason`: a `Code` where it was refused, else 0."""

    number: int
    time: int
    sure: bool
    operation: Operation
    outcome: TurnOutcome
    reason: int
    phone: bytes
    grant: bytes
    battery: int

    def item(self) -> Item:
        """Returns the line as it stands in a result, and as it is hashed."""
        what = (int(self.operation), int(self.outcome), self.reason)
        return (self.number, self.time, self.sure, *what, self.phone, self.grant, self.battery)

    @classmethod
    def of_item(cls, item: Item) -> Self:
        """Returns the line. Raises `result.form`."""
        match item:
            case (
                int(number),
                int(time),
                bool(sure),
                int(operation),
                int(outcome),
                int(reason),
                bytes(phone),
                bytes(grant),
                int(battery),
            ) if operation in _NUMBERS[Operation] and outcome in _NUMBERS[TurnOutcome]:
                pass
            case _:
                raise DoorError(Code.RESULT_FORM)
        bounded = number > 0 and _fit(U32, number, time) and _fit(U8, reason) and _fit(100, battery)
        if not bounded or (len(phone), len(grant)) != (NAME, GRANT_ID):
            raise DoorError(Code.RESULT_FORM)
        return cls(
            number, time, sure, Operation(operation), TurnOutcome(outcome), reason, phone, grant, battery
        )


class LogHead(msgspec.Struct, frozen=True):
    """How far a log is known: its last line's number, and the hash of the chain up to there."""

    number: int
    hash: bytes


class DoorResult(msgspec.Struct, frozen=True):
    """A lock's answer, signed by its key. `lines` follow `since`, without a gap; they may not reach `head` yet.

    `strangers`: requests so far that no issuer or phone had signed.
    """

    outcome: TurnOutcome
    reason: int
    bolt: Bolt
    battery: int
    clock: int
    sure: bool
    strangers: int
    since: LogHead
    lines: tuple[LogLine, ...]
    head: LogHead

    def encode(self) -> bytes:
        """Returns the payload of the signed result."""
        state = (int(self.outcome), self.reason, int(self.bolt), self.battery, self.clock, self.sure)
        lines = tuple(line.item() for line in self.lines)
        log = (self.since.number, self.since.hash, lines, self.head.number, self.head.hash)
        return encode((*state, self.strangers, *log))

    @classmethod
    def of_payload(cls, payload: bytes) -> Self:
        """Returns the result. Raises a `DoorError`."""
        match decode(payload, MAX_RESULT):
            case (
                int(outcome),
                int(reason),
                int(bolt),
                int(battery),
                int(clock),
                bool(sure),
                int(strangers),
                int(since),
                bytes(since_hash),
                tuple(lines),
                int(head),
                bytes(head_hash),
            ) if outcome in _NUMBERS[TurnOutcome] and bolt in _NUMBERS[Bolt] and len(lines) <= MOST_LINES:
                pass
            case _:
                raise DoorError(Code.RESULT_FORM)
        bounded = _fit(U8, reason) and _fit(100, battery) and _fit(U16, strangers)
        if (
            not bounded
            or not _fit(U32, clock, since, head)
            or (len(since_hash), len(head_hash)) != (HASH, HASH)
        ):
            raise DoorError(Code.RESULT_FORM)
        result = cls(
            TurnOutcome(outcome),
            reason,
            Bolt(bolt),
            battery,
            clock,
            sure,
            strangers,
            LogHead(since, since_hash),
            tuple(map(LogLine.of_item, lines)),
            LogHead(head, head_hash),
        )
        if result.encode() != payload:
            raise DoorError(Code.RESULT_FORM)
        return result


def said(code: Code) -> bytes:
    """Returns a lock's unsigned message that it takes something not, and why."""
    return encode((int(code),))


def raise_said(item: Item) -> None:
    """Raise an `UnsignedError` where the item is such a message."""
    match item:
        case (int(number),) if number in _NUMBERS[Code]:
            raise UnsignedError(Code(number))


def request_aad(hello: bytes, grant: bytes) -> bytes:
    """Returns what a proof of possession is bound to besides its payload: this challenge and this grant."""
    return sha256(b"troskel door 1 request" + hello + grant).digest()


def result_aad(request: bytes) -> bytes:
    """Returns what a result is bound to besides its payload: this request."""
    return sha256(b"troskel door 1 result" + request).digest()
