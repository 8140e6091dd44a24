# SPDX-License-Identifier: EUPL-1.2
"""Identity numbers of persons and organisations. Pure Python. No message ever holds the number itself."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

import msgspec

from troskel.ground.refusals import CodedError
from troskel.ground.spelling import without_blanks
from troskel.ground.texts import _


class IdentityKind(StrEnum):
    """The kind of a person's identity number."""

    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    RESERVNUMMER = "reservnummer"


class Identity(msgspec.Struct, frozen=True, gc=False):
    """A valid identity number of twelve characters."""

    kind: IdentityKind
    number12: str

    def __repr__(self) -> str:
        return f"Identity({self.kind.value}, hidden)"


class BadIdentity(CodedError):
    """An invalid number. The text says what to do, and does not contain the number."""


_TWELVE_DIGITS = re.compile(r"[0-9]{12}", re.ASCII)
_WITH_YEAR = re.compile(r"([0-9]{8})[-+]?([0-9]{4})", re.ASCII)
_WITHOUT_CENTURY = re.compile(r"([0-9]{6})([-+]?)([0-9]{4})", re.ASCII)
_TEN_DIGITS = re.compile(r"[0-9]{10}", re.ASCII)
_RESERVE = re.compile(r"([0-9]{8})-?([A-HJ-NPR-UX-Z]{2}[0-9]{2})", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))
_DOUBLED_DIGIT_SUM = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_CENTURIES = frozenset({"18", "19", "20"})
_COORDINATION = 60


def parse_identity(text: str, *, on: date) -> Identity:
    """Parses an identity number in any spelling: ten or twelve digits, with hyphen, `+` or spaces.

    Ten digits are of somebody who is not yet a hundred on `on`, unless `+` says otherwise. Raises BadIdentity when the
    number is invalid, or its date is after `on`.
    """
    number = without_blanks(text).translate(_DASHES).upper()
    if match := _WITH_YEAR.fullmatch(number):
        return _personal(match[1] + match[2], on)
    if match := _WITHOUT_CENTURY.fullmatch(number):
        return _personal(_century(match[1], match[2], on) + match[1] + match[3], on)
    if match := _RESERVE.fullmatch(number):
        _check_reserve_date(match[1] + match[2], on)
        return Identity(IdentityKind.RESERVNUMMER, match[1] + match[2])
    raise BadIdentity(
        "identity.malformed",
        _("Skriv tio eller tolv siffror, till exempel ÅÅÅÅMMDD-NNNN. Eller ett nationellt reservnummer."),
    )


def birth_day(number12: str) -> date | None:
    """Returns the day of birth that a stored identity number tells.

    None for a reserve number or an erased one, and for a samordningsnummer whose date of birth is not known.
    """
    if not _TWELVE_DIGITS.fullmatch(number12) or _is_unknown_date(number12):
        return None
    year, month, day = int(number12[:4]), int(number12[4:6]), int(number12[6:8])
    return _existing_date(year, month, day - _COORDINATION if day > _COORDINATION else day)


def check_orgnr(text: str) -> str:
    """Returns an organisation number of ten digits. Raises BadIdentity when its form or check digit is wrong."""
    number = text.strip()
    if not _TEN_DIGITS.fullmatch(number):
        raise BadIdentity(
            "orgnr.malformed", _("Skriv organisationsnumret med tio siffror, utan bindestreck.")
        )
    if not has_valid_check_digit(number):
        raise BadIdentity(
            "orgnr.wrong_check_digit",
            _("Sista siffran i organisationsnumret stämmer inte. Leta efter en felskriven siffra."),
        )
    return number


def has_valid_check_digit(digits: str) -> bool:
    """Is the last digit the Luhn check digit of those before it?"""
    values = [int(d) for d in digits]
    return (sum(_DOUBLED_DIGIT_SUM[v] for v in values[-2::-2]) + sum(values[-1::-2])) % 10 == 0


def _century(date_digits: str, sign: str, on: date) -> str:
    """Returns the century of a number of ten digits: the latest in which the day has come; one before that by `+`."""
    year = on.year - (on.year - int(date_digits[:2])) % 100
    born = (year, int(date_digits[2:4]), int(date_digits[4:]) % _COORDINATION)
    if sign == "+" or born > (on.year, on.month, on.day):
        year -= 100
    return f"{year // 100:02}"


def _personal(number: str, on: date) -> Identity:
    coordination = int(number[6:8]) >= _COORDINATION
    if number[:2] not in _CENTURIES:
        raise BadIdentity(
            "identity.no_birth_year", _("Numret börjar inte med ett födelseår. Skriv året med fyra siffror.")
        )
    _refuse_future(_earliest_birth(number), on)
    if number[8:11] == "000":
        raise BadIdentity(
            "identity.no_birth_number", _("Ingen har födelsenummer 000. Leta efter en felskriven siffra.")
        )
    if not has_valid_check_digit(number[2:]):
        raise BadIdentity(
            "identity.wrong_check_digit", _("Sista siffran stämmer inte. Leta efter en felskriven siffra.")
        )
    kind = IdentityKind.SAMORDNINGSNUMMER if coordination else IdentityKind.PERSONNUMMER
    return Identity(kind, number)


def _is_unknown_date(number12: str) -> bool:
    """Is it a samordningsnummer of someone whose date of birth is not known: month 00, or day 60?"""
    return number12[6:8] == "60" or (number12[4:6] == "00" and int(number12[6:8]) > _COORDINATION)


def _earliest_birth(number12: str) -> date:
    """Returns the day of birth; where part of it is not known, the first that it can be."""
    year, month, day = int(number12[:4]), int(number12[4:6]), int(number12[6:8])
    day = day - _COORDINATION if day >= _COORDINATION else day
    if not _is_unknown_date(number12):
        return _existing_date(year, month, day)
    if month == 0:
        _existing_date(2000, 1, day or 1)
    return _existing_date(year, month or 1, 1)


def _check_reserve_date(number: str, on: date) -> None:
    """The first two digits are the century + 3, + 6 … + 78, so 21–98; or 00 (date unknown) with a month of 20–99."""
    shifted, month = int(number[:2]), int(number[4:6])
    if shifted == 0:
        if month < 20:
            raise BadIdentity(
                "identity.reserve_wrong_month",
                _("Ett reservnummer som börjar med 00 (okänt datum) har en månad mellan 20 och 99."),
            )
        return
    if not 21 <= shifted <= 98:
        raise BadIdentity(
            "identity.reserve_begins_wrong", _("Ett nationellt reservnummer börjar med 00 eller 21–98.")
        )
    century = 18 + (shifted - 21) % 3
    _refuse_future(_existing_date(century * 100 + int(number[2:4]), month, int(number[6:8])), on)


def _existing_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadIdentity(
            "identity.birth_day_missing", _("Födelsedagen finns inte. Kontrollera månad och dag.")
        ) from None


def _refuse_future(born: date, on: date) -> None:
    if born > on:
        raise BadIdentity(
            "identity.birth_in_the_future", _("Födelsedagen har inte kommit än. Kontrollera året.")
        )
