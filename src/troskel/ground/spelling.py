# SPDX-License-Identifier: EUPL-1.2
"""What is the same however it is written: blanks and characters that nobody sees. Pure Python."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Unicode's categories of what leaves no ink: controls (group separators of a scanner too), formats, spaces."""


def without_blanks(text: str) -> str:
    """Returns the text without spaces, controls and invisible characters."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in _UNSEEN)
