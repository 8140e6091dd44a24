# SPDX-License-Identifier: EUPL-1.2
"""Report periods: a quarter, a month or a year, in the URL as 2026-Q4, 2026-11 or 2026."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.http import Http404
from django.utils.translation import gettext as _

from troskel.ground import formatting

PERIOD_FORMAT = re.compile(r"(20[0-9]{2})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
MAX_PERIODS = {"quarter": 8, "month": 12, "year": 3}
"""How many periods of each kind can be chosen."""
MONTHS_IN_QUARTER = 3


class ReportPeriod(NamedTuple):
    """A period, both days included: its value in the URL and its label."""

    value: str
    label: str
    first: date
    last: date


def parse_period(value: str, today: date) -> ReportPeriod:
    """Returns the period of a URL value; today's quarter if it is empty. Raises Http404."""
    if not value:
        return _quarter(today.year, (today.month - 1) // MONTHS_IN_QUARTER)
    match = PERIOD_FORMAT.fullmatch(value)
    if match is None:
        raise Http404
    year, quarter, month = match.groups()
    if quarter:
        return _quarter(int(year), int(quarter) - 1)
    return _month(int(year), int(month)) if month else _year(int(year))


def recent_periods(today: date, since: date) -> list[tuple[str, list[ReportPeriod]]]:
    """Returns the periods from `since` to today, in groups: quarters, months and years, the latest first."""
    kinds = ((_("Kvartal"), "quarter"), (_("Månad"), "month"), (_("År"), "year"))
    groups = []
    for label, kind in kinds:
        periods = [period for period in _periods_back(today, kind) if period.last >= since]
        groups.append((label, periods))
    return groups


def quarters_back(today: date, count: int) -> list[ReportPeriod]:
    """Returns so many quarters in order, the last one today's."""
    numbers = range(today.year * 4 + (today.month - 1) // MONTHS_IN_QUARTER + 1 - count, today.year * 4 + 4)
    return [_quarter(*divmod(number, 4)) for number in numbers][:count]


def _periods_back(today: date, kind: str) -> Iterator[ReportPeriod]:
    for step in range(MAX_PERIODS[kind]):
        if kind == "year":
            yield _year(today.year - step)
        elif kind == "quarter":
            year, quarter = divmod(today.year * 4 + (today.month - 1) // MONTHS_IN_QUARTER - step, 4)
            yield _quarter(year, quarter)
        else:
            year, month = divmod(today.year * 12 + today.month - 1 - step, 12)
            yield _month(year, month + 1)


def _quarter(year: int, quarter: int) -> ReportPeriod:
    first, last = quarter * MONTHS_IN_QUARTER + 1, quarter * MONTHS_IN_QUARTER + MONTHS_IN_QUARTER
    days = (date(year, first, 1), date(year, last, monthrange(year, last)[1]))
    return ReportPeriod(f"{year}-Q{quarter + 1}", formatting.quarter(days[0]), *days)


def _month(year: int, month: int) -> ReportPeriod:
    days = (date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return ReportPeriod(f"{year}-{month:02}", formatting.month(days[0]), *days)


def _year(year: int) -> ReportPeriod:
    return ReportPeriod(str(year), str(year), date(year, 1, 1), date(year, 12, 31))
