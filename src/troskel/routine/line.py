# SPDX-License-Identifier: EUPL-1.2
"""A journal line as the routine reads it: what happened, when, to whom; never a name."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class LineFacts(msgspec.Struct, frozen=True):
    """One journal line. `occurred`: when it happened. `recorded`: when it became known (a phone may be late)."""

    number: int
    occurred: datetime
    recorded: datetime
    event: str
    homes: tuple[UUID, ...] = ()
    client: UUID | None = None
    body: dict[str, Any] = {}


@lru_cache(maxsize=1_024)  # a part's lines share one instant
def stockholm_day(instant: datetime) -> date:
    """The date in Sweden at this instant."""
    return instant.astimezone(STOCKHOLM).date()


def day_known(line: LineFacts) -> date:
    """The day the line became known; duties are opened on this day."""
    if line.event == "day.turned":
        return date.fromisoformat(line.body["day"])
    return stockholm_day(line.recorded)


@lru_cache(maxsize=65_536)
def uid(text: str) -> UUID:
    """The id that a body gives as text."""
    return UUID(text)


def uid_in(body: dict[str, Any], key: str) -> UUID | None:
    """The id under `key` in a body, or None."""
    text = body.get(key)
    return uid(text) if text else None


def day_in(body: dict[str, Any], key: str) -> date | None:
    """The day under `key` in a body, or None."""
    text = body.get(key)
    return date.fromisoformat(text) if text else None
