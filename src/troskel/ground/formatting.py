# SPDX-License-Identifier: EUPL-1.2
"""Days, months, numbers and durations in Swedish notation (days and months also in English, for letters)."""

from __future__ import annotations

from datetime import date

SWEDISH_MONTHS = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober",
          "november", "december")  # fmt: skip
ENGLISH_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip
NO_BREAK_SPACE = "\u00a0"
"""The separator between thousands: a space at which no line breaks."""


def format_day(day: date, language: str = "sv") -> str:
    """Returns a day as 10 november 2026; in English 10 November 2026."""
    names = SWEDISH_MONTHS if language == "sv" else ENGLISH_MONTHS
    return f"{day.day} {names[day.month - 1]} {day.year}"


def format_month(month: str, language: str = "sv") -> str:
    """Returns a month `2026-10` as oktober 2026; in English October 2026."""
    year, number_of = month.split("-")
    names = SWEDISH_MONTHS if language == "sv" else ENGLISH_MONTHS
    return f"{names[int(number_of) - 1]} {year}"


def format_number(count: int) -> str:
    """Returns a number as 12 345, with a space between thousands."""
    return f"{count:,}".replace(",", NO_BREAK_SPACE)


def format_minutes(minutes: int) -> str:
    """Returns minutes as hours and minutes: 1 h 05 min for 65."""
    return f"{format_number(minutes // 60)} h {minutes % 60:02} min"
