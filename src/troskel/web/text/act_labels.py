# SPDX-License-Identifier: EUPL-1.2
"""Labels of acts, fields and choices, read from the tables in wording/ in Swedish and English."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.utils.translation import get_language, gettext

from troskel.acts.chapters import REGISTER, acts_in_order
from troskel.acts.core.register import Act
from troskel.routine.model import LocalizedText

WORDING_DIR = Path(__file__).parent / "wording"


class ActText(NamedTuple):
    """An act's title (button and heading), and a sentence that explains it, in the language of the page."""

    title: str
    lead: str


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
    act = REGISTER[name]
    return ActText(gettext(act.title), gettext(act.lead)) if act.title else None


def chapter_heading(act: Act[Any]) -> str:
    """Returns the heading of the act's chapter."""
    return gettext(act.heading)


def field_text(act: Act[Any], path: str) -> FieldText:
    """Returns a field's text: the act's own, else the general one of that name. Raises KeyError if there is none."""
    fields = _fields().fields
    return fields.get(f"{act.name}.{path}") or fields[_last_part(path)]


def choice_labels(act: Act[Any], path: str) -> dict[str, LocalizedText]:
    """Returns the labels of a field's choices by code; empty if the field has no choices."""
    table = _fields().choices
    return table.get(f"{act.name}.{path}") or table.get(_last_part(path), {})


def act_names() -> list[str]:
    """Returns the names of all acts that have a form."""
    return [act.name for act in acts_in_order() if act.title]


def _last_part(path: str) -> str:
    return path.rsplit(".", 1)[-1]


@cache
def _fields() -> FieldTable:
    return msgspec.toml.decode((WORDING_DIR / "fields.toml").read_bytes(), type=FieldTable)
