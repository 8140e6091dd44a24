# SPDX-License-Identifier: EUPL-1.2
"""The one clock. Instants are UTC; days are days in Europe/Stockholm (design, Time)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """This instant in UTC; a fixed one inside `standing_at` or where TROSKEL_NOW is set."""
    return _standing.get() or _fixed_by_environment() or datetime.now(UTC)


def today() -> date:
    """This day in Stockholm."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The day in Stockholm that `instant` falls on."""
    return instant.astimezone(STOCKHOLM).date()


@contextlib.contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Let the clock stand at `instant` for this thread of work (demo, play, tests)."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no offset: write for example {instant.isoformat()}+01:00")
    token = _standing.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _standing.reset(token)


def _fixed_by_environment() -> datetime | None:
    written = os.environ.get("TROSKEL_NOW")
    if not written:
        return None
    if os.environ.get("TROSKEL_PRODUCTION") == "1":
        raise RuntimeError("TROSKEL_NOW fixes the clock and is refused where TROSKEL_PRODUCTION=1: unset one")
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise RuntimeError(f"TROSKEL_NOW={written!r} is no instant with offset, as 2026-11-20T08:00:00+01:00")
    return instant.astimezone(UTC)
