# SPDX-License-Identifier: EUPL-1.2
"""Swedish working days. A routine file says which of the three eves count as free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from troskel.routine.model import LocalizedText

ONE_DAY = timedelta(days=1)
EVES: dict[str, LocalizedText] = {
    "midsummer_eve": LocalizedText("midsommarafton", "Midsummer's Eve"),
    "christmas_eve": LocalizedText("julafton", "Christmas Eve"),
    "new_years_eve": LocalizedText("nyårsafton", "New Year's Eve"),
}
ALL_EVES = tuple(EVES)


def easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, from the golden number, the epact and the Sunday letter."""
    golden = year % 19
    century = year // 100
    moon_shift = century - century // 4 - (8 * century + 13) // 25
    epact = (19 * golden + moon_shift + 15) % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    after_march_28 = epact - weekday
    return date(year, 3, 28) + timedelta(days=after_march_28)


def _first_saturday(day: date) -> date:
    """The first Saturday on or after `day`."""
    return day + timedelta(days=(5 - day.weekday()) % 7)


def midsummer_eve(year: int) -> date:
    """The Friday from the 19th to the 25th of June."""
    return _first_saturday(date(year, 6, 20)) - ONE_DAY


def _holidays(year: int) -> Iterator[date]:
    easter = easter_sunday(year)
    yield from (date(year, 1, 1), date(year, 1, 6), date(year, 5, 1))
    yield from (easter - timedelta(days=2), easter, easter + ONE_DAY)
    yield from (easter + timedelta(days=39), easter + timedelta(days=49))
    if year >= 2005:
        yield date(year, 6, 6)
    else:
        yield easter + timedelta(days=50)
    yield midsummer_eve(year) + ONE_DAY
    yield _first_saturday(date(year, 10, 31))
    yield from (date(year, 12, 25), date(year, 12, 26))


@lru_cache(maxsize=256)
def free_days(year: int, eves: tuple[str, ...] = ALL_EVES) -> frozenset[date]:
    """The public holidays of a Swedish year, and the eves that count as free."""
    eve_days = {
        "midsummer_eve": midsummer_eve(year),
        "christmas_eve": date(year, 12, 24),
        "new_years_eve": date(year, 12, 31),
    }
    return frozenset(_holidays(year)) | {eve_days[eve] for eve in eves}


def is_working_day(day: date, eves: tuple[str, ...] = ALL_EVES) -> bool:
    """Monday to Friday, and neither a holiday nor a free eve."""
    return day.weekday() < 5 and day not in free_days(day.year, eves)


def add_working_days(day: date, count: int, eves: tuple[str, ...] = ALL_EVES) -> date:
    """The count-th working day after `day` (before, if negative); 0 is the day itself or the next working day."""
    if count == 0:
        while not is_working_day(day, eves):
            day += ONE_DAY
        return day
    step = ONE_DAY if count > 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, eves):
            day += step
    return day
