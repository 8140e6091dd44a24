# SPDX-License-Identifier: EUPL-1.2
"""Each page says what it is for and which paragraph it serves; each role has a first hour, whose links it may open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.api import cast as casting
from tests.api.cast import NOW, PEOPLE, Cast
from tests.web.test_page_access import request_page
from tests.web.test_pages import become
from troskel.ground import clock
from troskel.people.roles import Role
from troskel.phone import urls as phone_urls
from troskel.screens.pages import ANYONE, PAGES, PageSpec, page_around
from troskel.web import urls as web_urls

SHOWN_NOWHERE = {
    *("live", "ready", "metrics"),
    *("count", "basis-form", "letter", "receipt", "work-order", "labels", "calendar-feed"),
    *("sign-in-start", "sign-in-back"),
    *("phone-manifest", "phone-worker"),
}
"""Addresses that answer a program, are a file or a fragment, or only send on: whoever adds a page adds no name here."""
DRAWER = re.compile(r'<details class="page-help">(.*?)</details>', re.DOTALL)


@pytest.fixture
def cast(db: None, settings: Any) -> Iterator[Cast]:
    settings.DEMO = True
    made = casting.make_cast()
    with clock.frozen_at(NOW):
        yield made


def drawer(page: str) -> str:
    found = DRAWER.search(page)
    return " ".join(re.sub("<[^>]+>", " ", found[1]).split()) if found else ""


def test_every_page_that_shows_something_says_what_it_is_for() -> None:
    assert {pattern.name for pattern in (*web_urls.urlpatterns, *phone_urls.urlpatterns)} <= {
        spec.name for spec in PAGES
    }
    silent = {spec.name for spec in PAGES if "GET" in spec.methods and not spec.about}
    assert silent == SHOWN_NOWHERE


def test_the_drawer_is_on_the_page(cast: Cast) -> None:
    browsers = {name: become(cast, name) for name in PEOPLE}
    of_role = {Role(role): name for name, (role, *_) in PEOPLE.items()}
    seen = 0
    for spec in PAGES:
        if spec.package != "troskel.web" or "GET" not in spec.methods or spec.name in SHOWN_NOWHERE:
            continue
        one = spec.who if spec.who == ANYONE else min(role for role in of_role if role in spec.who)
        browser = Client() if spec.who == ANYONE else browsers[of_role[Role(one)]]
        answer = request_page(browser, spec)
        if answer.status_code != 200 or spec.name == "start":
            continue
        seen += 1
        assert spec.about
        assert spec.about in drawer(answer.content.decode()), spec.name
    assert seen > 100


def test_a_page_that_only_answers_a_form_is_part_of_the_page_around_it() -> None:
    by_name = {spec.name: spec for spec in PAGES}
    assert page_around(by_name["find-alarm-client"]).name == "alarms"
    assert page_around(by_name["routine-compare"]).name == "routine-version"
    assert page_around(by_name["draw-log-review"]).name == "log-review"
    lonely: PageSpec = by_name["demo-login"]
    assert page_around(lonely) is lonely


def test_the_first_page_of_nobody_has_no_drawer(cast: Cast) -> None:
    assert drawer(Client().get("/").content.decode()) == ""
