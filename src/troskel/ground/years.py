# SPDX-License-Identifier: EUPL-1.2
"""Days and instants that can be meant: what is far outside can't be reckoned with, and nobody has meant it."""

from __future__ import annotations

from datetime import date

from troskel.ground.refusals import BadValue
from troskel.ground.texts import _

FIRST_YEAR, LAST_YEAR = 1900, 2200


def can_be_meant(day: date) -> bool:
    """Is the year of the day, or instant, one of those reckoned with?"""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def check_year(field: str, day: date | None) -> None:
    """Raises BadValue for a day, or instant, that can't be meant."""
    if day is not None and not can_be_meant(day):
        raise BadValue(
            field,
            "value.outside_years",
            _("Året ligger utanför {first_year}–{last_year}."),
            first_year=FIRST_YEAR,
            last_year=LAST_YEAR,
        )
