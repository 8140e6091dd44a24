# SPDX-License-Identifier: EUPL-1.2
"""Two versions of the routine compared: which paragraphs differ, and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from troskel.routine import vocabulary
from troskel.routine.descriptions import ask_in_words, header_in_words, text_in
from troskel.routine.model import Ask, Paragraph, Routine

Fate = Literal["new", "gone", "changed"]
DOCUMENT_CONTROL = "D"


class Change(NamedTuple):
    """A changed field: its text before and after; empty where it had none."""

    field: str
    before: str
    after: str


class AskDiff(NamedTuple):
    """An ask that is new, gone or changed; `duty` is its title."""

    ask: str
    duty: str
    fate: Fate
    changes: list[Change]


class ParagraphDiff(NamedTuple):
    """A paragraph that differs, or the document control (D): its fields and its asks."""

    id: str
    fate: Fate
    changes: list[Change]
    asks: list[AskDiff]


class Piece(NamedTuple):
    """Words that are in both texts, only in the old (gone) or only in the new."""

    how: Literal["same", "gone", "new"]
    text: str


def differences(before: Routine, after: Routine, language: str = "sv") -> list[ParagraphDiff]:
    """The differences, in the order of the new version, what is gone last. Comments in the file are ignored."""
    found = []
    header = _changes(_control(before, after, language), _control(after, before, language))
    if header:
        found.append(ParagraphDiff(DOCUMENT_CONTROL, "changed", header, []))
    for name in dict.fromkeys([*after.by_id, *before.by_id]):
        old, new = before.by_id.get(name), after.by_id.get(name)
        changes = _changes(_fields(before, old, language), _fields(after, new, language))
        asks = _asks(old, new, language)
        if changes or asks:
            found.append(ParagraphDiff(name, _fate(old, new), changes, asks))
    return found


def word_diff(before: str, after: str) -> list[Piece]:
    """The two texts merged word by word."""
    old, new = _words(before), _words(after)
    pieces: list[Piece] = []
    for how, first, last, begins, ends in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            pieces.append(Piece("same", "".join(old[first:last])))
            continue
        pieces += [Piece("gone", "".join(old[first:last]))] if first < last else []
        pieces += [Piece("new", "".join(new[begins:ends]))] if begins < ends else []
    return pieces


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", text)


def _control(routine: Routine, other: Routine, language: str) -> dict[str, str]:
    """The document control, and the order of the paragraphs that both versions have."""
    order = " ".join(name for name in routine.by_id if name in other.by_id)
    return {**header_in_words(routine.header, language), "order": order}


def _fields(routine: Routine, paragraph: Paragraph | None, language: str) -> dict[str, str]:
    if paragraph is None:
        return {}
    heading = next(one for one in routine.headings if one.id == paragraph.heading)
    return {
        "text": text_in(paragraph.text, language),
        "heading": f"{text_in(vocabulary.ROLES[heading.role], language)}: {text_in(heading.title, language)}",
        "role": text_in(vocabulary.ROLES[paragraph.role], language),
    }


def _asks(old: Paragraph | None, new: Paragraph | None, language: str) -> list[AskDiff]:
    before = {ask.ask: ask for ask in (old.asks if old else ())}
    after = {ask.ask: ask for ask in (new.asks if new else ())}
    found = []
    for name in dict.fromkeys([*after, *before]):
        was, is_now = before.get(name), after.get(name)
        told_before, told_after = _in_words(was, language), _in_words(is_now, language)
        changes = _changes(told_before, told_after)
        if changes:
            duty = text_in((is_now or was).duty, language)  # type: ignore[union-attr]
            found.append(AskDiff(name, duty, _fate(was, is_now), changes))
    return found


def _in_words(ask: Ask | None, language: str) -> dict[str, str]:
    """All that it asks; of a notice also what its text leaves open."""
    if ask is None:
        return {}
    return {**ask_in_words(ask, language), "duty": text_in(ask.told or ask.duty, language)}


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    told = [Change(name, before.get(name, ""), after.get(name, "")) for name in {**after, **before}]
    return [change for change in told if change.before != change.after]


def _fate(old: object | None, new: object | None) -> Fate:
    if old is None:
        return "new"
    return "gone" if new is None else "changed"
