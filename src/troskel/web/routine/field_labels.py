# SPDX-License-Identifier: EUPL-1.2
"""Labels of the routine's fields, differences between versions, and errors in a routine file, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.routine import version_diff
from troskel.routine.version_diff import Change, Fate, ParagraphDiff, Piece

ASK_LABELS = {
    "of": gettext_noop("Vem"),
    "also_of": gettext_noop("Också"),
    "opens": gettext_noop("Begärs först"),
    "due": gettext_noop("Senast"),
    "fulfilled": gettext_noop("Klart när"),
    "per": gettext_noop("För"),
    "on": gettext_noop("Begärs när"),
    "notice": gettext_noop("I förväg"),
    "silence": gettext_noop("Så länge utan besök"),
    "when": gettext_noop("Om"),
    "moot_on": gettext_noop("Bortfaller när"),
    "moot_when": gettext_noop("Bortfaller om"),
    "by_hand": gettext_noop("Kan intygas för hand"),
    "attest_from": gettext_noop("Kan intygas från och med"),
    "escalate": gettext_noop("Går till ersättare efter"),
    "at_take_over": gettext_noop("Gäller också det som övertogs"),
}
"""Labels of an ask's fields, in reading order."""
FIELD_LABELS = {
    **ASK_LABELS,
    "duty": gettext_noop("Vad"),
    "kind": gettext_noop("Slag"),
    "done_by": gettext_noop("Görs klart av att"),
    "done_when": gettext_noop("Klart om"),
    "text": gettext_noop("Så står det"),
    "heading": gettext_noop("Rubrik"),
    "role": gettext_noop("Roll"),
    "id": gettext_noop("Beteckning"),
    "title": gettext_noop("Titel"),
    "valid_from": gettext_noop("Gäller från"),
    "changed": gettext_noop("Ändrad"),
    "change_note": gettext_noop("Ändringen"),
    "approved_by": gettext_noop("Fastställd av"),
    "approved_on": gettext_noop("Fastställd den"),
    "responsible": gettext_noop("Ansvariga"),
    "free_eves": gettext_noop("Lediga aftnar"),
    "order": gettext_noop("Punkternas ordning"),
}
"""Labels of all fields that a comparison can show."""
FATE_LABELS: dict[Fate, str] = {
    "new": gettext_noop("Ny"),
    "gone": gettext_noop("Borttagen"),
    "changed": gettext_noop("Ändrad"),
}
MIN_COMMON_SHARE = 0.4
"""Two texts that share less than this are shown whole: a word diff would be unreadable."""


class FieldChange(NamedTuple):
    """A changed field as a word diff."""

    label: str
    pieces: list[Piece]


class ChangedPart(NamedTuple):
    """Changes of the paragraph itself (empty title) or of one of its asks."""

    title: str
    fate: str
    fields: list[FieldChange]


class ParagraphChange(NamedTuple):
    """The changes of a paragraph between two versions."""

    id: str
    fate: str
    parts: list[ChangedPart]


def paragraph_change(differing: ParagraphDiff) -> ParagraphChange:
    """Returns a difference in words."""
    parts = [ChangedPart("", "", _field_changes(differing.changes))] if differing.changes else []
    parts += [
        ChangedPart(ask.duty, _(FATE_LABELS[ask.fate]), _field_changes(ask.changes)) for ask in differing.asks
    ]
    return ParagraphChange(differing.id, _(FATE_LABELS[differing.fate]), parts)


def _field_changes(changes: list[Change]) -> list[FieldChange]:
    return [
        FieldChange(_(FIELD_LABELS[change.field]), readable_word_diff(change.before, change.after))
        for change in changes
    ]


def readable_word_diff(before: str, after: str) -> list[Piece]:
    """Returns a word diff; texts with little in common come whole, one after the other."""
    pieces = version_diff.word_diff(before, after)
    common = sum(len(piece.text) for piece in pieces if piece.how == "same")
    if common >= MIN_COMMON_SHARE * max(len(before), len(after)):
        return pieces
    whole = [Piece("gone", before), Piece("new", after)]
    return [piece for piece in whole if piece.text]


class FileFault(NamedTuple):
    """An error in a file: its line, place and reason. `is_localized`: the reason is in the language of the page."""

    line: str
    where: str
    reason: str
    is_localized: bool


FAULT_LINE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?P<where>[^:]*): (?P<why>.*)")
TOML_FAULT = re.compile(r"(?P<file>[^:]+): not TOML: (?P<why>.*?)(?: \(at line (?P<line>\d+), column \d+\))?")
REASON_TEXTS = (
    (r"is missing", gettext_noop("Det saknas.")),
    (r"(?P<what>\w+) is missing", gettext_noop("{what} saknas.")),
    (r'unknown key "(?P<what>[^"]*)"', gettext_noop("Ordet {what} finns inte här.")),
    (r'unknown [a-z -]+ "(?P<what>[^"]*)"', gettext_noop("{what} är inget av orden som får stå här.")),
    (r"text in sv is missing", gettext_noop("Texten på svenska saknas.")),
    (r"text in en is missing", gettext_noop("Texten på engelska saknas.")),
    (r'"(?P<what>[^"]*)" is used twice', gettext_noop("{what} används två gånger.")),
    (r'names no heading: "(?P<what>[^"]*)"', gettext_noop("Det finns ingen rubrik som heter {what}.")),
    (r"is not a day: .*", gettext_noop("Det är ingen dag. Skriv till exempel 2026-11-25.")),
    (r"is before valid_from", gettext_noop("Dagen ligger före den då rutinen började gälla.")),
    (r"(?:\w+ )?must be a number of days.*", gettext_noop("Här ska stå ett antal dagar.")),
    (r"is a duty that nothing fulfils.*", gettext_noop("Inget gör uppgiften klar: säg vad som gör det.")),
    (r"must be a text", gettext_noop("Här ska stå en text.")),
    (r"must be \{ sv, en \}", gettext_noop("Här ska texten stå på svenska och engelska.")),
)  # fmt: skip
"""Patterns of the parser's messages and their texts. Other messages are shown unchanged."""


def parse_faults(message: str) -> list[FileFault]:
    """Returns the errors of a parser message, one a line."""
    return list(_faults(message))


def _faults(message: str) -> Iterator[FileFault]:
    for line in message.splitlines():
        if match := FAULT_LINE.fullmatch(line):
            reason, is_localized = _reason_text(match["why"])
            yield FileFault(match["line"], match["where"], reason, is_localized)
        elif toml_match := TOML_FAULT.fullmatch(line):
            reason = _("Filen går inte att läsa som TOML: {why}").format(why=toml_match["why"])
            yield FileFault(toml_match["line"] or "", "", reason, is_localized=True)
        else:
            yield FileFault("", "", line, is_localized=False)


def _reason_text(reason: str) -> tuple[str, bool]:
    for pattern, text in REASON_TEXTS:
        if match := re.fullmatch(pattern, reason):
            return _(text).format(**match.groupdict()), True
    return reason, False
