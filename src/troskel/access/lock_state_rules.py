# SPDX-License-Identifier: EUPL-1.2
"""What is known of a lock, and what is wrong with it: unknown is said as unknown, and locked is never concluded.

Pure Python.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from troskel.access.drivers import BoltPosition
from troskel.access.rules import LOW_BATTERY_PER_CENT, LockOutcome
from troskel.ground.choices import Choice
from troskel.ground.texts import _

FRESH = timedelta(hours=1)
"""For so long an observation says where the bolt is."""

FAILED = (LockOutcome.JAMMED, LockOutcome.NO_ANSWER, LockOutcome.UNKNOWN)
"""Outcomes of the last opening that somebody must see to. A lock that refused has worked."""


class LockTrouble(Choice, question=_("Vad behöver ses till?")):
    """Why a lock needs somebody's attention."""

    BATTERY = "battery", _("Svagt batteri")
    FAILED = "failed", _("Senaste öppningen gick inte")
    LOG = "log", _("Låsets logg stämmer inte")
    CODES = "codes", _("En kod är inte som den ska")
    SILENT = "silent", _("Har aldrig hörts av")


class BatteryTold(NamedTuple):
    """Per cent, and when it was told."""

    battery: int
    at: datetime


def bolt_now(bolt: str, seen: datetime | None, now: datetime) -> BoltPosition:
    """Where the bolt is: as it was observed, if that is not too long ago."""
    return BoltPosition(bolt) if seen is not None and now - seen <= FRESH else BoltPosition.UNKNOWN


def newest(*told: BatteryTold | None) -> BatteryTold | None:
    """The battery as it was told last."""
    return max((one for one in told if one is not None), key=lambda one: one.at, default=None)


def troubles(
    *, battery: int | None, outcome: str, is_log_wrong: bool, codes_apart: int, is_heard: bool
) -> list[LockTrouble]:
    """What somebody must see to at a lock. `is_heard`: it has been observed, or has answered an opening, once."""
    found = {
        LockTrouble.BATTERY: battery is not None and battery < LOW_BATTERY_PER_CENT,
        LockTrouble.FAILED: outcome in FAILED,
        LockTrouble.LOG: is_log_wrong,
        LockTrouble.CODES: codes_apart > 0,
        LockTrouble.SILENT: not is_heard,
    }
    return [trouble for trouble, is_so in found.items() if is_so]
