# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: UUIDv7 (RFC 9562), sorted by the time they were made."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from troskel.ground import clock

_RANDOM_BYTES = 10


def new_id() -> UUID:
    """A new UUIDv7 for this instant."""
    return _version_7(clock.now(), secrets.token_bytes(_RANDOM_BYTES))


def _version_7(instant: datetime, rest: bytes) -> UUID:
    milliseconds = int(instant.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(rest, "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)
