# SPDX-License-Identifier: EUPL-1.2
"""Why not, in Swedish or English, as a person reads it: the table saying_no.toml, by the template of the refusal.

The name of each value in a template tells what it is: a number that stands as it is, a day, a code that has a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path

import msgspec

from troskel.ground import clock, swedish
from troskel.ground.refusals import EMPTY, BadValue, KeyUsedOtherwise, NotFound, Refusal

Error = Refusal | BadValue | NotFound | KeyUsedOtherwise

TABLE = Path(__file__).with_suffix(".toml")
PREDICATE = re.compile(r"(?:is|lies|has|holds|was) ")
"""How a template begins of which the value, or the duty, is the subject."""


class Words(msgspec.Struct, frozen=True):
    """A text in Swedish and English."""

    sv: str
    en: str


class NotFoundWords(msgspec.Struct, frozen=True):
    """What is said of a thing that is not there, with the word for each kind of thing."""

    says: Words
    kinds: dict[str, Words]


class Table(msgspec.Struct, frozen=True):
    """The Swedish of each template (and the English, where the code's own words would not do), and words of codes."""

    not_found: NotFoundWords
    said: dict[str, str | Words]
    words: dict[str, dict[str, Words]]


class Naming:
    """What an interface calls acts, choices and days. As it is here, so the API does: there a code is a name."""

    def __init__(self, language: str) -> None:
        self.language = language

    def act(self, name: str) -> str:
        """An act, in quotation marks as it stands in a sentence: by its name."""
        return self.quoted(name)

    def quoted(self, name: str) -> str:
        """A name in the quotation marks of the language."""
        return f"“{name}”" if self.language == "en" else f"”{name}”"

    def event(self, name: str) -> list[str]:
        """What one does to make an event happen."""
        return [self.quoted(name)]

    def choice(self, field: str, code: str) -> str:
        """One of the answers to choose among in a field."""
        return code or EMPTY

    def day(self, day: date) -> str:
        """A day."""
        return swedish.day_in_words(day, self.language)

    def instant(self, instant: datetime) -> str:
        """An instant."""
        return f"{self.day(clock.day_of(instant))} {instant.astimezone(clock.STOCKHOLM):%H.%M}"


def said(error: Error, naming: Naming) -> str:
    """Why not, in a sentence or two of the language of `naming`."""
    if isinstance(error, NotFound):
        words = table().not_found
        return _in(words.says, naming).format(kind=_in(words.kinds[error.kind], naming))
    if isinstance(error, KeyUsedOtherwise):
        return _sentence(error.message, {}, naming)
    field = getattr(error, "field", "")
    values = {name: _put(name, value, field, naming) for name, value in error.values.items()}
    return _sentence(error.template, values, naming)


@cache
def table() -> Table:
    """The table, read once."""
    return msgspec.toml.decode(TABLE.read_bytes(), type=Table)


def _sentence(template: str, values: dict[str, object], naming: Naming) -> str:
    found = table().said.get(template, "")
    ours = _in(Words(found, "") if isinstance(found, str) else found, naming)
    text = (ours or template).format(**values) if values else ours or template
    if not ours and PREDICATE.match(text):
        text = f"this {text}"
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _in(words: Words, naming: Naming) -> str:
    return words.en if naming.language == "en" else words.sv


# values in words

AS_THEY_ARE = frozenset(
    {
        "case", "count", "faults", "fields", "first_year", "form", "key", "last_year", "more", "most", "municipality",
        "number", "order", "paragraphs", "plan_kinds", "serial", "tag", "told", "username", "written",
    }
)  # fmt: skip
"""Numbers and names that are the same in every language; and words of a file or a program, told as they are."""

SAME_WORDS = {"roles": "role", "wanted_kind": "order_kind", "next_state": "form_state"}
"""Values whose words are another's."""


def is_known(name: str) -> bool:
    """Is there a way to put a value of this name in words?"""
    return name in AS_THEY_ARE or name in PUT or SAME_WORDS.get(name, name) in table().words


def _put(name: str, value: object, field: str, naming: Naming) -> object:
    if name in PUT:
        return PUT[name](value, naming, field)
    if name not in AS_THEY_ARE:
        codes = value if isinstance(value, list) else [value]
        return _or([_code(SAME_WORDS.get(name, name), str(code), naming) for code in codes], naming)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _code(sort: str, code: str, naming: Naming) -> str:
    words = table().words[sort].get(code)
    return _in(words, naming) if words else code  # a word that is missing must not take the sentence away


def _day(value: object, naming: Naming, _: str) -> str:
    assert isinstance(value, date)
    return naming.day(value)


def _choices(value: object, naming: Naming, field: str) -> str:
    assert isinstance(value, list)
    return ", ".join(naming.choice(field, "" if code == EMPTY else code) for code in value)


def _events(value: object, naming: Naming, _: str) -> str:
    assert isinstance(value, list)
    acts = dict.fromkeys(act for event in value for act in naming.event(event))
    return _or(list(acts) or value, naming)


def _or(many: list[str], naming: Naming) -> str:
    *first, last = many
    return f"{', '.join(first)} {'or' if naming.language == 'en' else 'eller'} {last}" if first else last


PUT: dict[str, Callable[[object, Naming, str], str]] = {
    **dict.fromkeys(("day", "first_day", "newest_day", "today"), _day),
    "act": lambda value, naming, _: naming.act(str(value)),
    "codes": _choices,
    "events": _events,
    "operation": lambda value, naming, _: naming.quoted(str(value)),
    "month": lambda value, naming, _: swedish.month_in_words(str(value), naming.language),
    "starts": lambda value, naming, _: naming.instant(datetime.fromisoformat(str(value))),
}
"""Values that are put in words by more than a table."""
