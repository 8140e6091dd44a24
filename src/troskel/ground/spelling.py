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


def has_control(text: str) -> bool:
    """Does the text hold a control character: a tab, a line break, a group separator …?"""
    return any(unicodedata.category(c) == "Cc" for c in text) if not text.isprintable() else False


def one_line(text: str) -> str:
    """Returns a name or a title: composed, without invisible characters, and one space between words."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    seen = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
    return " ".join(seen.split())
