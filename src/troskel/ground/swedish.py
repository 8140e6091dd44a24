# SPDX-License-Identifier: EUPL-1.2
"""Days, months, numbers and time as Swedish writes them (and days in English, for letters)."""

from __future__ import annotations

from datetime import date

MONTHS = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
          "november", "december")  # fmt: skip
IN_ENGLISH = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip
NARROW = "\u00a0"
"""Between thousands stands a space at which no line breaks."""


def day_in_words(day: date, language: str = "sv") -> str:
    """10 november 2026; in English 10 November 2026."""
    names = MONTHS if language == "sv" else IN_ENGLISH
    return f"{day.day} {names[day.month - 1]} {day.year}"


def month_in_words(month: str, language: str = "sv") -> str:
    """oktober 2026, for 2026-10; in English October 2026."""
    year, number_of = month.split("-")
    names = MONTHS if language == "sv" else IN_ENGLISH
    return f"{names[int(number_of) - 1]} {year}"


def number(count: int) -> str:
    """12 345, with a space between thousands."""
    return f"{count:,}".replace(",", NARROW)


def clock_time(minutes: int) -> str:
    """1 h 05 min, for 65."""
    return f"{number(minutes // 60)} h {minutes % 60:02} min"
