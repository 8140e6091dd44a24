# SPDX-License-Identifier: EUPL-1.2
"""What a question in the search field can be. Pure Python."""

from __future__ import annotations

import re
from typing import NamedTuple

from troskel.ground.sorting import stored_key

LONGEST = 100
FEWEST_LETTERS = 2
"""Of a name or a street, without its accents: a single letter is no question."""

_CASE = re.compile(r"([0-9]{4}-[0-9]{4,7})")
_ORDER = re.compile(r"w-?([0-9]{4})-([0-9]{4,7})", re.IGNORECASE)
_WITH_CENTURY = re.compile(r"([0-9]{8})[-+]?([0-9]{4}|[A-HJ-NPR-UX-Z]{2}[0-9]{2})")
_WITHOUT_CENTURY = re.compile(r"([0-9]{6})([-+]?)([0-9]{4})")
_CENTURIES = ("19", "20", "18")


class Question(NamedTuple):
    """A question, read in every way that it can be meant; what it can't be is empty."""

    words: str = ""
    number: str = ""
    case: str = ""
    order: str = ""
    identities: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Question(hidden)"


def read(text: str) -> Question:
    """What the text can be. An identity number is taken in every common manner, and is then nothing else."""
    words = " ".join(text[:LONGEST].replace(",", " ").replace("\0", " ").split())
    close = words.replace(" ", "").replace("\N{EN DASH}", "-").replace("\N{HYPHEN}", "-").upper()
    if _CASE.fullmatch(close):
        return Question(number=words, case=close)
    if written := _ORDER.fullmatch(close):
        return Question(number=words, order=f"W-{written[1]}-{written[2]}")
    if identities := _identities(close):
        return Question(number=words, identities=identities)
    return Question(words if len(stored_key(words)) >= FEWEST_LETTERS else "", words)


def _identities(close: str) -> tuple[str, ...]:
    """In twelve characters; without a century all that it can be, with + a hundred years and more ago."""
    if written := _WITH_CENTURY.fullmatch(close):
        return (written[1] + written[2],)
    written = _WITHOUT_CENTURY.fullmatch(close)
    if written is None:
        return ()
    centuries = ("19", "18") if written[2] == "+" else _CENTURIES
    return tuple(century + written[1] + written[3] for century in centuries)
