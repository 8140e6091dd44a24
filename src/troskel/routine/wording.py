# SPDX-License-Identifier: EUPL-1.2
"""How a duty's text names its case: `{former}` is filled in where it is shown, `[ from {through}]` only where known."""

from __future__ import annotations

import re
from collections.abc import Callable

from troskel.routine.model import LocalizedText
from troskel.routine.text_facts import FACTS

Value = Callable[[str, str], str | None]
"""From a name and a language ("sv" or "en") to what stands in the text; None where it is not known."""

_PLACE = re.compile(r"\{([^}]*)\}")
_SENTENCE = re.compile(r"(?:^|(?<=[.?!] ))\w")
_PART = re.compile(r"\[([^\[\]]*)\]")


def left_open(words: LocalizedText) -> set[str]:
    """The names between braces, of both languages."""
    return {name for text in (words.sv, words.en) for name in _PLACE.findall(text)}


def unclear_parts(words: LocalizedText) -> list[str]:
    """What is wrong with the brackets: each encloses a part that names something."""
    found = []
    for text in (words.sv, words.en):
        found += [f"[{part}] names nothing" for part in _PART.findall(text) if not _PLACE.search(part)]
        if re.search(r"[\[\]]", _PART.sub("", text)):
            found.append("has a bracket without its other half")
    return found


def general(words: LocalizedText) -> LocalizedText:
    """The text as it reads in the document, about no case: without the parts in brackets."""
    return filled(words, lambda name, language: None)


def filled(words: LocalizedText, value: Value) -> LocalizedText:
    """The text about a case. A part in brackets is left out where something in it is not known."""
    return LocalizedText(sv=_filled(words.sv, "sv", value), en=_filled(words.en, "en", value))


def _filled(text: str, language: str, value: Value) -> str:
    def part(found: re.Match[str]) -> str:
        known = {name: value(name, language) for name in _PLACE.findall(found[1])}
        return "" if None in known.values() else _PLACE.sub(lambda place: known[place[1]] or "", found[1])

    def place(found: re.Match[str]) -> str:
        return value(found[1], language) or getattr(FACTS[found[1]].words, language)

    said = _PLACE.sub(lambda found: place(found) if found[1] in FACTS else found[1], _PART.sub(part, text))
    return _SENTENCE.sub(lambda found: found[0].upper(), said)
