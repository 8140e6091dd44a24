# SPDX-License-Identifier: EUPL-1.2
"""Days, times and numbers as Unicode's CLDR writes them (through Babel), where the same style is chosen."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from babel.units import format_unit
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from troskel.ground import formatting

SOURCE = Path(__file__).parent.parent.parent / "src" / "troskel"
LOCALES = {"sv": "sv", "en": "en_GB"}
LANGUAGES = st.sampled_from(sorted(LOCALES))
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
INSTANTS = DAYS.map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC)).flatmap(
    lambda midnight: st.integers(0, 86_399).map(lambda second: midnight + timedelta(seconds=second))
)
TODAY = date(2026, 11, 23)


def plain(text: str) -> str:
    """A text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def cldr(value: date, pattern: str, language: str) -> str:
    """A day by CLDR's names, without the full stops of Swedish abbreviations (a municipality writes 11 dec)."""
    return format_date(value, pattern, locale=LOCALES[language]).replace(".", "")


@given(value=DAYS, language=LANGUAGES)
def test_days(value: date, language: str) -> None:
    assert plain(formatting.day(value, value, language)) == cldr(value, "d MMM", language)
    assert plain(formatting.full_day(value, value, language)) == cldr(value, "EEEE d MMM", language)
    assert plain(formatting.long_day(value, language)) == cldr(value, "d MMMM y", language)
    assert formatting.month(value, language) == cldr(value, "MMMM y", language)
    assert formatting.weekday(value, language) == cldr(value, "EEEE", language)


@given(value=DAYS, today=DAYS, language=LANGUAGES)
def test_year_is_written_unless_it_is_this_year(value: date, today: date, language: str) -> None:
    pattern = "d MMM" if value.year == today.year else "d MMM y"
    assert plain(formatting.day(value, today, language)) == cldr(value, pattern, language)


@given(value=DAYS, language=LANGUAGES)
def test_quarters(value: date, language: str) -> None:
    ordinals = {"sv": ("första", "andra", "tredje", "fjärde"), "en": ("first", "second", "third", "fourth")}
    written = formatting.quarter(value, language)
    ordinal = ordinals[language].index(written.split()[0])
    assert str(ordinal + 1) == format_date(value, "Q", locale="en")
    assert written.endswith(str(value.year))


@given(value=INSTANTS, language=LANGUAGES)
def test_times(value: datetime, language: str) -> None:
    """CLDR has a colon in both languages; Swedish authorities write a full stop."""
    local = value.astimezone(ZoneInfo("Europe/Stockholm"))
    time = format_time(local, "HH:mm", locale=LOCALES[language])
    time = time.replace(":", ".") if language == "sv" else time
    at = {"sv": "kl.", "en": "at"}[language]
    short, long = (cldr(local.date(), pattern, language) for pattern in ("d MMM y", "d MMMM y"))
    assert formatting.time_of_day(value, language) == time
    assert plain(formatting.instant(value, date(1, 1, 1), language)) == f"{short} {at} {time}"
    assert plain(formatting.long_instant(value, language)) == f"{long} {at} {time}"


@given(count=st.integers(0, 10**9), language=LANGUAGES)
def test_numbers(count: int, language: str) -> None:
    assert formatting.digits(count, language) == format_decimal(count, locale=LOCALES[language])
    if count > 12:
        assert formatting.number(count, language) == formatting.digits(count, language)


@given(tenths=st.integers(0, 9_999), language=LANGUAGES)
def test_decimals(tenths: int, language: str) -> None:
    written = formatting.decimal(tenths / 10, language)
    assert written == format_decimal(tenths / 10, locale=LOCALES[language], group_separator=False)


@given(since=INSTANTS, seconds=st.integers(0, 10**7), language=LANGUAGES)
def test_durations(since: datetime, seconds: int, language: str) -> None:
    hours, minutes = divmod(seconds // 60, 60)
    parts = [
        format_unit(count, unit, "long", locale=LOCALES[language])
        for count, unit in ((hours, "duration-hour"), (minutes, "duration-minute"))
        if count
    ]
    joined = {"sv": " och ", "en": " and "}[language].join(parts)
    written = formatting.duration(since, since + timedelta(seconds=seconds), language)
    assert written == (joined or {"sv": "mindre än en minut", "en": "less than a minute"}[language])


@pytest.mark.parametrize(
    ("minutes", "swedish", "english"),
    [
        (0, "0 min", "0 min"),
        (59, "59 min", "59 min"),
        (60, "1 h 00 min", "1 h 00 min"),
        (60_065, "1 001 h 05 min", "1,001 h 05 min"),
    ],
)
def test_hours(minutes: int, swedish: str, english: str) -> None:
    assert plain(formatting.hours(minutes, "sv")) == swedish
    assert plain(formatting.hours(minutes, "en")) == english


def test_periods() -> None:
    first, last = date(2026, 3, 1), date(2027, 1, 31)
    assert plain(formatting.period(first, last, TODAY, "sv")) == "1 mars till 31 jan 2027"
    assert plain(formatting.period(first, last, TODAY, "en")) == "1 Mar to 31 Jan 2027"
    assert plain(formatting.period(first, None, TODAY, "sv")) == "från 1 mars, tills vidare"
    assert plain(formatting.period(first, None, TODAY, "en")) == "from 1 Mar, until further notice"


def test_number_words() -> None:
    assert [formatting.number(count, "sv") for count in (0, 1, 12)] == ["noll", "en", "tolv"]
    assert [formatting.number(count, "en") for count in (0, 1, 12)] == ["no", "one", "twelve"]
    assert formatting.capitalized("monday 11 Dec") == "Monday 11 Dec"


def test_language_of_the_page() -> None:
    with translation.override("en"):
        assert plain(formatting.day(TODAY, TODAY)) == "23 Nov"
        assert formatting.digits(12_000) == "12,000"
        assert plain(formatting.day(TODAY, TODAY, "sv")) == "23 nov"
    with translation.override("sv"):
        assert plain(formatting.day(TODAY, TODAY)) == "23 nov"
        assert plain(formatting.day(TODAY, TODAY, "en")) == "23 Nov"
    with translation.override(None):
        assert plain(formatting.day(TODAY, TODAY)) == "23 nov"


FOR_PEOPLE = ("web", "phone", "screens", "orders", "billing", "acts", "reading", "offers", "duties", "outbox")
FORMATS_ITSELF = re.compile(r"%[HMdBbA]\b|:,\}|januari|\bJanuary\b|måndag|MONTHS\b|\.strftime\(")
ALLOWED = {"web/lists/csv_export.py"}
"""Files for programs, in ISO 8601."""


def test_nobody_else_formats() -> None:
    found = [
        (path.relative_to(SOURCE).as_posix(), match[0])
        for room in FOR_PEOPLE
        for pattern in ("*.py", "*.html")
        for path in (SOURCE / room).rglob(pattern)
        for match in FORMATS_ITSELF.finditer(path.read_text())
    ]
    assert [place for place in found if place[0] not in ALLOWED] == []
    assert {place for place, _ in found} == ALLOWED  # the pattern finds what it looks for
