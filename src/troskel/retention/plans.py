# SPDX-License-Identifier: EUPL-1.2
"""The installed retention plans, and which of them is in force on a day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from troskel.duties.routines import SHIPPED
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.routine.retention import Plan
from troskel.routine.retention import in_force as latest
from troskel.routine.retention_parser import InvalidPlan, read_plan


def folder() -> Path:
    """Returns the directory of the plans, files named `retention-<first day>.toml`."""
    return Path(settings.TROSKEL_RETENTION) if settings.TROSKEL_RETENTION else SHIPPED.parent


def in_force(day: date) -> Plan:
    """Returns the plan in force on the day. Raises Refusal where there is none, or a plan is invalid."""
    try:
        plan = latest(_plans(folder()), day)
    except InvalidPlan as error:
        raise Refusal(
            "D", "retention.unusable", _("En gallringsplan går inte att använda: {faults}"), faults=str(error)
        ) from None
    if plan is None:
        raise Refusal(
            "D",
            "retention.no_plan",
            _("Ingen gallringsplan gäller {day}. Lägg retention-….toml i dess mapp."),
            day=day,
        )
    return plan


def _plans(directory: Path) -> list[Plan]:
    files = sorted(directory.glob("retention-*.toml"))
    return [_read(file, file.stat().st_mtime_ns) for file in files]


@lru_cache(maxsize=64)
def _read(file: Path, changed: int) -> Plan:
    """Reads a plan; cached until the file changes."""
    return read_plan(file)
