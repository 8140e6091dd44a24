# SPDX-License-Identifier: EUPL-1.2
"""The lines of keys and words in a TOML file, which tomllib does not give."""

from __future__ import annotations

import re

Where = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)(?:\.[A-Za-z0-9_-]+)*\s*=")
_STRINGS = re.compile(
    r'"(?:\\.|[^"\\])*+(?:"|$)|\'[^\']*+(?:\'|$)'
)  # an open one too: to the end of the line


class TomlPositions:
    """The line numbers of tables and keys."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.at: dict[Where, int] = {(): 1}
        self.titles: dict[Where, str] = {}
        here: Where = ()
        counts: dict[Where, int] = {}
        depth, quote = 0, ""
        for number, line in enumerate(self.lines, 1):
            if quote:
                quote = "" if quote in line else quote
                continue
            if depth == 0 and (header := _HEADER.match(line)):
                here = self._table(header[2].split("."), header[1] == "[[", counts)
                self.at.setdefault(here, number)
                continue
            if depth == 0 and (key := _KEY.match(line)):
                self.at.setdefault((*here, key[1]), number)
                if here != ("header",) and key[1] in ("id", "ask") and (name := _STRINGS.search(line)):
                    self.titles.setdefault(here, name[0][1:-1])
            for mark in ('"""', "'''"):
                if line.count(mark) % 2:
                    quote = mark
            bare = _STRINGS.sub("", line).split("#")[0]
            depth = max(0, depth + sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}"))

    @staticmethod
    def _table(names: list[str], repeated: bool, counts: dict[Where, int]) -> Where:
        here: Where = ()
        for index, name in enumerate(names):
            here = (*here, name)
            if repeated and index == len(names) - 1:
                counts[here] = counts.get(here, -1) + 1
            if here in counts:
                here = (*here, counts[here])
        return here

    def line_of(self, where: Where, word: str | None = None) -> int:
        """The line of a key (else of its table); with a word, the line where the word is."""
        while where and where not in self.at:
            where = where[:-1]
        start = self.at.get(where, 1)
        if word:
            later = sorted(line for line in self.at.values() if line > start)
            end = later[0] if later else len(self.lines) + 1
            for number in range(start, end):
                if word in self.lines[number - 1]:
                    return number
        return start

    def title(self, where: Where) -> list[str]:
        """The name of the table: the paragraph's id, the ask's name."""
        parents = [where[: i + 1] for i in range(len(where))]
        return [self.titles[p] for p in parents if p in self.titles] or [str(p) for p in where[:1]]
