# SPDX-License-Identifier: EUPL-1.2
"""Each role's first hour: reached from the start page and from Mer, and it leads only where the role may go."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from tests.town import CODE, Town
from tests.web.test_act_forms import screen
from tests.web.test_page_help import DRAWER, drawer
from troskel.duties import routines
from troskel.people.roles import EVERY_ROLE
from troskel.screens import language
from troskel.screens.pages import PAGES
from troskel.web.text.guides import GUIDES
from troskel.web.text.phrases import RULES


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def test_every_role_has_a_first_hour() -> None:
    assert set(GUIDES) == {role.value for role in EVERY_ROLE} | {"alarm coordinator"}
    for who, guide in GUIDES.items():
        assert 4 <= len(guide.steps) <= 7, who


PEOPLE_OF_GUIDES = {
    "anna": "assessor",
    "siri": "administrator",
    "maria": "manager",
    "erik": "economist",
    "olle": "coordinator",
    "lars": "alarm coordinator",
    "carin": "carer",
    "rut": "responder",
    "laban": "locksmith",
}


@pytest.mark.parametrize("name", PEOPLE_OF_GUIDES)
def test_the_first_hour_leads_where_one_may_go(town: Town, name: str) -> None:
    guide = GUIDES[PEOPLE_OF_GUIDES[name]]
    with town.standing():
        browser = screen(town, name)
        start = browser.get("/").content.decode()
        assert start.count(f'href="{reverse("guide")}"') >= 2, "from the start page, and under Mer"
        page = browser.get("/guide/").content.decode()
        main = page[page.index("<main") :]
        links = re.findall(r'<a class="ds-link" href="([^"]+)"', main)[: len(guide.steps)]
        for step, link in zip(guide.steps, links, strict=True):
            assert step.title in main
            assert browser.get(link).status_code == 200, (step.title, link)


def test_the_first_hour_in_english(town: Town) -> None:
    with town.standing():
        browser = screen(town, "laban")
        browser.cookies[language.COOKIE_NAME] = "en"
        page = browser.get("/guide/").content.decode()
    assert "See your week" in page
    assert "What is this page for?" in page


def test_what_a_page_serves_is_in_the_routine(town: Town) -> None:
    routine = routines.approved_last(CODE)
    assert routine is not None
    known = {*routine.by_id, "D", *RULES}
    assert {name for spec in PAGES for name in spec.serves} <= known


def test_the_drawer_names_paragraphs_as_links_and_rules_in_words(town: Town) -> None:
    with town.standing():
        page = screen(town, "anna").get("/gaps/").content.decode()
    found = DRAWER.search(page)
    assert found
    assert 'href="/routine/#A8"' in found[1]
    assert RULES["rule 4"] in drawer(page)
    assert "rule 4" not in found[1]
