# SPDX-License-Identifier: EUPL-1.2
"""Bounds on a TOML text, found in one pass before it is parsed: a small file may take tomllib seconds, or break it."""

from __future__ import annotations

import re
from collections.abc import Iterator

LARGEST = 1_000_000
MOST_MARKS = 40_000
MOST_PARTS = 8
DEEPEST = 32
"""Characters, brackets and commas and equal signs, parts of a dotted key, and brackets within brackets.

The shipped routine has 44,000, 4,000, 3 and 3.
"""

_TOKENS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|\'\'\'(?:[^\']|\'(?!\'\'))*+(?:\'\'\'|\Z)'
    r'|"(?:[^"\\\n]|\\.)*+"?|\'[^\'\n]*+\'?|#[^\n]*+|[\[\]{}=,.\n]',
    re.DOTALL,
)


def beyond_bounds(text: str) -> str:
    """Returns in which way the text is beyond what a file may hold, with the line; empty where it is within."""
    if len(text) > LARGEST:
        return f"it is larger than {LARGEST} characters"
    marks = depth = 0
    parts = 1
    for token, at in _marks(text):
        if token == ".":
            parts += 1
            if parts > MOST_PARTS:
                return f"line {_line(text, at)}: a key has more than {MOST_PARTS} parts"
            continue
        parts = 1
        marks += token != "\n"
        depth = max(0, depth + (token in "[{") - (token in "]}"))
        if depth > DEEPEST:
            return f"line {_line(text, at)}: more than {DEEPEST} brackets within each other"
        if marks > MOST_MARKS:
            return f"line {_line(text, at)}: more than {MOST_MARKS} brackets, commas and equal signs"
    return ""


def _marks(text: str) -> Iterator[tuple[str, int]]:
    """Yields the marks outside of strings and comments, and where they stand."""
    for found in _TOKENS.finditer(text):
        token = found[0]
        if len(token) == 1 and token in "[]{}=,.\n":
            yield token, found.start()


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
