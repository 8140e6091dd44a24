# SPDX-License-Identifier: EUPL-1.2
"""What acts, their values and their choices are called: the tables in wording/, in Swedish and English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import get_language

from troskel.acts.core.register import Act
from troskel.routine.model import Words
from troskel.routine.vocabulary import HAPPENINGS

FOLDER = Path(__file__).parent / "wording"


class ActWords(msgspec.Struct, frozen=True):
    """An act's button and heading, and what it means."""

    title: Words
    lead: Words


class FieldWords(msgspec.Struct, frozen=True):
    """A field's label, and what may help."""

    label: Words
    help: Words = Words("", "")


class Fields(msgspec.Struct, frozen=True):
    """The table of fields, and of the choices that some have."""

    fields: dict[str, FieldWords]
    choices: dict[str, dict[str, Words]]


def said(words: Words) -> str:
    """The words in the language of the page."""
    return words.en if get_language() == "en" else words.sv


def of_act(name: str) -> ActWords | None:
    """An act's words; None where it has no form."""
    return _acts().get(name)


def of_chapter(chapter: str) -> Words:
    """A chapter's heading. Raises KeyError where none of its acts has a form."""
    return _chapters()[chapter]


def of_field(act: Act[Any], path: str) -> FieldWords:
    """A field's words: the act's own, else those that the name has everywhere. Raises KeyError where it has none."""
    fields = _fields().fields
    return fields.get(f"{act.name}.{path}") or fields[_last(path)]


def choices_of(act: Act[Any], path: str) -> dict[str, Words]:
    """The words of a field's choices; empty where it is no choice."""
    table = _fields().choices
    return table.get(f"{act.name}.{path}") or table.get(_last(path), {})


def of_event(name: str) -> Words:
    """What a line of the journal says happened; in the routine's own words where no others are written."""
    return _events().get(name) or HAPPENINGS[name]


def events() -> list[str]:
    """The events that have words of their own: those that can be about a client."""
    return list(_events())


def every_name() -> list[str]:
    """The names of all acts that have words."""
    return list(_acts())


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "acts.toml").read_text(encoding="utf-8"))


@cache
def _acts() -> dict[str, ActWords]:
    told = {
        name: words for chapter in _table().values() for name, words in chapter.items() if name != "chapter"
    }
    return msgspec.convert(told, dict[str, ActWords])


@cache
def _chapters() -> dict[str, Words]:
    return msgspec.convert({name: told["chapter"] for name, told in _table().items()}, dict[str, Words])


@cache
def _fields() -> Fields:
    return msgspec.toml.decode((FOLDER / "fields.toml").read_bytes(), type=Fields)


@cache
def _events() -> dict[str, Words]:
    return msgspec.toml.decode((FOLDER / "events.toml").read_bytes(), type=dict[str, Words])
