# SPDX-License-Identifier: EUPL-1.2
"""The period that figures are of: a quarter, a month or a year, chosen in the address as 2026-Q4, 2026-11 or 2026."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

MONTHS = (
    gettext_noop("januari"), gettext_noop("februari"), gettext_noop("mars"), gettext_noop("april"),
    gettext_noop("maj"), gettext_noop("juni"), gettext_noop("juli"), gettext_noop("augusti"),
    gettext_noop("september"), gettext_noop("oktober"), gettext_noop("november"), gettext_noop("december"),
)  # fmt: skip
QUARTERS = (
    gettext_noop("första kvartalet"), gettext_noop("andra kvartalet"), gettext_noop("tredje kvartalet"),
    gettext_noop("fjärde kvartalet"),
)  # fmt: skip
ASKED = re.compile(r"(20[0-9]{2})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
MOST = {"quarter": 8, "month": 12, "year": 3}
"""How many of each there are to choose among, the latest first."""
A_QUARTER = 3  # months


class Period(NamedTuple):
    """A period, both days included: as the address has it, and in words."""

    value: str
    word: str
    first: date
    last: date


def asked_for(value: str, today: date) -> Period:
    """The period that the address asks for; the quarter of today where it asks for none. Raises Http404."""
    if not value:
        return _quarter(today.year, (today.month - 1) // A_QUARTER)
    read = ASKED.fullmatch(value)
    if read is None:
        raise Http404
    year, quarter, month = read.groups()
    if quarter:
        return _quarter(int(year), int(quarter) - 1)
    return _month(int(year), int(month)) if month else _year(int(year))


def to_choose(today: date, since: date) -> list[tuple[str, list[Period]]]:
    """The periods up to today in which something may have been asked: quarters, months and years."""
    kinds = ((_("Kvartal"), "quarter"), (_("Månad"), "month"), (_("År"), "year"))
    chosen = []
    for word, kind in kinds:
        periods = [period for period in _back_from(today, kind) if period.last >= since]
        chosen.append((word, periods))
    return chosen


def in_words(day: date) -> str:
    """A day as a document writes it: 29 november 2016."""
    return f"{day.day}\N{NO-BREAK SPACE}{_(MONTHS[day.month - 1])} {day.year}"


def _back_from(today: date, kind: str) -> Iterator[Period]:
    for step in range(MOST[kind]):
        if kind == "year":
            yield _year(today.year - step)
        elif kind == "quarter":
            year, quarter = divmod(today.year * 4 + (today.month - 1) // A_QUARTER - step, 4)
            yield _quarter(year, quarter)
        else:
            year, month = divmod(today.year * 12 + today.month - 1 - step, 12)
            yield _month(year, month + 1)


def _quarter(year: int, quarter: int) -> Period:
    first, last = quarter * A_QUARTER + 1, quarter * A_QUARTER + A_QUARTER
    days = (date(year, first, 1), date(year, last, monthrange(year, last)[1]))
    return Period(f"{year}-Q{quarter + 1}", f"{_(QUARTERS[quarter])} {year}", *days)


def _month(year: int, month: int) -> Period:
    days = (date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return Period(f"{year}-{month:02}", f"{_(MONTHS[month - 1])} {year}", *days)


def _year(year: int) -> Period:
    return Period(str(year), str(year), date(year, 1, 1), date(year, 12, 31))
