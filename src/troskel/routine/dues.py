# SPDX-License-Identifier: EUPL-1.2
"""By when? The days a deadline counts from, and the counting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from troskel.routine import calendar, months, standing
from troskel.routine.line import day_in, stockholm_day
from troskel.routine.model import Due, Step
from troskel.routine.subjects import Case


def _care_begins(case: Case) -> date | None:
    client = case.client
    if client is None or client.stay is None:
        return None
    return max(client.stay, client.moved_in or client.stay)


def _first_visit(case: Case) -> date | None:
    if case.client is None or case.organisation is None:
        return None
    return case.client.first_visits.get(case.organisation)


def _booking(case: Case) -> date | None:
    starts = case.about.get("starts")
    return stockholm_day(datetime.fromisoformat(starts)) if starts else None


def _care_ended(case: Case) -> date | None:
    days = [standing.last_care_day(c) for c in case.clients()]
    return max((day for day in days if day is not None and day != standing.FOREVER), default=None)


def _told(case: Case) -> date | None:
    return max((c.told for c in case.clients() if c.told is not None), default=None)


def _month_ended(case: Case) -> date | None:
    month = case.about.get("month")
    return months.last_day_of(month) if month else None


BASES: dict[str, Callable[[Case], date | None]] = {
    "opened": lambda case: case.opened,
    "care_begins": _care_begins,
    "decision_ends": lambda case: day_in(case.about, "through"),
    "first_visit": _first_visit,
    "next_visit": lambda case: case.visit,
    "booking": _booking,
    "care_ended": _care_ended,
    "told": _told,
    "month_ended": _month_ended,
}
# Bases that may not have happened yet, and the happening that fixes them.
FIXED_BY = {"first_visit": "first.visit", "next_visit": "visit.registered"}


def due_day(due: Due, case: Case, eves: tuple[str, ...]) -> date | None:
    """The day it is due, or None while nothing it counts from has happened."""
    known = [day for step in due.steps if (day := _count(step, case, eves)) is not None]
    if not known:
        return None
    return max(known) if due.latest else min(known)


def _count(step: Step, case: Case, eves: tuple[str, ...]) -> date | None:
    base = BASES[step.base](case)
    if base is None:
        return None
    return (
        calendar.add_working_days(base, step.days, eves) if step.working else base + timedelta(days=step.days)
    )
