# SPDX-License-Identifier: EUPL-1.2
"""Swedish sorting. Neither database sorts å ä ö by itself, so a sort key is stored beside the name."""

from __future__ import annotations

import unicodedata

LONGEST_KEY = 250
"""Characters: what the tables hold of a key."""

_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})  # the three that follow z
_LOOSE = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss"})


def swedish_sort_key(text: str) -> str:
    """A string whose plain byte order is the Swedish order of `text`: å, ä, ö after z; other accents folded."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_AFTER_Z).translate(_LOOSE)
    folded = unicodedata.normalize("NFD", lowered)
    return "".join(c for c in folded if not unicodedata.combining(c)).strip()


def stored_key(*parts: str) -> str:
    """The sort key of the parts with one space between, as long as the tables hold."""
    return swedish_sort_key(" ".join(" ".join(parts).split()))[:LONGEST_KEY]
