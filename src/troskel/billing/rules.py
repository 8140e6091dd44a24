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
from troskel.ground.texts import _
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
    declined: bool = False


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
        raise BadValue(
            "month",
            "month.malformed",
            _("”{written}” är ingen månad. Skriv till exempel 2026-11."),
            written=month,
        )
    first = date(int(match[1]), int(match[2]), 1)
    return first, months.first_of_next(first)


def month_before(day: date) -> str:
    """The last month that has ended before the day."""
    return months.month_of(day.replace(day=1) - timedelta(days=1))


def add_visit(count: Count, arrived: datetime, departed: datetime | None, *, declined: bool = False) -> Count:
    """Adds a visit. Without a departure it adds no minutes; nor does one that the client did not want, ended or not."""
    if declined:
        return count._replace(visits=count.visits + 1)
    minutes = int((departed - arrived).total_seconds() // 60) if departed else 0
    return Count(count.visits + 1, count.minutes + minutes, count.without_departure + (departed is None))


def invoice_rows(month: str, visits: Iterable[BillableVisit]) -> list[InvoiceRowFacts]:
    """The rows of the month by client and provider. A visit belongs to the month of its arrival, Swedish time."""
    first, following = month_bounds(month)
    counts: dict[tuple[str, str, str], Count] = {}
    for visit in visits:
        if first <= clock.day_of(visit.arrived) < following:
            key = (visit.case, visit.organisation, visit.home_municipality)
            counts[key] = add_visit(
                counts.get(key, Count()), visit.arrived, visit.departed, declined=visit.declined
            )
    return [InvoiceRowFacts(month, *key, *counts[key]) for key in sorted(counts)]


def has_ended(month: str, today: date) -> None:
    """A month is billed after its end (O2)."""
    _first, following = month_bounds(month)
    if today < following:
        raise Refusal(
            "O2",
            "month.not_ended",
            _("{month} är inte slut. Fakturera från och med {day}."),
            month=month,
            day=following,
        )


def billing_organisation(paragraph: str, organisation: UUID | None) -> UUID:
    """Returns the billing organisation; the system itself can't bill or sign."""
    if organisation is None:
        raise Refusal(
            paragraph,
            "billing.not_by_the_system",
            _("Det görs av utförarens samordnare. Systemet självt kan inte göra det."),
        )
    return organisation


def somebody_to_bill(month: str, rows: int) -> None:
    """Rows exist only for clients of another municipality who had care (O2)."""
    if not rows:
        raise Refusal(
            "O2",
            "month.nothing_to_bill",
            _(
                "Ingen kund från en annan kommun hade hemtjänst hos er i {month}. "
                "Det finns inget att fakturera."
            ),
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
            "form.already_past",
            _("Blankett {form} är redan {form_state}. Det finns inget mer att göra med den här."),
            form=number,
            form_state=wanted,
        )
    raise Refusal(
        "O3",
        "form.behind",
        _("Blankett {form} är {form_state}. Den måste vara {next_state} först."),
        form=number,
        form_state=state,
        next_state=NEXT[state],
    )


def is_signed(state: str | None) -> bool:
    """Is the form of a row signed, whatever has become of it since?"""
    return state not in (None, "made")


def not_signed(month: str, case: str, state: str | None, billed: Count, computed: Count) -> None:
    """A month with a signed form is not billed again with other counts (O2, O3)."""
    if is_signed(state) and billed != computed:
        more = computed.visits - billed.visits
        raise Refusal(
            "O3",
            "form.visits_differ",
            _(
                "Underlagsblanketten för ärende {case} och {month} är {form_state}. "
                "Besöken säger nu något annat ({more:+}). Raden står kvar som den skrevs under. "
                "Berätta för socialkontoret vad som skiljer sig."
            ),
            case=case,
            month=month,
            form_state=state,
            more=more,
        )


def is_billed(month: str, rows: int) -> None:
    """Basis forms need the month's rows (O3)."""
    if not rows:
        raise Refusal(
            "O3",
            "month.not_billed",
            _("Ni har inga rader för {month}. Fakturera månaden först (O2)."),
            month=month,
        )


def is_as_billed(number: str, form: Count, row: Count, computed: Count) -> None:
    """A form is signed only if it equals the billed row and the visits (O3)."""
    if row != computed:
        raise Refusal(
            "O3",
            "form.visits_changed",
            _(
                "Besöken har ändrats sedan blankett {form} gjordes. "
                "Fakturera månaden och gör blanketten på nytt."
            ),
            form=number,
        )
    if form != row:
        raise Refusal(
            "O3",
            "form.billed_anew",
            _("Månaden har fakturerats på nytt sedan blankett {form} gjordes. Gör blanketten på nytt."),
            form=number,
        )
