# SPDX-License-Identifier: EUPL-1.2
"""The guides for adding an act and a page are followed: their code is run as if it stood in the files they name."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.template import engines
from django.test import override_settings
from django.urls import include, path
from jinja2 import ChoiceLoader, DictLoader

from tests.acts.examples import ActExample
from tests.town import Town, founded, town
from tests.web.test_act_forms import screen
from troskel.acts import informing
from troskel.acts.chapters import REGISTER
from troskel.people.roles import EVERY_ROLE
from troskel.permits.acts import ACTS
from troskel.runner.suggestions import SUGGESTERS
from troskel.screens.pages import PAGES
from troskel.web.forms import fields as forms_fields

__all__ = ["founded", "town"]

CATALOGUE = Path(__file__).parents[2] / "src" / "troskel" / "locale" / "en" / "LC_MESSAGES" / "django.po"
DOCS = Path(__file__).parent.parent.parent / "docs"


def block(guide: str, kind: str) -> str:
    """The guide's one block of code that begins with this line after the fence."""
    (found,) = re.findall(
        rf"^```{kind}\n(.*?)^```", (DOCS / guide).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return str(found)


def translated(guide: str) -> set[str]:
    catalogue = read_po(io.BytesIO(block(guide, "po").encode()), locale="en")
    return {str(message.id) for message in catalogue if message.id and message.string}


def in_catalogue() -> set[str]:
    """The texts that have their English already, as that of a refusal made elsewhere too."""
    with CATALOGUE.open("rb") as file:
        return {str(message.id) for message in read_po(file, locale="en") if message.id}


def texts(code: str, method: str) -> set[str]:
    return {str(message) for _, message, _, _ in extract(method, io.BytesIO(code.encode()))}


@pytest.fixture
def chapter() -> Iterator[dict[str, Any]]:
    """The chapter's names, with the guide's act among them. Afterwards the registers are as before."""
    before, suggesters = set(REGISTER), {event: list(those) for event, those in SUGGESTERS.items()}
    names = dict(vars(informing))
    exec(compile(block("adding-an-act.md", "python act"), "adding-an-act.md", "exec"), names)
    yield names
    for name in set(REGISTER) - before:
        del REGISTER[name], ACTS[name]
    SUGGESTERS.clear()
    SUGGESTERS.update(suggesters)


@pytest.mark.usefixtures("chapter")
def test_a3_the_act_of_the_guide_is_done_and_refused(town: Town) -> None:
    names = {"ActExample": ActExample, "Town": Town}
    exec(compile(block("adding-an-act.md", "python test"), "adding-an-act.md", "exec"), names)
    for name, value in list(names.items()):
        if name.startswith("test_"):
            value(town)
    ((act, example),) = names["EXAMPLES"].items()  # type: ignore[attr-defined]
    town.refused(example.who, act, example.rule, **{**example.values(town), **example.wrong})


@pytest.mark.usefixtures("chapter")
def test_the_act_of_the_guide_has_a_form_with_labels() -> None:
    act = REGISTER["agree_on_key_box"]
    form = forms_fields.fields_of(act, [], {})
    assert [(field.path, field.kind) for field in form] == [
        ("client", "text"),
        ("place", "radios"),
        ("text", "area"),
    ]
    assert all(field.label for field in form)
    assert act.title and act.lead and act.heading


def test_guides_translate_their_texts() -> None:
    new = texts(block("adding-an-act.md", "python act"), "python") - in_catalogue()
    assert translated("adding-an-act.md") == new
    template = block("adding-a-page.md", "jinja template")
    shown = set(re.findall(r"{% trans %}(.*?){% endtrans %}", template))
    about = set(re.findall(r'gettext_noop\("(.*?)"\)', block("adding-a-page.md", "python view")))
    assert translated("adding-a-page.md") == shown | about


def test_the_page_of_the_guide_is_shown(town: Town, settings: Any) -> None:
    settings.DEMO = True
    names: dict[str, Any] = {"__name__": "troskel.web.desk.contacts"}
    environment = engines["jinja2"].env  # type: ignore[attr-defined]
    loader, declared = environment.loader, list(PAGES)
    environment.loader = ChoiceLoader(
        [DictLoader({"web/contacts.html": block("adding-a-page.md", "jinja template")}), loader]
    )
    try:
        exec(compile(block("adding-a-page.md", "python view"), "adding-a-page.md", "exec"), names)
        spec = PAGES[-1]
        assert (spec.package, spec.name) == ("troskel.web", "contacts")
        urls = type(
            "urls",
            (),
            {"urlpatterns": [path(spec.path, spec.view), path("", include("troskel.config.urls"))]},
        )
        test_names = {"Town": Town, "screen": screen, "EVERY_ROLE": EVERY_ROLE}
        exec(compile(block("adding-a-page.md", "python test"), "adding-a-page.md", "exec"), test_names)
        assert test_names["WHO_MAY"] == {"contacts": spec.who}  # type: ignore[comparison-overlap]
        with override_settings(ROOT_URLCONF=urls), town.standing():
            test_names["test_contacts_are_shown"](town)  # type: ignore[operator]
    finally:
        environment.loader, PAGES[:] = loader, declared
