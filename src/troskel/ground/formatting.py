# SPDX-License-Identifier: EUPL-1.2
"""Days, times, periods and numbers as text, in Swedish and in British English. No other module knows how.

Every function takes a language (`sv` or `en`); without one it is that of the page. Times are Stockholm's.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import get_language

from troskel.ground.clock import STOCKHOLM
from troskel.ground.clock import day_of as day_of

NO_BREAK = "\N{NO-BREAK SPACE}"


class Manner(NamedTuple):
    """The manner of a language: names, separators and sentence patterns."""

    numbers: tuple[str, ...]
    """The numbers from none to twelve, as words."""
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    quarters: tuple[str, ...]
    """The quarters, as they stand before a year."""
    thousands: str
    decimal: str
    time: str
    instant: str
    period: str
    open_period: str
    day: tuple[str, str]
    """The word for a day: of one, and of several."""
    hour: tuple[str, str]
    """The word for an hour: of one, and of several."""
    minute: tuple[str, str]
    joiner: str
    moment: str
    """What lasts less than a minute."""


SWEDISH = Manner(
    numbers=("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"),
    weekdays=("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    months=(
        "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
        "november", "december",
    ),
    short_months=("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    quarters=("första kvartalet", "andra kvartalet", "tredje kvartalet", "fjärde kvartalet"),
    thousands=NO_BREAK,
    decimal=",",
    time="%H.%M",
    instant="{day} kl. {time}",
    period="{first} till {last}",
    open_period="från {first}, tills vidare",
    day=("dag", "dagar"),
    hour=("timme", "timmar"),
    minute=("minut", "minuter"),
    joiner=" och ",
    moment="mindre än en minut",
)  # fmt: skip
ENGLISH = Manner(
    numbers=(
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ),
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    short_months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"),
    quarters=("first quarter of", "second quarter of", "third quarter of", "fourth quarter of"),
    thousands=",",
    decimal=".",
    time="%H:%M",
    instant="{day} at {time}",
    period="{first} to {last}",
    open_period="from {first}, until further notice",
    day=("day", "days"),
    hour=("hour", "hours"),
    minute=("minute", "minutes"),
    joiner=" and ",
    moment="less than a minute",
)  # fmt: skip


def manner(language: str | None = None) -> Manner:
    """Returns the manner of a language; of the page's language if it is None."""
    return ENGLISH if (language or get_language()) == "en" else SWEDISH


# Numbers


def digits(count: int, language: str | None = None) -> str:
    """Returns a number in digits, thousands separated: 12 000 with a no-break space; in English 12,000."""
    return f"{count:,}".replace(",", manner(language).thousands)


def decimal(value: float, language: str | None = None) -> str:
    """Returns a figure with the decimals that it has: 1,5; in English 1.5. Six digits at most."""
    return f"{value:g}".replace(".", manner(language).decimal)


def number(count: int, language: str | None = None) -> str:
    """Returns a number up to twelve as a word, a larger one in digits."""
    words = manner(language).numbers
    return words[count] if count < len(words) else digits(count, language)


def days(count: int, language: str | None = None) -> str:
    """Returns a number of days: en dag, 14 dagar."""
    return f"{number(count, language)} {manner(language).day[count != 1]}"


def capitalized(text: str) -> str:
    """Returns a text with a capital first letter; the rest keeps its own capitals (Monday, Dec)."""
    return text[:1].upper() + text[1:]


# Days


def day(value: date, today: date, language: str | None = None) -> str:
    """Returns a day as 25 nov with a no-break space, in English 25 Nov; with the year if it is not this year."""
    return f"{value.day}{NO_BREAK}{short_month(value, today, language)}"


def full_day(value: date, today: date, language: str | None = None) -> str:
    """Returns a day as fredag 27 nov, with the year if it is not this year."""
    return f"{weekday(value, language)} {day(value, today, language)}"


def long_day(value: date, language: str | None = None) -> str:
    """Returns a day as 10 november 2026; in English 10 November 2026."""
    return f"{value.day} {month(value, language)}"


def plain_day(value: date, today: date, language: str | None = None) -> str:
    """Returns a day as 10 november, as it stands in a sentence; with the year if it is not this year."""
    text = long_day(value, language)
    return text.removesuffix(f" {today.year}") if value.year == today.year else text


def weekday(value: date, language: str | None = None) -> str:
    """Returns the name of the weekday."""
    return manner(language).weekdays[value.weekday()]


def month(value: date, language: str | None = None) -> str:
    """Returns the month of a day as oktober 2026."""
    return f"{manner(language).months[value.month - 1]} {value.year}"


def short_month(value: date, today: date, language: str | None = None) -> str:
    """Returns the short name of a month, with the year if it is not this year."""
    text = manner(language).short_months[value.month - 1]
    return text if value.year == today.year else f"{text} {value.year}"


def quarter(value: date, language: str | None = None) -> str:
    """Returns the quarter of a day as fjärde kvartalet 2026."""
    return f"{manner(language).quarters[(value.month - 1) // 3]} {value.year}"


def period(first: date, last: date | None, today: date, language: str | None = None) -> str:
    """Returns a period in words, both days included; `last` None means no end."""
    pattern = manner(language).open_period if last is None else manner(language).period
    return pattern.format(first=day(first, today, language), last=day(last, today, language) if last else "")


# Times


def time_of_day(value: datetime, language: str | None = None) -> str:
    """Returns the time of day as 13.30; in English 13:30."""
    return value.astimezone(STOCKHOLM).strftime(manner(language).time)


def instant(value: datetime, today: date, language: str | None = None) -> str:
    """Returns an instant as 25 nov kl. 13.30; in English 25 Nov at 13:30."""
    return _instant(day(day_of(value), today, language), value, language)


def long_instant(value: datetime, language: str | None = None) -> str:
    """Returns an instant as 25 november 2026 kl. 13.30."""
    return _instant(long_day(day_of(value), language), value, language)


def plain_instant(value: datetime, today: date, language: str | None = None) -> str:
    """Returns an instant as 25 november kl. 13.30, as it stands in a sentence; with the year if it is not this year."""
    return _instant(plain_day(day_of(value), today, language), value, language)


def hours(minutes: int, language: str | None = None) -> str:
    """Returns minutes as 8 h 05 min."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest}{NO_BREAK}min"
    return f"{digits(whole, language)}{NO_BREAK}h {rest:02}{NO_BREAK}min"


def duration(since: datetime, until: datetime, language: str | None = None) -> str:
    """Returns how long something lasted in words: 2 timmar och 1 minut. Seconds are left out."""
    words = manner(language)
    whole, rest = divmod(int((until - since).total_seconds()) // 60, 60)
    parts = [
        f"{digits(count, language)} {unit[count != 1]}"
        for count, unit in ((whole, words.hour), (rest, words.minute))
        if count
    ]
    return words.joiner.join(parts) or words.moment


def _instant(day_text: str, value: datetime, language: str | None) -> str:
    return manner(language).instant.format(day=day_text, time=time_of_day(value, language))
