# SPDX-License-Identifier: EUPL-1.2
"""Swedish working days, against the `holidays` package."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from troskel.routine.calendar import add_working_days, free_days, is_working_day


@pytest.mark.parametrize("year", range(2000, 2100))
def test_the_holidays_of_every_year(year: int):
    known = set(holidays.country_holidays("SE", years=year, include_sundays=False, categories=("public",)))
    assert free_days(year, ()) == known


def test_the_three_eves_are_free_unless_the_routine_says_otherwise():
    for eve in (date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31)):
        assert not is_working_day(eve)
        assert is_working_day(eve, ())


def test_counting():
    assert add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)  # over Easter
    assert add_working_days(date(2026, 4, 7), -1) == date(2026, 4, 2)
    assert add_working_days(date(2026, 12, 23), 1) == date(2026, 12, 28)
    assert add_working_days(date(2026, 3, 7), 0) == date(2026, 3, 9)  # a Saturday
    assert add_working_days(date(2026, 3, 9), 0) == date(2026, 3, 9)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 30))
def test_so_many_working_days_lie_between(day: date, count: int):
    then = add_working_days(day, count)
    assert is_working_day(then)
    assert sum(is_working_day(day + timedelta(days=n)) for n in range(1, (then - day).days + 1)) == count
