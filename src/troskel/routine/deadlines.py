# SPDX-License-Identifier: EUPL-1.2
"""Due days, the day a duty opens, and the first day it may be attested."""

from __future__ import annotations

from datetime import date, timedelta

from troskel.routine import calendar
from troskel.routine.bases import BASES
from troskel.routine.model import Ask, Due, Step
from troskel.routine.subjects import Case

__all__ = ["BASES", "attest_from", "due_day", "opening_day"]


def due_day(due: Due, case: Case, eves: tuple[str, ...]) -> date | None:
    """The day it is due, or None while what it counts from has not happened.

    Nobody can have kept a deadline that passed before the duty became theirs: it is due on that day at the earliest
    (rule 9).
    """
    day = _counted_day(due, case, eves)
    return None if day is None else max(day, case.theirs_since)


def _counted_day(due: Due, case: Case, eves: tuple[str, ...]) -> date | None:
    """The latest of several days is known when all of them are; the earliest when one is."""
    days = [(BASES[step.base].day(case), step) for step in due.steps]
    known = [_counted(base, step, eves) for base, step in days if base is not None]
    if not known or (due.latest and len(known) < len(days)):
        return None
    return max(known) if due.latest else min(known)


def opening_day(ask: Ask, case: Case, eves: tuple[str, ...]) -> date | None:
    """The day an ask with `opens` opens, or None while its due day is not known."""
    due = _counted_day(ask.due, case, eves) if ask.due else None
    return _counted(due, ask.opens, eves) if due is not None and ask.opens is not None else None


def attest_from(ask: Ask, opened: date, due: date | None, eves: tuple[str, ...]) -> date | None:
    """The first day on which a duty may be attested; None where any day will do.

    A duty that opens a stated time before its due day is never attested before it opened. While it is counted from a
    due day that is not known, no day has come: date.max.
    """
    step = ask.attest_from
    if step is None:
        return opened if ask.opens is not None else None
    base = opened if step.base == "opened" else due
    if base is None:
        return date.max
    first = _counted(base, step, eves)
    return max(first, opened) if ask.opens is not None else first


def _counted(base: date, step: Step, eves: tuple[str, ...]) -> date:
    if step.working:
        return calendar.add_working_days(base, step.days, eves)
    return base + timedelta(days=step.days)
