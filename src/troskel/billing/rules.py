# SPDX-License-Identifier: EUPL-1.2
"""The rows of a month for clients of another municipality (O2). Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from troskel.ground import clock
from troskel.ground.refusals import BadValue

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class Visited(NamedTuple):
    """A visit to a client of another municipality, as far as an invoice needs it."""

    case: str
    organisation: str
    home_municipality: str
    arrived: datetime
    departed: datetime | None


class InvoiceRow(NamedTuple):
    """One client's month with one provider: a row of its own (O2). Time in whole minutes."""

    month: str
    case: str
    organisation: str
    home_municipality: str
    visits: int
    minutes: int
    without_departure: int


def days_of(month: str) -> tuple[date, date]:
    """The first day of the month, and the first of the next. Raises BadValue for what is no month (2026-11)."""
    found = _MONTH.fullmatch(month)
    if found is None:
        raise BadValue("month", f"{month!r} is no month: write it as 2026-11")
    year, number = int(found[1]), int(found[2])
    return date(year, number, 1), date(year + number // 12, number % 12 + 1, 1)


def invoice_rows(month: str, visits: Iterable[Visited]) -> list[InvoiceRow]:
    """The rows of the month, by client and provider. A visit belongs to the month in which it began, in Sweden."""
    first, following = days_of(month)
    rows: dict[tuple[str, str], InvoiceRow] = {}
    for visit in visits:
        if not first <= clock.day_of(visit.arrived) < following:
            continue
        empty = InvoiceRow(month, visit.case, visit.organisation, visit.home_municipality, 0, 0, 0)
        row = rows.get((visit.case, visit.organisation), empty)
        minutes = int((visit.departed - visit.arrived).total_seconds() // 60) if visit.departed else 0
        rows[visit.case, visit.organisation] = row._replace(
            visits=row.visits + 1,
            minutes=row.minutes + minutes,
            without_departure=row.without_departure + (visit.departed is None),
        )
    return [rows[key] for key in sorted(rows)]
