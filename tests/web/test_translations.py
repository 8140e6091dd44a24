# SPDX-License-Identifier: EUPL-1.2
"""Nothing that a person reads is untranslated, and no visible word stands in a template past the catalogue."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from jinja2 import Environment

from troskel.acts.chapters import REGISTER
from troskel.web.forms import fields
from troskel.web.text import act_labels

SOURCE = Path(__file__).parent.parent.parent / "src" / "troskel"
LOCALE = SOURCE / "locale"
TEMPLATES = sorted(
    [
        *SOURCE.glob("web/jinja2/**/*.html"),
        *SOURCE.glob("phone/jinja2/**/*.html"),
        *SOURCE.glob("screens/jinja2/**/*.html"),
    ]
)
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "gettext_noop": None}
NAMES = {"Tröskel", "API", "W-"}
"""What is the same in every language."""
READ_ALOUD = ("alt", "aria-label", "placeholder", "title", "value")


@cache
def messages() -> frozenset[str]:
    """Every message of pages and code."""
    with (LOCALE / "babel.cfg").open() as told:
        methods, options = parse_mapping_cfg(told)
    found: Any = extract_from_dir(SOURCE, methods, options, keywords=KEYWORDS)  # type: ignore[arg-type]
    return frozenset(message[0] if isinstance(message, tuple) else message for _, _, message, *_ in found)


def catalogue_messages() -> list[Any]:
    """The entries of the English catalogue, without its header."""
    with (LOCALE / "en" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return [message for message in read_po(file, locale="en") if message.id]


def catalogue() -> dict[str, list[str]]:
    """The English of each message, in all its forms."""
    found = {}
    for message in catalogue_messages():
        name = message.id if isinstance(message.id, str) else message.id[0]
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        found[name] = [] if message.fuzzy else strings
    return found


def test_every_message_is_translated() -> None:
    english = catalogue()
    untranslated = sorted(one for one in messages() if not all(english.get(one) or [""]))
    assert untranslated == [], "run ./dev words, and give each its English"


def test_no_obsolete_translation() -> None:
    assert sorted(set(catalogue()) - messages()) == [], "run ./dev words"


def test_placeholders_agree() -> None:
    """The English has the placeholders of its Swedish; of a plural, each form those of its own."""

    def placeholders(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}|%\(\w+\)s", text))

    for message in catalogue_messages():
        if isinstance(message.id, str):
            assert placeholders(str(message.string)) == placeholders(message.id), message.id
            continue
        for swedish, english in zip(message.id, message.string, strict=True):
            assert placeholders(english) == placeholders(swedish), message.id


def visible_texts(template: str) -> str:
    """The words of a template that are outside of every expression and every `trans`."""
    bare = re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)
    bare = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", bare, flags=re.DOTALL)
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", bare, flags=re.DOTALL)
    read_aloud = re.findall(rf'\b(?:{"|".join(READ_ALOUD)})="([^"]*)"', bare)
    bare = re.sub(r'\b[\w-]+="[^"]*"', "", bare)  # an attribute, also one that a macro gives
    return " ".join([re.sub(r"<[^>]*>", " ", bare), *(one for one in read_aloud if one not in VALUES)])


VALUES = {"preview", "find", "confirm", "change", "fixed", "urgent", "usual", "on", ""}
"""What a button sends, and nobody reads."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_untranslated_text_in_templates(path: Path) -> None:
    left = visible_texts(path.read_text())
    assert set(re.findall(r"[^\W\d_]{2,}", left)) <= NAMES


@pytest.mark.parametrize("wrong", ["<p>Hej</p>", '<a aria-label="Stäng">×</a>', "{% if x %}Ja{% endif %}"])
def test_untranslated_text_would_be_found(wrong: str) -> None:
    assert set(re.findall(r"[^\W\d_]{2,}", visible_texts(wrong))) - NAMES


def test_every_field_and_choice_has_a_label() -> None:
    walked = 0
    for name in act_labels.act_names():
        for field in fields.fields_of(REGISTER[name], [], {}):
            assert field.label, (name, field.path)
            assert all(choice.label for choice in field.choices), (name, field.path)
            walked += 1 + len(field.choices)
    assert walked > 200


def test_extraction_matches_rendering() -> None:
    """The reading of templates above is by hand; this asks Jinja whether it agrees that they hold what they hold."""
    environment = Environment(extensions=["jinja2.ext.i18n"])
    for path in TEMPLATES:
        environment.parse(path.read_text())
