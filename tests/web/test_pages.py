# SPDX-License-Identifier: EUPL-1.2
"""The start page and the carer's list, as a browser gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.api import cast as casting
from tests.api.cast import NOW, PEOPLE, Cast
from troskel.ground import clock
from troskel.screens import session_cookie
from troskel.web.text import formatting

TODAY = date(2026, 11, 23)
NO_BREAK = "\N{NO-BREAK SPACE}"
SCRIPTS = {"/static/django_htmx/htmx-4.min.js", "/static/troskel/troskel.js"}


@pytest.fixture
def cast(db: None, settings: Any) -> Iterator[Cast]:
    settings.DEMO = True
    made = casting.make()
    with clock.standing_at(NOW):
        yield made


def become(cast: Cast, name: str) -> Client:
    """A browser in which this person has been chosen."""
    browser = Client()
    answer = browser.post("/demo/login", {"account": str(cast.actors[name].account)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    return browser


def test_the_demo_lets_one_choose_among_everybody(cast: Cast) -> None:
    page = Client().get("/").content.decode()
    assert '<html lang="sv"' in page
    assert all(name.title() in page for name in PEOPLE)
    assert 'href="#content"' in page


def test_outside_the_demo_nobody_can_be_chosen(cast: Cast, settings: Any) -> None:
    settings.DEMO = False
    browser = Client()
    assert "Anna" not in browser.get("/").content.decode()
    answer = browser.post("/demo/login", {"account": str(cast.actors["anna"].account)})
    assert answer.status_code == 404
    assert not browser.cookies.get(session_cookie.NAME)


def test_a_worklist_counts_judges_and_says_what_fulfils(cast: Cast) -> None:
    page = become(cast, "olle").get("/").content.decode()
    assert "saker att göra" in page
    assert "Beställ montering av låsvred" in page
    assert 'ärende <a class="ds-link" href="/clients/2026-0001">2026-0001</a></span>' in page
    assert "P1" in page
    assert "Klart när: monteringen är beställd." in page
    assert "Astrid" not in page


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_has_a_page(cast: Cast, name: str) -> None:
    assert become(cast, name).get("/").status_code == 200


def test_with_nothing_to_do_the_page_says_what_will_come(cast: Cast) -> None:
    page = become(cast, "laban").get("/").content.decode()
    assert "Inget att göra just nu" in page
    assert "När rutinen begär något av dig står det här" in page


def test_who_is_asked_for_nothing_gets_what_concerns_them(cast: Cast) -> None:
    manager, economist = (become(cast, name).get("/").content.decode() for name in ("maria", "erik"))
    assert "Rutin vid installation" in manager
    assert 'Ärende <a class="ds-link" href="/clients/2026-0003">2026-0003</a>' in economist
    assert "Astrid" not in economist


def test_the_phone_is_the_carers(cast: Cast) -> None:
    page = become(cast, "carin").get("/phone/").content.decode()
    assert "Två kunder idag" in page
    assert "Ekvägen 1" in page
    assert "Ekvägen 4" not in page, "a protected client's address"
    assert become(cast, "olle").get("/phone/").status_code == 403
    assert Client().get("/phone/")["Location"] == "/"


def test_rule_4_a_responder_too_has_the_phone_and_is_told_what_comes_there(cast: Cast) -> None:
    browser = become(cast, "rut")
    assert 'href="/phone/"' in browser.get("/").content.decode()
    assert "En kund syns här när du har tagit kundens larm" in browser.get("/phone/").content.decode()
    assert 'href="/phone/"' not in become(cast, "olle").get("/").content.decode()


def test_a_cookie_that_was_tampered_with_is_nobodys(cast: Cast) -> None:
    browser = become(cast, "anna")
    browser.cookies[session_cookie.NAME] = browser.cookies[session_cookie.NAME].value.replace(":", "x:", 1)
    assert "Vem är du idag?" in browser.get("/").content.decode()


def test_leaving_is_leaving(cast: Cast) -> None:
    browser = become(cast, "anna")
    browser.post("/demo/logout")
    assert "Vem är du idag?" in browser.get("/").content.decode()


def test_a_form_from_elsewhere_is_refused(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/demo/login", {"account": str(cast.actors["anna"].account)})
    assert answer.status_code == 403


def test_no_page_has_inline_code_or_anything_from_elsewhere(cast: Cast) -> None:
    for browser, path in ((Client(), "/"), (become(cast, "olle"), "/"), (become(cast, "carin"), "/phone/")):
        answer = browser.get(path)
        page = answer.content.decode()
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        for inline in ("<script>", "<style", "style=", "onclick", "http://", "https://", "javascript:"):
            assert inline not in page, (path, inline)
        assert set(re.findall(r'<script src="(/static/[^"]+)" defer></script>', page)) == SCRIPTS
        assert page.count("<script") == len(SCRIPTS)


@pytest.mark.parametrize(
    ("late", "count", "heading", "below"),
    [
        (0, 0, "Inget att göra just nu", "Allt är gjort."),
        (0, 1, "En sak att göra", "Inget är sent."),
        (1, 1, "En sak att göra", "En är sen."),
        (2, 5, "Fem saker att göra", "Två är sena. Allt annat är i tid."),
        (13, 29, "29 saker att göra", "13 är sena. Allt annat är i tid."),
    ],
)
def test_how_it_is_said(late: int, count: int, heading: str, below: str) -> None:
    assert formatting.things_to_do(count) == heading
    assert formatting.judgement(late, count) == below


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (date(2026, 11, 21), ("2 dagar sen", "skulle varit lördag 21 nov")),
        (date(2026, 11, 22), ("1 dag sen", "skulle varit söndag 22 nov")),
        (TODAY, ("Idag", "23 nov")),
        (date(2026, 11, 24), ("Imorgon", "tisdag 24 nov")),
        (date(2026, 11, 25), ("Onsdag", "25 nov")),
        (date(2027, 1, 4), ("4 jan 2027", "måndag, om 42 dagar")),
        (None, ("Utan datum", "")),
    ],
)
def test_how_days_are_said(due: date | None, said: tuple[str, str]) -> None:
    sign, below = formatting.when(due, TODAY)
    assert (sign.replace(NO_BREAK, " "), below.replace(NO_BREAK, " ")) == said


def test_numbers_are_said_in_the_swedish_manner() -> None:
    assert formatting.figure(12000) == f"12{NO_BREAK}000"
    assert formatting.number(12000) == f"12{NO_BREAK}000"
