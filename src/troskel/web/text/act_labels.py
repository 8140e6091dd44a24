# SPDX-License-Identifier: EUPL-1.2
"""Titles of acts and labels of codes, in the language of the page."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import get_language, gettext

from troskel.acts.chapters import REGISTER, acts_in_order
from troskel.ground.choices import Choice
from troskel.routine.model import LocalizedText
from troskel.runner.fields import fields_of
from troskel.runner.register import Act


class ActText(NamedTuple):
    """An act's title (button and heading), and a sentence that explains it, in the language of the page."""

    title: str
    lead: str


def localized(text: LocalizedText) -> str:
    """Returns the text in the language of the page."""
    return text.en if get_language() == "en" else text.sv


def act_text(name: str) -> ActText | None:
    """Returns an act's text; None if it has no form, or is a reading."""
    act = REGISTER.get(name)
    return ActText(gettext(act.title), gettext(act.lead)) if act and act.title else None


def chapter_heading(act: Act[Any]) -> str:
    """Returns the heading of the act's chapter."""
    return gettext(act.heading)


def choice_label(codes: type[Choice], code: object) -> str:
    """Returns a code's label in the language of the page; empty if it is none of the codes."""
    label = codes.label_of(code)
    return gettext(label) if label else ""


def choice_labels(codes: type[Choice]) -> dict[str, str]:
    """Returns the labels of all codes, in order, in the language of the page."""
    return {str(member): gettext(member.label) for member in codes}


def field_choices(act: Act[Any], path: str) -> type[Choice] | None:
    """Returns the codes that an act's field takes; None if it has no list of them. `path` may be its last part."""
    specs = fields_of(act.values)
    return next((spec.choices for spec in specs if path in (spec.path, spec.path.rpartition(".")[2])), None)


def act_names() -> list[str]:
    """Returns the names of all acts that have a form."""
    return [act.name for act in acts_in_order() if act.title]
