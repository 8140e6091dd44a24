# SPDX-License-Identifier: EUPL-1.2
"""Which days have been turned, and whether more of them wait for a person than may be turned without one."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings

from troskel.duties.models import DayConfirmed, DayTurned
from troskel.ground.compiled_query import CompiledQuery

MOST_DAYS = 7
"""After a longer standstill, or with a clock that is wrong, no day is turned without a person."""


def last_turned(municipality: str) -> date | None:
    """Returns the last day that has been turned, or None where none has."""
    return next((day for (day,) in _LAST_TURNED(municipality)), None)


def waits(municipality: str, last: date | None, today: date) -> bool:
    """Is there more than a week to turn since `last`, and nobody has said in that week which day it is?

    Never in the demo, which rests between two starts.
    """
    if settings.DEMO or last is None or (today - last).days <= MOST_DAYS:
        return False
    said = DayConfirmed.objects.filter(municipality=municipality, day__gt=today - timedelta(days=MOST_DAYS))
    return not said.filter(day__lte=today).exists()


_LAST_TURNED = CompiledQuery(
    lambda municipality: (
        DayTurned.objects.filter(municipality=municipality).order_by("-day").values_list("day")[:1]
    )
)
