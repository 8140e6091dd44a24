# SPDX-License-Identifier: EUPL-1.2
"""Labels of acts, fields, choices and events, read from the tables in wording/ in Swedish and English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import get_language

from troskel.acts.core.register import Act
from troskel.routine.model import LocalizedText
from troskel.routine.vocabulary import ROUTINE_EVENTS

WORDING_DIR = Path(__file__).parent / "wording"


class ActText(msgspec.Struct, frozen=True):
    """An act's title (button and heading), and a sentence that explains it."""

    title: LocalizedText
    lead: LocalizedText


class FieldText(msgspec.Struct, frozen=True):
    """A field's label and help text."""

    label: LocalizedText
    help: LocalizedText = LocalizedText("", "")


class FieldTable(msgspec.Struct, frozen=True):
    """The contents of fields.toml: labels of fields, and of the choices of a field."""

    fields: dict[str, FieldText]
    choices: dict[str, dict[str, LocalizedText]]


def localized(text: LocalizedText) -> str:
    """Returns the text in the language of the page."""
    return text.en if get_language() == "en" else text.sv


def act_text(name: str) -> ActText | None:
    """Returns an act's text; None if it has no form."""
    return _acts().get(name)


def chapter_title(chapter: str) -> LocalizedText:
    """Returns a chapter's heading. Raises KeyError if none of its acts has a form."""
    return _chapters()[chapter]


def field_text(act: Act[Any], path: str) -> FieldText:
    """Returns a field's text: the act's own, else the general one of that name. Raises KeyError if there is none."""
    fields = _fields().fields
    return fields.get(f"{act.name}.{path}") or fields[_last_part(path)]


def choice_labels(act: Act[Any], path: str) -> dict[str, LocalizedText]:
    """Returns the labels of a field's choices by code; empty if the field has no choices."""
    table = _fields().choices
    return table.get(f"{act.name}.{path}") or table.get(_last_part(path), {})


def event_label(name: str) -> LocalizedText:
    """Returns the label of a journal event; the routine's own text if events.toml has none."""
    return _events().get(name) or ROUTINE_EVENTS[name]


def event_names() -> list[str]:
    """Returns the events with a label in events.toml: those that can be about a client."""
    return list(_events())


def act_names() -> list[str]:
    """Returns the names of all acts that have a text."""
    return list(_acts())


def _last_part(path: str) -> str:
    return path.rsplit(".", 1)[-1]


@cache
def _act_table() -> dict[str, Any]:
    return tomllib.loads((WORDING_DIR / "acts.toml").read_text(encoding="utf-8"))


@cache
def _acts() -> dict[str, ActText]:
    texts = {
        name: text for chapter in _act_table().values() for name, text in chapter.items() if name != "chapter"
    }
    return msgspec.convert(texts, dict[str, ActText])


@cache
def _chapters() -> dict[str, LocalizedText]:
    return msgspec.convert(
        {name: acts["chapter"] for name, acts in _act_table().items()}, dict[str, LocalizedText]
    )


@cache
def _fields() -> FieldTable:
    return msgspec.toml.decode((WORDING_DIR / "fields.toml").read_bytes(), type=FieldTable)


@cache
def _events() -> dict[str, LocalizedText]:
    return msgspec.toml.decode((WORDING_DIR / "events.toml").read_bytes(), type=dict[str, LocalizedText])
