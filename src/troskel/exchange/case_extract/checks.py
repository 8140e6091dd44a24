# SPDX-License-Identifier: EUPL-1.2
"""Checks of single values: each returns the parsed value, or raises BadColumn."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import date

from troskel.exchange.case_extract.mapping import Mapping as CaseSystem
from troskel.ground import spelling
from troskel.ground.refusal_texts import english
from troskel.ground.years import can_be_meant
from troskel.people.caseloads import area_key
from troskel.people.identity import BadIdentity, Identity, birth_day, check_orgnr, parse_identity

_MUNICIPALITY = re.compile(r"[0-9]{4}", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_PERHAPS_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd„†‚”™€…ÃÂ¤¥¶?\[\\\]{|}]")
_WRONGLY_READ = re.compile(
    r"\ufffd|Ã[^\w\s]|[a-zåäöé][ÃÂ]|[¤¥¶]\w|\w[¤¥¶]"  # UTF-8, whole or cut, read as Windows-1252
    r"|[„†™€]\w|\w[„†™€]|\w[”‚]\w|…\w"  # DOS and Mac, read as Windows-1252
    r"|[\[\\\]{|}]\w|\w[\[\\\]{|}]"  # the Swedish seven-bit letters
    r"|\w\?\w"  # letters that were given up
)
"""Marks of a wrong encoding among letters. Between quotation marks, „ and ” are no marks of that."""
_NO_END_YEAR = 9999
MAX_ID_LENGTH = 50
MAX_AREA_LENGTH = 100


class BadColumn(Exception):
    """The first bad column of a line."""

    def __init__(self, column: str, value: str | None, reason: str) -> None:
        super().__init__(column)
        self.column = column
        self.value = value or ""
        self.reason = reason


Value = str | None


class Checks:
    """The checks of one night, by its day and mapping. Parsed days are cached."""

    def __init__(self, day: date, mapping: CaseSystem) -> None:
        self._today = day
        self._mapping = mapping
        self._days: dict[str, date] = {}
        self._folded_codes = {
            column: {code.casefold(): meaning for code, meaning in codes.items()}
            for column, codes in mapping.codes.items()
        }

    def day(self, column: str, value: Value) -> date:
        """Returns a required day."""
        text = required(column, value)
        cached = self._days.get(text)
        return cached if cached is not None else self._new_day(column, text)

    def day_or_none(self, column: str, value: Value) -> date | None:
        """Returns a day, or None for an empty value."""
        return None if value == "" else self.day(column, value)

    def past_day_or_none(self, column: str, value: Value) -> date | None:
        """Returns a day on which something has happened, or None for an empty value."""
        day = self.day_or_none(column, value)
        if day is not None and not (can_be_meant(day) and day <= self._today):
            raise BadColumn(column, value, "a day that has not come, or of another age: correct it")
        return day

    def period(self, first: Value, last: Value) -> tuple[date, date | None]:
        """Returns `fran` and `till`, both inclusive; the year 9999 and an empty value mean until further notice."""
        start = self.day("fran", first)
        end = self.day_or_none("till", last)
        if end is not None and end < start:
            raise BadColumn(
                "till", last, "ends before it starts: correct one of the two days in the case system"
            )
        return start, None if end is None or end.year == _NO_END_YEAR else end

    def identity(self, column: str, value: Value) -> Identity:
        """Returns a personnummer, samordningsnummer or reserve number."""
        text = required(column, value)
        try:
            return parse_identity(text, on=self._today)
        except BadIdentity as error:
            raise BadColumn(column, value, english(error)) from None

    def death(self, column: str, value: Value, identity: Identity) -> date | None:
        """Returns a day of death, or None. It is in the person's life so far."""
        day = self.day_or_none(column, value)
        if day is not None and not (birth_day(identity.number12) or day) <= day <= self._today:
            raise BadColumn(column, value, "a day before birth, or one that has not come: correct it")
        return day

    def code(self, column: str, value: Value) -> str:
        """Returns a code of the case system, translated to the code used here."""
        codes = self._mapping.codes[column]
        text = required(column, value, or_empty="" in codes)
        translated = codes.get(text, self._folded_codes[column].get(text.casefold()))
        if translated is None:
            raise BadColumn(
                column,
                value,
                f"not one of {', '.join(repr(code) for code in codes)}: correct it, or name it in a mapping",
            )
        return translated

    def is_code(self, column: str, value: str) -> bool:
        """Is it a code of the column, in capitals or not?"""
        return value.casefold() in self._folded_codes[column]

    def _new_day(self, column: str, text: str) -> date:
        try:
            day = self._mapping.day(text)
        except ValueError:
            raise BadColumn(
                column, text, f"not a day that exists: write days as {self._mapping.format_day(self._today)}"
            ) from None
        self._days[text] = day
        return day


