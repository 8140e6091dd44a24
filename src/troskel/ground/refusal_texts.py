# SPDX-License-Identifier: EUPL-1.2
"""Refusals as text for people, in Swedish or English: looked up in refusal_texts.toml by the refusal's template.

The name of each value in a template tells its type: a number shown verbatim, a day, a code with a translation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path

import msgspec

from troskel.ground import formatting
from troskel.ground.refusals import EMPTY_CHOICE, BadValue, KeyReused, NotFound, Refusal

Error = Refusal | BadValue | NotFound | KeyReused

TABLE = Path(__file__).with_suffix(".toml")
PREDICATE = re.compile(r"(?:is|lies|has|holds|was) ")
"""The beginning of a template whose implied subject is the value or the duty."""


class LocalizedText(msgspec.Struct, frozen=True):
    """A text in Swedish and English."""

    sv: str
    en: str


class NotFoundText(msgspec.Struct, frozen=True):
    """The sentence about something that was not found, with the word for each kind of thing."""

    text: LocalizedText
    kinds: dict[str, LocalizedText]


class Table(msgspec.Struct, frozen=True):
    """The Swedish of each template (and the English, where the template itself does not suit a page), and of codes."""

    not_found: NotFoundText
    texts: dict[str, str | LocalizedText]
    words: dict[str, dict[str, LocalizedText]]


class Phrasing:
    """How an interface names acts, choices and days. This base class is the API's, where a code is a name."""

    def __init__(self, language: str) -> None:
        self.language = language

    def act(self, name: str) -> str:
        """Returns an act's name in quotation marks, for use in a sentence."""
        return self.quoted(name)

    def quoted(self, name: str) -> str:
        """Returns a name in the quotation marks of the language."""
        return f"“{name}”" if self.language == "en" else f"”{name}”"

    def event(self, name: str) -> list[str]:
        """Returns the acts that write an event."""
        return [self.quoted(name)]

    def choice(self, field: str, code: str) -> str:
        """Returns the text of one choice of a field."""
        return code or EMPTY_CHOICE

    def day(self, day: date) -> str:
        """Returns a day as text."""
        return formatting.long_day(day, self.language)

    def instant(self, instant: datetime) -> str:
        """Returns an instant as text, in Stockholm time."""
        return formatting.long_instant(instant, self.language)


def refusal_text(error: Error, phrasing: Phrasing) -> str:
    """Returns the reason for a refusal, as one or two sentences in the language of `phrasing`."""
    if isinstance(error, NotFound):
        table_text = table().not_found
        return _in_language(table_text.text, phrasing).format(
            kind=_in_language(table_text.kinds[error.kind], phrasing)
        )
    if isinstance(error, KeyReused):
        return _sentence(error.message, {}, phrasing)
    field = getattr(error, "field", "")
    values = {name: _format_value(name, value, field, phrasing) for name, value in error.values.items()}
    return _sentence(error.template, values, phrasing)


@cache
def table() -> Table:
    """Returns the table of texts, read once."""
    return msgspec.toml.decode(TABLE.read_bytes(), type=Table)


def _sentence(template: str, values: dict[str, object], phrasing: Phrasing) -> str:
    entry = table().texts.get(template, "")
    phrase = _in_language(LocalizedText(entry, "") if isinstance(entry, str) else entry, phrasing)
    text = (phrase or template).format(**values) if values else phrase or template
    if not phrase and PREDICATE.match(text):
        text = f"this {text}"
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _in_language(words: LocalizedText, phrasing: Phrasing) -> str:
    return words.en if phrasing.language == "en" else words.sv


# Formatting of values

VERBATIM = frozenset(
    {
        "case", "count", "faults", "fields", "first_year", "form", "key", "last_year", "more", "most", "municipality",
        "number", "order", "paragraphs", "plan_kinds", "serial", "tag", "told", "username", "written",
    }
)  # fmt: skip
"""Values shown verbatim: numbers and names that are the same in every language, and words of a file or program."""

ALIASES = {"roles": "role", "wanted_kind": "order_kind", "next_state": "form_state"}
"""Value names that use the words of another name."""


def has_formatter(name: str) -> bool:
    """Can a value of this name be formatted?"""
    return name in VERBATIM or name in FORMATTERS or ALIASES.get(name, name) in table().words


def _format_value(name: str, value: object, field: str, phrasing: Phrasing) -> object:
    if name in FORMATTERS:
        return FORMATTERS[name](value, phrasing, field)
    if name not in VERBATIM:
        codes = value if isinstance(value, list) else [value]
        return _join_or(
            [_format_code(ALIASES.get(name, name), str(code), phrasing) for code in codes], phrasing
        )
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _format_code(kind: str, code: str, phrasing: Phrasing) -> str:
    words = table().words[kind].get(code)
    return _in_language(words, phrasing) if words else code  # a missing word must not lose the whole sentence


def _format_day(value: object, phrasing: Phrasing, _: str) -> str:
    assert isinstance(value, date)
    return phrasing.day(value)


def _format_choices(value: object, phrasing: Phrasing, field: str) -> str:
    assert isinstance(value, list)
    return ", ".join(phrasing.choice(field, "" if code == EMPTY_CHOICE else code) for code in value)


def _format_events(value: object, phrasing: Phrasing, _: str) -> str:
    assert isinstance(value, list)
    acts = dict.fromkeys(act for event in value for act in phrasing.event(event))
    return _join_or(list(acts) or value, phrasing)


def _join_or(items: list[str], phrasing: Phrasing) -> str:
    *first, last = items
    return f"{', '.join(first)} {'or' if phrasing.language == 'en' else 'eller'} {last}" if first else last


FORMATTERS: dict[str, Callable[[object, Phrasing, str], str]] = {
    **dict.fromkeys(("day", "first_day", "newest_day", "today"), _format_day),
    "act": lambda value, naming, _: naming.act(str(value)),
    "codes": _format_choices,
    "events": _format_events,
    "operation": lambda value, naming, _: naming.quoted(str(value)),
    "month": lambda value, naming, _: formatting.month(date.fromisoformat(f"{value}-01"), naming.language),
    "starts": lambda value, naming, _: naming.instant(datetime.fromisoformat(str(value))),
}
"""Values that need more than a lookup in the table."""
