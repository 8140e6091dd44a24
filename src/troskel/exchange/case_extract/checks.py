# SPDX-License-Identifier: EUPL-1.2
"""One value at a time: each check gives the value in the words of this code, or says which column is bad."""

from __future__ import annotations

import re
from datetime import date

from troskel.exchange.case_extract.mapping import Mapping
from troskel.people.identity import BadIdentity, Identity, check_orgnr, parse_identity

_MUNICIPALITY = re.compile(r"[0-9]{4}", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NO_END = 9999
LONGEST_ID = 50


class Bad(Exception):
    """The first bad column of a line."""

    def __init__(self, column: str, value: str | None, reason: str) -> None:
        super().__init__(column)
        self.column = column
        self.value = value or ""
        self.reason = reason


Value = str | None


class Checks:
    """The checks of one night: they know its day and its mapping, and remember days that were read before."""

    def __init__(self, day: date, mapping: Mapping) -> None:
        self._today = day
        self._mapping = mapping
        self._days: dict[str, date] = {}

    def day(self, column: str, value: Value) -> date:
        """A day that must be there."""
        text = there(column, value)
        known = self._days.get(text)
        return known if known is not None else self._new_day(column, text)

    def day_or_none(self, column: str, value: Value) -> date | None:
        """A day, or nothing."""
        return None if value == "" else self.day(column, value)

    def period(self, first: Value, last: Value) -> tuple[date, date | None]:
        """`fran` and `till`, both included; the year 9999 is until further notice, as nothing is."""
        start = self.day("fran", first)
        end = self.day_or_none("till", last)
        if end is not None and end < start:
            raise Bad("till", last, "ends before it starts: correct one of the two days in the case system")
        return start, None if end is None or end.year == _NO_END else end

    def identity(self, column: str, value: Value) -> Identity:
        """A personnummer, samordningsnummer or reserve number."""
        text = there(column, value)
        try:
            if self._mapping.identity_hyphen:
                return parse_identity(text.replace("-", "", 1), on=self._today)
            return parse_identity(text, on=self._today)
        except BadIdentity as error:
            raise Bad(column, value, str(error)) from None

    def code(self, column: str, value: Value) -> str:
        """A code of the case system, as this code says it."""
        codes = self._mapping.codes[column]
        ours = codes.get(there(column, value, or_empty="" in codes))
        if ours is None:
            raise Bad(
                column,
                value,
                f"not one of {', '.join(repr(code) for code in codes)}: correct it, or name it in a mapping",
            )
        return ours

    def _new_day(self, column: str, text: str) -> date:
        try:
            day = self._mapping.day(text)
        except ValueError:
            raise Bad(
                column, text, f"not a day that exists: write days as {self._mapping.written(self._today)}"
            ) from None
        self._days[text] = day
        return day


def there(column: str, value: Value, *, or_empty: bool = False) -> str:
    """The value, where the line reaches this column and it is not empty."""
    if value is None:
        raise Bad(column, value, "the line ends before this column, or a quotation mark is not closed")
    if not value and not or_empty:
        raise Bad(column, value, "empty: it must be filled in")
    return value


def identifier(column: str, value: Value) -> str:
    """The case system's own id of something."""
    return at_most(column, there(column, value), LONGEST_ID)


def at_most(column: str, value: Value, longest: int) -> str:
    """A text that may be empty, but not longer than can be kept."""
    text = there(column, value, or_empty=True)
    if len(text) > longest:
        raise Bad(column, value, f"longer than {longest} characters: shorten it")
    return text


def clipped(value: Value, longest: int) -> str:
    """A text that never rejects a line: what there is of it."""
    return (value or "")[:longest]


def orgnr(column: str, value: Value) -> str:
    """An organisation number."""
    try:
        return check_orgnr(there(column, value))
    except BadIdentity as error:
        raise Bad(column, value, str(error)) from None


def email(column: str, value: Value) -> str:
    """An e-mail address, or nothing."""
    text = at_most(column, value, 254)
    if text and not _EMAIL.fullmatch(text):
        raise Bad(column, value, "not an e-mail address: write it as name@annanby.example, or leave it empty")
    return text


def municipality(column: str, value: Value) -> str:
    """A municipality's code."""
    text = there(column, value)
    if not _MUNICIPALITY.fullmatch(text):
        raise Bad(column, value, "not a municipality's code: write its four digits")
    return text


def count(column: str, value: Value) -> int:
    """How many: 1–999."""
    text = there(column, value)
    if not _COUNT.fullmatch(text):
        raise Bad(column, value, "not a number of 1–999: write how many in digits")
    return int(text)
