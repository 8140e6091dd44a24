# SPDX-License-Identifier: EUPL-1.2
"""Interprets the text of the search field. Pure Python."""

from __future__ import annotations

import re
from typing import NamedTuple

from troskel.ground.sorting import truncated_sort_key

MAX_LENGTH = 100
MIN_LETTERS = 2
"""Minimum length of a name or a street, after folding: a single letter is not searched for."""

_CASE = re.compile(r"([0-9]{4}-[0-9]{4,7})")
_ORDER = re.compile(r"w-?([0-9]{4})-([0-9]{4,7})", re.IGNORECASE)
_WITH_CENTURY = re.compile(r"([0-9]{8})[-+]?([0-9]{4}|[A-HJ-NPR-UX-Z]{2}[0-9]{2})")
_WITHOUT_CENTURY = re.compile(r"([0-9]{6})([-+]?)([0-9]{4})")
_CENTURIES = ("19", "20", "18")


class SearchTerms(NamedTuple):
    """A search text in every interpretation that is possible; the others are empty."""

    words: str = ""
    number: str = ""
    case: str = ""
    order: str = ""
    identities: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "SearchTerms(hidden)"


def parse_search(text: str) -> SearchTerms:
    """Returns the possible interpretations. Identity numbers are read in every common notation, and exclude others."""
    words = " ".join(text[:MAX_LENGTH].replace(",", " ").replace("\0", " ").split())
    compact = words.replace(" ", "").replace("\N{EN DASH}", "-").replace("\N{HYPHEN}", "-").upper()
    if _CASE.fullmatch(compact):
        return SearchTerms(number=words, case=compact)
    if match := _ORDER.fullmatch(compact):
        return SearchTerms(number=words, order=f"W-{match[1]}-{match[2]}")
    if identities := _identities(compact):
        return SearchTerms(number=words, identities=identities)
    return SearchTerms(words if len(truncated_sort_key(words)) >= MIN_LETTERS else "", words)


def _identities(compact: str) -> tuple[str, ...]:
    """Returns twelve-character numbers: without a century every candidate; `+` means born over a hundred years ago."""
    if match := _WITH_CENTURY.fullmatch(compact):
        return (match[1] + match[2],)
    match = _WITHOUT_CENTURY.fullmatch(compact)
    if match is None:
        return ()
    centuries = ("19", "18") if match[2] == "+" else _CENTURIES
    return tuple(century + match[1] + match[3] for century in centuries)
