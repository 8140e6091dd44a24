# SPDX-License-Identifier: EUPL-1.2
"""The retention plans of this place, and which of them is in force on a day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from troskel.duties.routines import SHIPPED
from troskel.ground.refusals import Refusal
from troskel.routine.retention import Plan
from troskel.routine.retention import in_force as latest
from troskel.routine.retention_reading import PlanRefused, read_plan


def folder() -> Path:
    """Where the plans lie: each a file `retention-<first day>.toml`."""
    return Path(settings.TROSKEL_RETENTION) if settings.TROSKEL_RETENTION else SHIPPED.parent


def in_force(day: date) -> Plan:
    """The plan in force on the day. Raises Refusal where there is none, or where a plan can't be used."""
    try:
        plan = latest(_plans(folder()), day)
    except PlanRefused as refused:
        raise Refusal("D", "a retention plan can't be used: {faults}", faults=str(refused)) from None
    if plan is None:
        raise Refusal(
            "D", "no retention plan is in force on {day}: put retention-….toml in its folder", day=day
        )
    return plan


def _plans(where: Path) -> list[Plan]:
    files = sorted(where.glob("retention-*.toml"))
    return [_read(file, file.stat().st_mtime_ns) for file in files]


@lru_cache(maxsize=64)
def _read(file: Path, changed: int) -> Plan:
    """Read once for as long as the file is not changed."""
    return read_plan(file)
