# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: UUIDv7 (RFC 9562), which sort by when they were made, also within a millisecond."""

from __future__ import annotations

import contextlib
import os
import secrets
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import UUID

from troskel.ground import clock

_RANDOM_BYTES = 10
_TICK_BITS, _CHANCE_BITS = 44, 30

_source: ContextVar[Callable[[int], bytes]] = ContextVar("source", default=secrets.token_bytes)


class _Ticks:
    """Rises with each call: the microseconds of a clock that nobody sets. RFC 9562 (6.2) lets an id have them after
    its millisecond.

    So what is made in one millisecond, or by programs that run after each other while the clock is set to stand
    still, sorts in the order in which it was written, and not by chance (design, rule 11).
    """

    def __init__(self) -> None:
        self._lock, self._last = threading.Lock(), 0
        self._chance: Iterator[tuple[int, ...]] = iter(())

    def next(self) -> tuple[int, int]:
        """Returns a tick, and chance bits; these are drawn for many ids at a time: asking the system takes long."""
        with self._lock:
            self._last = max(self._last + 1, time.monotonic_ns() >> 10)
            chance = next(self._chance, None)
            if chance is None:
                self._chance = struct.iter_unpack("=I", os.urandom(4096))
                chance = next(self._chance)
            return self._last % (1 << _TICK_BITS), chance[0] % (1 << _CHANCE_BITS)

    def forget_chance(self) -> None:
        """In a process that was forked: it draws its own."""
        self._chance = iter(())


_ticks = _Ticks()
os.register_at_fork(after_in_child=_ticks.forget_chance)


def new_id() -> UUID:
    """Returns a new UUIDv7 for the current instant, higher than those made before in this process.

    Inside `random_source` all bits but the millisecond are drawn from that source.
    """
    return _version_7(clock.now(), _after_the_millisecond())


def _after_the_millisecond() -> bytes:
    if _source.get() is not secrets.token_bytes:
        return random_bytes(_RANDOM_BYTES)
    tick, chance = _ticks.next()
    high, low = tick >> (_TICK_BITS - 12), tick % (1 << _TICK_BITS - 12)
    rest = (high << 64) | (low << 30) | chance
    return rest.to_bytes(_RANDOM_BYTES, "big")


def created(identifier: UUID) -> datetime:
    """Returns the instant at which a UUIDv7 was made, in UTC, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def first_id_at(instant: datetime) -> UUID:
    """Returns the lowest UUIDv7 of an instant: ids made then or later are not lower."""
    return _version_7(instant, bytes(_RANDOM_BYTES))


def random_bytes(count: int) -> bytes:
    """Returns `count` bytes from a secure source; inside `random_source`, from that source."""
    return _source.get()(count)


@contextlib.contextmanager
def random_source(source: Callable[[int], bytes]) -> Iterator[None]:
    """Takes identifiers and salts from `source` in this context, so that a simulation can be repeated exactly.

    Never use it with real people: values drawn from a seed can be guessed.
    """
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def _version_7(instant: datetime, rest: bytes) -> UUID:
    milliseconds = int(instant.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(rest, "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)
