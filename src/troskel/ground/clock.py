# SPDX-License-Identifier: EUPL-1.2
"""The only clock. Instants are in UTC; days are calendar days in Europe/Stockholm (design, Time)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """Returns the current instant in UTC; a fixed one inside `frozen_at` or when TROSKEL_NOW is set."""
    return _frozen.get() or _environment_instant() or datetime.now(UTC)


def today() -> date:
    """Returns the current day in Stockholm."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """Returns the day in Stockholm that `instant` falls on."""
    return instant.astimezone(STOCKHOLM).date()


def midnight_after(day: date) -> datetime:
    """Returns the instant at which the day ends in Stockholm."""
    return datetime.combine(day + timedelta(days=1), time(), STOCKHOLM)


class NoSuchTime(ValueError):
    """A wall time in the hour that is left out when summer time begins."""


class TimeComesTwice(ValueError):
    """A wall time in the hour that comes twice when summer time ends, written without an offset."""


def wall_text(instant: datetime) -> str:
    """Returns the wall time in Stockholm as a field of a form takes it, 2026-11-25T13:30."""
    return instant.astimezone(STOCKHOLM).replace(tzinfo=None).isoformat(timespec="minutes")


def wall_time(text: str) -> datetime:
    """Returns the instant of a wall time in Stockholm, as 2026-11-25T13:30; with an offset written, that one is kept.

    Raises NoSuchTime, TimeComesTwice, or another ValueError where it is no time.
    """
    told = datetime.fromisoformat(text)
    if told.tzinfo is not None:
        return told
    first, second = (told.replace(tzinfo=STOCKHOLM, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None) != told:
        raise NoSuchTime(text)
    raise TimeComesTwice(text)


@contextlib.contextmanager
def frozen_at(instant: datetime) -> Iterator[None]:
    """Freezes the clock at `instant` in this context (demo, play, tests). Raises ValueError without an offset."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no offset: write for example {instant.isoformat()}+01:00")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def _environment_instant() -> datetime | None:
    text = os.environ.get("TROSKEL_NOW")
    if not text:
        return None
    return datetime.fromisoformat(text).astimezone(UTC)  # checked when the settings were read
