# SPDX-License-Identifier: EUPL-1.2
"""How long nobody has come to a client, and after how long somebody asks: as the shipped routine says in words (P2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from troskel.prover import world as of
from troskel.prover.world import HOME_CARE, ONE_DAY, WorldClient

TIMES, LEAST, NEVER = 2, 2, 14
"""Twice as long as usual, at least two days; two weeks while nobody has come yet."""
REMEMBERED = 15
"""The latest days with a visit, of which the usual is reckoned."""


def is_expected(p: WorldClient, day: date) -> bool:
    """Is somebody to come to the client on the day?"""
    at_home = p.own and p.died is None and not of.is_gone(p, day) and not of.is_away(p, day)
    return at_home and of.covered(p, HOME_CARE, day)


def quiet_since(p: WorldClient, day: date) -> date | None:
    """The last visit, the last day away or the first day of the care, whichever is latest. None: not known."""
    if not p.came and p.taken_over:
        return None
    away = [last for _, last in p.absences if last is not None and last < day]
    return max([care_since(p, day), *p.came[-1:], *away])


def care_since(p: WorldClient, day: date) -> date:
    """The first day of home care without a day's gap until this one."""
    first = day
    while of.covered(p, HOME_CARE, first - ONE_DAY):
        first -= ONE_DAY
    return first


def limit(p: WorldClient, day: date) -> int | None:
    """The days after which it is asked; None: it is not known how often somebody comes."""
    if not p.came:
        return NEVER
    intervals = sorted(_intervals(p, day))
    return max(LEAST, TIMES * intervals[-2]) if len(intervals) > 1 else None


def _intervals(p: WorldClient, day: date) -> Iterator[int]:
    days = [one for one in p.came[-REMEMBERED:] if one >= care_since(p, day)]
    for number, later in enumerate(days[1:]):
        between = range(1, (later - days[number]).days)
        if not any(of.is_away(p, days[number] + timedelta(days=n)) for n in between):
            yield (later - days[number]).days


def is_silent(p: WorldClient, day: date) -> bool:
    """Has nobody come for too long?"""
    if not is_expected(p, day):
        return False
    since, days = quiet_since(p, day), limit(p, day)
    return since is not None and days is not None and (day - since).days >= days


def next_day(p: WorldClient, day: date) -> date | None:
    """The next day on which it is asked, or asked anew; None where nobody is expected, or it is not known when."""
    if not is_expected(p, day):
        return None
    since, days = quiet_since(p, day), limit(p, day)
    if since is None or days is None:
        return None
    return since + timedelta(days=((day - since).days // days + 1) * days)
