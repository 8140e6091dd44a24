# SPDX-License-Identifier: EUPL-1.2
"""Decides which addresses are the same home, whatever the spelling. Pure Python."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")
_APARTMENT_IN_STREET = re.compile(r"^(.*\d.*?)[\s,]+(?:lgh|lght|l\xe4genhet)\b\.?\s*(?:nr\b\.?)?\s*(\w+)$")
_APARTMENT_WORD = re.compile(r"^(?:lgh|lght|l\xe4genhet)\b\.?\s*|^(?:lgh|lght)(?=\d)|\bnr\b\.?")
_COUNTRY = re.compile(r"^se?-?(?=\d)")
_NUMBER = re.compile(r"^(.*?)(\d.*)?$")
NEAR = 0.85
"""How alike two street names are, from 0 to 1, that may be one street, spelt otherwise."""
SHORTEST_ABBREVIATION = 4


class Sameness(StrEnum):
    """What another address of the same client says."""

    SAME = "the same home, spelt otherwise, or with another postcode or town"
    UNSURE = "perhaps the same home: a person knows"
    OTHER = "another home"


class HomeAddress(NamedTuple):
    """An address in one spelling. Without a street, the home is shared with nobody."""

    street: str
    apartment: str
    postcode: str
    town: str


def one_spelling(street: str, postcode: str, town: str, apartment: str) -> HomeAddress:
    """Returns the address in one spelling: `1 A` is `1A`, `lgh 1001` is `1001`; case, blanks and commas say nothing.

    An apartment that stands at the end of the street, as `lgh 1001`, is the apartment.
    """
    street, apartment = _plain(street), _plain(apartment)
    if not apartment and (match := _APARTMENT_IN_STREET.match(street)):
        street, apartment = match[1].strip(" ,.;"), match[2]
    return HomeAddress(
        street=_without_blanks(street),
        apartment=_APARTMENT_WORD.sub("", apartment).replace(" ", "").strip(".,;#"),
        postcode=_COUNTRY.sub("", _plain(postcode).replace(" ", "")),
        town=_plain(town).replace(" ", ""),
    )


def address_key(street: str, postcode: str, town: str, apartment: str) -> str | None:
    """Returns a key that is equal for addresses of one home, whatever the spelling; None without a street."""
    address = one_spelling(street, postcode, town, apartment)
    if not address.street:
        return None
    return hashlib.sha256("\x1f".join(address).encode("utf-8", "surrogatepass")).hexdigest()


def sameness(old: HomeAddress, new: HomeAddress) -> Sameness:
    """Tells whether a client with a new address lives in the same home as before.

    The same street and apartment with a new postcode or a new town is the same home. So is an address that is filled
    in or left out. Both postcode and town new, or a street that is nearly the same: a person knows.
    """
    if not old.street:
        return Sameness.SAME
    if old.apartment and new.apartment and old.apartment != new.apartment:
        return Sameness.OTHER
    differs = _differ(old.postcode, new.postcode), _differ(old.town, new.town)
    if old.street != new.street:
        return Sameness.UNSURE if not all(differs) and _may_be_one(old.street, new.street) else Sameness.OTHER
    is_sure = not all(differs) and (old.apartment == new.apartment or not any(differs))
    return Sameness.SAME if is_sure else Sameness.UNSURE


def _differ(old: str, new: str) -> bool:
    return bool(old and new and old != new)


def _may_be_one(street: str, other: str) -> bool:
    """May two streets with different spellings be the same place: a slip, an abbreviation, an entrance added?"""
    (name, number), (other_name, other_number) = (_NUMBER.match(text).groups("") for text in (street, other))  # type: ignore[union-attr]
    if name == other_name:
        return (
            bool(number and other_number)
            and _digits(number) == _digits(other_number)
            and (number.isdigit() != other_number.isdigit())
        )
    if number != other_number:
        return False
    short, long = sorted((_bare(name), _bare(other_name)), key=len)
    is_abbreviation = len(short) >= SHORTEST_ABBREVIATION and long.startswith(short)
    return is_abbreviation or difflib.SequenceMatcher(None, short, long).ratio() >= NEAR


def _digits(number: str) -> str:
    match = re.match(r"\d+", number)
    return match[0] if match else ""


def _bare(name: str) -> str:
    """Returns a street's name without accents, dots and colons."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if c.isalnum())


def _plain(text: str) -> str:
    """Returns the text composed, in lower case, without what nobody sees, one space between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.casefold().split()).strip(" ,.;")


def _without_blanks(text: str) -> str:
    """Takes blanks and commas away, but between two numbers."""
    kept = _BETWEEN_DIGITS.sub("\x1e", text.replace(",", " "))
    return "".join(kept.split(" ")).replace("\x1e", " ")
