# SPDX-License-Identifier: EUPL-1.2
"""How the share done in time has moved, quarter by quarter: columns to draw, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from troskel.people.queries import Person
from troskel.reading import conformance
from troskel.web.routine.periods import MONTHS_IN_QUARTER, ReportPeriod, quarters_back

QUARTERS = 6
HEIGHT = 100
"""Of a full column, in SVG units: a percent each."""
MIN_HEIGHT = 2


class QuarterColumn(NamedTuple):
    """A quarter and its year, its percent (None: nothing to judge), and its column in SVG units, from the top."""

    label: str
    year: int
    percent: int | None
    y: int
    height: int


class Trend(NamedTuple):
    """The quarters in order, the last one's last; and a sentence that says the same."""

    columns: list[QuarterColumn]
    words: str


def trends(person: Person, today: date) -> tuple[Trend | None, dict[str, Trend]]:
    """Returns the trend of the whole routine and of each paragraph, where two quarters or more can be judged."""
    periods = quarters_back(today, QUARTERS)
    whole, shares = conformance.conformance_trend(
        person.actor, [(period.first, period.last) for period in periods]
    )
    paragraphs = {name: trend for name, each in shares.items() if (trend := trend_of(each, periods))}
    return trend_of(whole, periods), paragraphs


def trend_of(shares: Sequence[float | None], periods: Sequence[ReportPeriod]) -> Trend | None:
    """Returns the trend of shares; None where fewer than two can be judged."""
    percents = [None if share is None else int(share * 100) for share in shares]
    judged = [
        (period.label, percent)
        for period, percent in zip(periods, percents, strict=True)
        if percent is not None
    ]
    if len(judged) < 2:
        return None
    columns = [
        QuarterColumn(_short(period), period.first.year, percent, HEIGHT - _height(percent), _height(percent))
        for period, percent in zip(periods, percents, strict=True)
    ]
    words = ", ".join(
        _("{period} {percent} procent").format(period=label, percent=percent) for label, percent in judged
    )
    return Trend(columns, words)


def _short(period: ReportPeriod) -> str:
    return _("kv {number}").format(number=(period.last.month) // MONTHS_IN_QUARTER)


def _height(percent: int | None) -> int:
    return 0 if percent is None else max(MIN_HEIGHT, percent)
