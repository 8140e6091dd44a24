# SPDX-License-Identifier: EUPL-1.2
"""What the fields of a routine are called, and what is wrong with a file of one, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.routine.differing import Change, Differing, Fate, Piece, apart

ASKS = {
    "of": gettext_noop("Vem"),
    "also_of": gettext_noop("Också"),
    "opens": gettext_noop("Begärs först"),
    "due": gettext_noop("Senast"),
    "fulfilled": gettext_noop("Klart när"),
    "per": gettext_noop("För"),
    "on": gettext_noop("Begärs när"),
    "notice": gettext_noop("I förväg"),
    "when": gettext_noop("Om"),
    "moot_on": gettext_noop("Bortfaller när"),
    "moot_when": gettext_noop("Bortfaller om"),
    "by_hand": gettext_noop("Kan intygas för hand"),
    "attest_from": gettext_noop("Kan intygas från och med"),
    "escalate": gettext_noop("Går till ersättare efter"),
    "at_take_over": gettext_noop("Gäller också det som övertogs"),
}
"""What the document says of what is asked, in the order in which one reads it."""
LABELS = {
    **ASKS,
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
"""What every field is called, where two versions are beside each other."""
FATES: dict[Fate, str] = {
    "new": gettext_noop("Ny"),
    "gone": gettext_noop("Borttagen"),
    "changed": gettext_noop("Ändrad"),
}
ENOUGH_ALIKE = 0.4
"""Of two texts that share less than this, each is shown whole: woven together they could not be read."""


class Field(NamedTuple):
    """A field that says something else, its words woven together."""

    label: str
    pieces: list[Piece]


class Part(NamedTuple):
    """The paragraph itself, or something that it asks: what it is called, what has happened to it, and its fields."""

    title: str
    fate: str
    fields: list[Field]


class Beside(NamedTuple):
    """A paragraph of two versions beside each other."""

    id: str
    fate: str
    parts: list[Part]


def beside(differing: Differing) -> Beside:
    """A difference in words."""
    parts = [Part("", "", _fields(differing.changes))] if differing.changes else []
    parts += [Part(ask.duty, _(FATES[ask.fate]), _fields(ask.changes)) for ask in differing.asks]
    return Beside(differing.id, _(FATES[differing.fate]), parts)


def _fields(changes: list[Change]) -> list[Field]:
    return [Field(_(LABELS[change.field]), woven(change.before, change.after)) for change in changes]


def woven(before: str, after: str) -> list[Piece]:
    """Two texts word by word; where they have little in common, one after the other."""
    pieces = apart(before, after)
    alike = sum(len(piece.text) for piece in pieces if piece.how == "same")
    if alike >= ENOUGH_ALIKE * max(len(before), len(after)):
        return pieces
    whole = [Piece("gone", before), Piece("new", after)]
    return [piece for piece in whole if piece.text]


class Fault(NamedTuple):
    """What is wrong with a file: on which line, where, and why; `said` is in the language of the page."""

    line: str
    where: str
    why: str
    said: bool


AT = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?P<where>[^:]*): (?P<why>.*)")
NO_TOML = re.compile(r"(?P<file>[^:]+): not TOML: (?P<why>.*?)(?: \(at line (?P<line>\d+), column \d+\))?")
REASONS = (
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
"""What the reading of a file says, and how a person reads it. What is not here is shown as it was said."""


def faults(message: str) -> list[Fault]:
    """All that is wrong with a file, in its order. Of what is said in several lines each is a fault."""
    return list(_read(message))


def _read(message: str) -> Iterator[Fault]:
    for line in message.splitlines():
        if at := AT.fullmatch(line):
            why, said = _why(at["why"])
            yield Fault(at["line"], at["where"], why, said)
        elif broken := NO_TOML.fullmatch(line):
            why = _("Filen går inte att läsa som TOML: {why}").format(why=broken["why"])
            yield Fault(broken["line"] or "", "", why, said=True)
        else:
            yield Fault("", "", line, said=False)


def _why(reason: str) -> tuple[str, bool]:
    for pattern, told in REASONS:
        if found := re.fullmatch(pattern, reason):
            return _(told).format(**found.groupdict()), True
    return reason, False