def required(column: str, value: Value, *, or_empty: bool = False) -> str:
    """Returns the value. Raises BadColumn when the line ends before the column, or the value is empty."""
    if value is None:
        raise BadColumn(column, value, "the line ends before this column, or a quotation mark is not closed")
    if not value and not or_empty:
        raise BadColumn(column, value, "empty: it must be filled in")
    return value


def identifier(column: str, value: Value) -> str:
    """Returns an id of the case system."""
    return limited_text(column, required(column, value), MAX_ID_LENGTH)


def limited_text(column: str, value: Value, max_length: int) -> str:
    """Returns a text that may be empty. Raises BadColumn when it is longer than `max_length` characters."""
    text = required(column, value, or_empty=True)
    if len(text) > max_length:
        raise BadColumn(column, value, f"longer than {max_length} characters: shorten it")
    return text


def name(column: str, value: Value, max_length: int) -> str:
    """Returns a name, which may be empty, in one spelling. Raises BadColumn when it holds a control character."""
    text = limited_text(column, value, max_length)
    if spelling.has_control(text):
        raise BadColumn(column, value, "a control character, such as a line break: take it away")
    return spelling.one_line(text)


def area(column: str, value: Value, orgnr: str, there: Mapping[str, Container[str]]) -> str:
    """Returns the name of one of the provider's areas, or an empty text. `there`: those of each, by `area_key`."""
    text = name(column, value, MAX_AREA_LENGTH)
    key = area_key(text)
    if not key or key in there.get(orgnr, ()):
        return text
    if any(key in areas for areas in there.values()):
        raise BadColumn(column, value, "an area of another provider: correct the area or the provider")
    raise BadColumn(
        column,
        value,
        "not an area of the provider: correct it, or let the provider place somebody there first",
    )


def is_odd(text: str) -> bool:
    """Does a name hold what no name has: a control, or a mark of letters that were read in the wrong encoding?"""
    if not _PERHAPS_ODD.search(text):
        return False
    return (
        spelling.has_control(text)
        or _WRONGLY_READ.search(text) is not None
        or sum(map(text.count, "“”")) % 2 == 1
    )


def truncate(value: Value, max_length: int) -> str:
    """Returns at most `max_length` characters of a text; never rejects a line."""
    return (value or "")[:max_length]


def orgnr(column: str, value: Value) -> str:
    """Returns an organisation number."""
    try:
        return check_orgnr(required(column, value))
    except BadIdentity as error:
        raise BadColumn(column, value, english(error)) from None


def email(column: str, value: Value) -> str:
    """Returns an e-mail address, or an empty text."""
    text = required(column, value, or_empty=True)
    try:
        return spelling.email(text)
    except spelling.BadSpelling:
        raise BadColumn(
            column, value, "not an e-mail address: write it as name@annanby.example, or leave it empty"
        ) from None


def thing_number(column: str, value: Value) -> str:
    """Returns the number of a lock or a tag, in one spelling. One without a letter or a digit is empty."""
    number = spelling.thing_number(value) if value else value
    return identifier(column, number if number is None or any(map(str.isalnum, number)) else "")


def municipality(column: str, value: Value) -> str:
    """Returns a municipality's code."""
    text = required(column, value)
    if not _MUNICIPALITY.fullmatch(text):
        raise BadColumn(column, value, "not a municipality's code: write its four digits")
    return text


def count(column: str, value: Value) -> int:
    """Returns a count of 1–999."""
    text = required(column, value)
    if not _COUNT.fullmatch(text):
        raise BadColumn(column, value, "not a number of 1–999: write how many in digits")
    return int(text)
