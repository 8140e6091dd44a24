# SPDX-License-Identifier: EUPL-1.2
"""The rows of a month for clients of another municipality (O2), and the way of a basis form (O3). Pure Python."""

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


class Visited(NamedTuple):
    """A visit to a client of another municipality, as far as an invoice needs it."""

    case: str
    organisation: str
    home_municipality: str
    arrived: datetime
    departed: datetime | None


class Count(NamedTuple):
    """What a month comes to. Time in whole minutes, of the visits whose departure is known."""

    visits: int = 0
    minutes: int = 0
    without_departure: int = 0


class InvoiceRow(NamedTuple):
    """One client's month with one provider: a row of its own (O2)."""

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
    if found is None or int(found[1]) not in YEARS:
        raise BadValue("month", "{written!r} is no month: write it as 2026-11", written=month)
    first = date(int(found[1]), int(found[2]), 1)
    return first, months.first_of_next(first)


def month_before(day: date) -> str:
    """The last month that has ended by the day."""
    return months.month_of(day.replace(day=1) - timedelta(days=1))


def add(count: Count, arrived: datetime, departed: datetime | None) -> Count:
    """One visit more. Without a departure it is counted, and no time is guessed."""
    minutes = int((departed - arrived).total_seconds() // 60) if departed else 0
    return Count(count.visits + 1, count.minutes + minutes, count.without_departure + (departed is None))


def invoice_rows(month: str, visits: Iterable[Visited]) -> list[InvoiceRow]:
    """The rows of the month, by client and provider. A visit belongs to the month in which it began, in Sweden."""
    first, following = days_of(month)
    counts: dict[tuple[str, str, str], Count] = {}
    for visit in visits:
        if first <= clock.day_of(visit.arrived) < following:
            key = (visit.case, visit.organisation, visit.home_municipality)
            counts[key] = add(counts.get(key, Count()), visit.arrived, visit.departed)
    return [InvoiceRow(month, *key, *counts[key]) for key in sorted(counts)]


def has_ended(month: str, today: date) -> None:
    """A month is billed when it is over (O2)."""
    _, following = days_of(month)
    if today < following:
        raise Refusal("O2", "{month} has not ended: bill it from {day} on", month=month, day=following)


def of_a_provider(paragraph: str, organisation: UUID | None) -> UUID:
    """A provider bills and signs what it has done itself."""
    if organisation is None:
        raise Refusal(paragraph, "is done by a provider's coordinator: the system itself can't")
    return organisation


def somebody_to_bill(month: str, found: int) -> None:
    """There is a row only for a client of another municipality who had care (O2); never for an own client."""
    if not found:
        raise Refusal(
            "O2",
            "no client of another municipality had home care from your organisation in {month}",
            month=month,
        )


# the basis form: made, signed, sent, received; no way back, and no step left out

NEXT = {"made": "signed", "signed": "sent", "sent": "received"}
STEPS = ("made", "signed", "sent", "received")


def may_become(number: str, state: str, wanted: str) -> None:
    """Each step once, and in order (O3)."""
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


def not_signed(month: str, case: str, state: str | None, billed: Count, reckoned: Count) -> None:
    """What has been signed is not billed anew (O2, O3): it would say something else than the form."""
    if state not in (None, "made") and billed != reckoned:
        more = reckoned.visits - billed.visits
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
    """Basis forms are made of the month's rows (O3)."""
    if not rows:
        raise Refusal(
            "O3", "your organisation has no rows for {month}: bill the month first (O2)", month=month
        )


def is_as_billed(number: str, form: Count, row: Count, reckoned: Count) -> None:
    """What is signed is what was billed, and what the visits say (O3)."""
    if row != reckoned:
        raise Refusal(
            "O3",
            "visits have changed since form {form} was made: bill the month and make the form anew",
            form=number,
        )
    if form != row:
        raise Refusal(
            "O3", "the month has been billed anew since form {form} was made: make it anew", form=number
        )
