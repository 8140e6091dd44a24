# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: UUIDv7 (RFC 9562), which sort by creation time."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import UUID

from troskel.ground import clock

_RANDOM_BYTES = 10

_source: ContextVar[Callable[[int], bytes]] = ContextVar("source", default=secrets.token_bytes)


def new_id() -> UUID:
    """Returns a new UUIDv7 for the current instant."""
    return _version_7(clock.now(), random_bytes(_RANDOM_BYTES))


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
