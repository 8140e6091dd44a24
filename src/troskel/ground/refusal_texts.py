# SPDX-License-Identifier: EUPL-1.2
"""Refusals as text for people: the Swedish text of the error, put into the reader's language by the catalogue.

The name of each value in a text tells its type: a number shown verbatim, a day, a code with a word of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.utils.translation import gettext, override

from troskel.ground import formatting
from troskel.ground.refusals import EMPTY_CHOICE, NOT_FOUND_KINDS, CodedError
from troskel.ground.value_words import WORDS


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


def refusal_text(error: CodedError, phrasing: Phrasing) -> str:
    """Returns the reason for a refusal, as one or two sentences in the language of `phrasing`."""
    template = translated(error.text, phrasing.language)
    field = getattr(error, "field", "")
    values = {name: _format_value(name, value, field, phrasing) for name, value in error.values.items()}
    text = template.format(**values) if values else template
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def english(error: CodedError) -> str:
    """Returns the reason in English, as the API and the command line tell it where nobody asks for Swedish."""
    return refusal_text(error, Phrasing("en"))


def translated(text: str, language: str) -> str:
    """Returns a marked text in a language: as it stands in Swedish, else from the catalogue."""
    if language != "en":
        return text
    with override(language):
        return gettext(text)


# Formatting of values

VERBATIM = frozenset(
    {
        "case", "count", "faults", "fields", "first_year", "form", "key", "last_year", "line", "lines", "more", "most",
        "municipality", "number", "order", "paragraphs", "plan_kinds", "serial", "tag", "told", "username", "written",
    }
)  # fmt: skip
"""Values shown verbatim: numbers and names that are the same in every language, and words of a file or program."""

ALIASES = {"roles": "role", "wanted_kind": "order_kind", "next_state": "form_state"}
"""Value names that use the words of another name."""


def has_formatter(name: str) -> bool:
    """Can a value of this name be formatted?"""
    return name in VERBATIM or name in FORMATTERS or ALIASES.get(name, name) in WORDS


def _format_value(name: str, value: object, field: str, phrasing: Phrasing) -> object:
    if name in FORMATTERS:
        return FORMATTERS[name](value, phrasing, field)
    if name not in VERBATIM:
        codes = value if isinstance(value, list) else [value]
        words = WORDS[ALIASES.get(name, name)]
        return _join_or([_format_code(words, str(code), phrasing) for code in codes], phrasing)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _format_code(words: dict[str, str], code: str, phrasing: Phrasing) -> str:
    # a missing word must not lose the whole sentence
    return translated(words[code], phrasing.language) if code in words else code


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
    "missing": lambda value, naming, _: translated(NOT_FOUND_KINDS[str(value)], naming.language),
    "month": lambda value, naming, _: formatting.month(date.fromisoformat(f"{value}-01"), naming.language),
    "starts": lambda value, naming, _: naming.instant(datetime.fromisoformat(str(value))),
}
"""Values that need more than a lookup among the words."""
