# SPDX-License-Identifier: EUPL-1.2
"""Names and days that a text leaves open, as `{former}`: filled in where it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from troskel.routine.model import LocalizedText

ORGANISATIONS = {
    "former": LocalizedText("den förra utföraren", "the former provider"),
    "follower": LocalizedText("den nya utföraren", "the new provider"),
}
PEOPLE = {"account": LocalizedText("En person", "A person")}
DAYS = {
    "former_through": LocalizedText("den sista dagen", "the last day"),
    "follower_from": LocalizedText("den första dagen", "the first day"),
    "through": LocalizedText("den sista dagen", "the last day"),
}
OPEN = ORGANISATIONS | PEOPLE | DAYS
"""What a text may leave open, and what stands for it where no case is shown."""

_PLACE = re.compile(r"\{([^}]*)\}")


def left_open(words: LocalizedText) -> set[str]:
    """The names between braces, of both languages."""
    return {name for text in (words.sv, words.en) for name in _PLACE.findall(text)}


def general(words: LocalizedText) -> LocalizedText:
    """The text as it reads in the document, about no case."""
    return filled(words, lambda name, language: getattr(OPEN[name], language) if name in OPEN else name)


def filled(words: LocalizedText, value: Callable[[str, str], str]) -> LocalizedText:
    """The text with each name replaced by its value in the language: "sv" or "en"."""
    return LocalizedText(
        sv=_PLACE.sub(lambda place: value(place[1], "sv"), words.sv),
        en=_PLACE.sub(lambda place: value(place[1], "en"), words.en),
    )


def ids_in(about: Mapping[str, object], names: Iterable[str]) -> list[str]:
    """The ids of those that a text about this may name: of ORGANISATIONS, or of PEOPLE."""
    return [str(about[name]) for name in names if about.get(name)]
