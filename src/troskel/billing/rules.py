# SPDX-License-Identifier: EUPL-1.2
"""Invoice rows for clients of another municipality (O2), and transitions of a basis form (O3). Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from troskel.ground import clock
from troskel.ground.refusals import BadValue, Refusal
from troskel.routine import months

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
YEARS = range(1990, 2200)

# the rows


class BillableVisit(NamedTuple):
    """A visit to a client of another municipality, with what an invoice needs."""

    case: str
    organisation: str
    home_municipality: str
    arrived: datetime
    departed: datetime | None


class Count(NamedTuple):
    """Counts of a month. `minutes`: of visits with a known departure."""

    visits: int = 0
    minutes: int = 0
    without_departure: int = 0


class InvoiceRowFacts(NamedTuple):
    """The counts of one client's month with one provider (O2)."""

    month: str
    case: str
    organisation: str
    home_municipality: str
    visits: int
    minutes: int
    without_departure: int


def month_bounds(month: str) -> tuple[date, date]:
    """Returns the first day of the month (as 2026-11), and of the next. Raises BadValue for a malformed month."""
    match = _MONTH.fullmatch(month)
    if match is None or int(match[1]) not in YEARS:
        raise BadValue("month", "{written!r} is no month: write it as 2026-11", written=month)
    first = date(int(match[1]), int(match[2]), 1)
    return first, months.first_of_next(first)


def month_before(day: date) -> str:
    """The last month that has ended before the day."""
    return months.month_of(day.replace(day=1) - timedelta(days=1))


def add_visit(count: Count, arrived: datetime, departed: datetime | None) -> Count:
    """Adds a visit. Without a departure it adds no minutes."""
    minutes = int((departed - arrived).total_seconds() // 60) if departed else 0
    return Count(count.visits + 1, count.minutes + minutes, count.without_departure + (departed is None))


def invoice_rows(month: str, visits: Iterable[BillableVisit]) -> list[InvoiceRowFacts]:
    """The rows of the month by client and provider. A visit belongs to the month of its arrival, Swedish time."""
    first, following = month_bounds(month)
    counts: dict[tuple[str, str, str], Count] = {}
    for visit in visits:
        if first <= clock.day_of(visit.arrived) < following:
            key = (visit.case, visit.organisation, visit.home_municipality)
            counts[key] = add_visit(counts.get(key, Count()), visit.arrived, visit.departed)
    return [InvoiceRowFacts(month, *key, *counts[key]) for key in sorted(counts)]


def has_ended(month: str, today: date) -> None:
    """A month is billed after its end (O2)."""
    _, following = month_bounds(month)
    if today < following:
        raise Refusal("O2", "{month} has not ended: bill it from {day} on", month=month, day=following)


def billing_organisation(paragraph: str, organisation: UUID | None) -> UUID:
    """Returns the billing organisation; the system itself can't bill or sign."""
    if organisation is None:
        raise Refusal(paragraph, "is done by a provider's coordinator: the system itself can't")
    return organisation


def somebody_to_bill(month: str, rows: int) -> None:
    """Rows exist only for clients of another municipality who had care (O2)."""
    if not rows:
        raise Refusal(
            "O2",
            "no client of another municipality had home care from your organisation in {month}",
            month=month,
        )


# the basis form: made, signed, sent, received; no step back, none skipped

NEXT = {"made": "signed", "signed": "sent", "sent": "received"}
STEPS = ("made", "signed", "sent", "received")


def may_become(number: str, state: str, wanted: str) -> None:
    """Each step is taken once and in order (O3)."""
    if NEXT.get(state) == wanted:
        return
    if STEPS.index(state) >= STEPS.index(wanted):
        raise Refusal(
            "O3",
            "form {form} is {form_state} already: nothing more is to be done with it here",
            form=number,
            form_state=wanted,
        )
    raise Refusal(
        "O3",
        "form {form} is only {form_state}: it must be {next_state} first",
        form=number,
        form_state=state,
        next_state=NEXT[state],
    )


def not_signed(month: str, case: str, state: str | None, billed: Count, computed: Count) -> None:
    """A month with a signed form is not billed again with other counts (O2, O3)."""
    if state not in (None, "made") and billed != computed:
        more = computed.visits - billed.visits
        raise Refusal(
            "O3",
            "the basis form of {case} for {month} is {form_state}, and the visits say otherwise since ({more:+}): "
            "the row stays as it was signed; tell the social office what differs",
            case=case,
            month=month,
            form_state=state,
            more=more,
        )


def is_billed(month: str, rows: int) -> None:
    """Basis forms need the month's rows (O3)."""
    if not rows:
        raise Refusal(
            "O3", "your organisation has no rows for {month}: bill the month first (O2)", month=month
        )


def is_as_billed(number: str, form: Count, row: Count, computed: Count) -> None:
    """A form is signed only if it equals the billed row and the visits (O3)."""
    if row != computed:
        raise Refusal(
            "O3",
            "visits have changed since form {form} was made: bill the month and make the form anew",
            form=number,
        )
    if form != row:
        raise Refusal(
            "O3", "the month has been billed anew since form {form} was made: make it anew", form=number
        )
