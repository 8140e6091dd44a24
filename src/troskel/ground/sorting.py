# SPDX-License-Identifier: EUPL-1.2
"""Swedish sorting. Neither database sorts å, ä and ö by default, so a sort key is stored beside the name."""

from __future__ import annotations

import unicodedata

MAX_KEY_LENGTH = 250
"""Characters: the length of the sort key columns."""

_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})  # the three that follow z
_FOLDED_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss"})


def swedish_sort_key(text: str) -> str:
    """Returns a string whose byte order is the Swedish order of `text`: å, ä, ö after z; other accents folded."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_AFTER_Z).translate(_FOLDED_LETTERS)
    folded = unicodedata.normalize("NFD", lowered)
    return "".join(c for c in folded if not unicodedata.combining(c)).strip()


def truncated_sort_key(*parts: str) -> str:
    """Returns the sort key of the parts, joined by single spaces and cut to `MAX_KEY_LENGTH`."""
    return swedish_sort_key(" ".join(" ".join(parts).split()))[:MAX_KEY_LENGTH]
