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
from troskel.ground import clock, formatting
from troskel.screens import session_cookie
from troskel.web.text import phrases

TODAY = date(2026, 11, 23)
NO_BREAK = "\N{NO-BREAK SPACE}"
SCRIPTS = {"/static/django_htmx/htmx-4.min.js", "/static/troskel/troskel.js"}
PHONE_SCRIPTS = {
    *(f"/static/troskel/phone{part}.js" for part in ("", "_seal", "_queue", "_doors", "_day")),
    "/static/vendor/idb.js",
}
"""What lets a phone note visits without coverage."""


@pytest.fixture
def cast(db: None, settings: Any) -> Iterator[Cast]:
    settings.DEMO = True
    made = casting.make_cast()
    with clock.frozen_at(NOW):
        yield made


def become(cast: Cast, name: str) -> Client:
    """A browser in which this person has been chosen."""
    browser = Client()
    response = browser.post("/demo/login", {"account": str(cast.actors[name].account)})
    assert (response.status_code, response["Location"]) == (302, "/")
    return browser


def test_demo_sign_in(cast: Cast) -> None:
    page = Client().get("/").content.decode()
    assert '<html lang="sv"' in page
    assert all(name.title() in page for name in PEOPLE)
    assert 'href="#content"' in page


def test_no_demo_sign_in_outside_the_demo(cast: Cast, settings: Any) -> None:
    settings.DEMO = False
    browser = Client()
    assert "Anna" not in browser.get("/").content.decode()
    response = browser.post("/demo/login", {"account": str(cast.actors["anna"].account)})
    assert response.status_code == 404
    assert not browser.cookies.get(session_cookie.COOKIE_NAME)


def test_worklist_page(cast: Cast) -> None:
    page = become(cast, "olle").get("/").content.decode()
    assert re.search("kund(er)? behöver dig i dag|Inget brådskar i dag", page)
    assert "Beställ montering av låsvred" in page
    assert '<a class="ds-link whose-name" href="/clients/2026-0001">Astrid' in page
    assert "P1" in page
    assert "<title>" in page and "Astrid" not in page.split("</title>")[0], (
        "a title stays in the browser's history"
    )


@pytest.mark.parametrize("name", PEOPLE)
def test_start_page_of_every_person(cast: Cast, name: str) -> None:
    assert become(cast, name).get("/").status_code == 200


def test_empty_worklist(cast: Cast) -> None:
    page = become(cast, "laban").get("/").content.decode()
    assert "Inget besök i dag" in page
    assert "Varje öppen beställning har en tid." in page


def test_start_page_of_roles_without_duties(cast: Cast) -> None:
    manager, economist = (become(cast, name).get("/").content.decode() for name in ("maria", "erik"))
    assert "Så följs rutinen" in manager
    assert 'href="/clients/2026-0003"' in economist and "2026-0001" not in economist


def test_phone_link_of_carers(cast: Cast) -> None:
    page = become(cast, "carin").get("/phone/").content.decode()
    assert "Två kunder i dag" in page
    assert "Ekvägen 1" in page
    assert "Ekvägen 4" not in page, "a protected client's address"
    assert become(cast, "olle").get("/phone/").status_code == 403
    assert Client().get("/phone/")["Location"] == "/?next=%2Fphone%2F"


def test_rule_4_phone_of_a_responder(cast: Cast) -> None:
    browser = become(cast, "rut")
    assert 'href="/phone/"' in browser.get("/").content.decode()
    assert "En kund syns här när du har tagit kundens larm" in browser.get("/phone/").content.decode()
    assert 'href="/phone/"' not in become(cast, "olle").get("/").content.decode()


def test_tampered_cookie_is_no_session(cast: Cast) -> None:
    browser = become(cast, "anna")
    browser.cookies[session_cookie.COOKIE_NAME] = browser.cookies[session_cookie.COOKIE_NAME].value.replace(
        ":", "x:", 1
    )
    assert "Vem är du i dag?" in browser.get("/").content.decode()


def test_sign_out(cast: Cast) -> None:
    browser = become(cast, "anna")
    browser.post("/demo/logout")
    assert "Vem är du i dag?" in browser.get("/").content.decode()


def test_csrf_failure(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = browser.post("/demo/login", {"account": str(cast.actors["anna"].account)})
    assert response.status_code == 403


def test_no_inline_code_or_foreign_origin(cast: Cast) -> None:
    for browser, path in ((Client(), "/"), (become(cast, "olle"), "/"), (become(cast, "carin"), "/phone/")):
        response = browser.get(path)
        page = response.content.decode()
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]
        for inline in ("<script>", "<style", "style=", "onclick", "http://", "https://", "javascript:"):
            assert inline not in page, (path, inline)
        expected = SCRIPTS | (PHONE_SCRIPTS if path == "/phone/" else set())
        assert set(re.findall(r'<script src="(/static/[^"]+)" defer></script>', page)) == expected
        assert page.count("<script") == len(expected)


@pytest.mark.parametrize(
    ("count", "heading"),
    [
        (0, "Inget att göra just nu"),
        (1, "En sak att göra"),
        (5, "Fem saker att göra"),
        (29, "29 saker att göra"),
    ],
)
def test_headings(count: int, heading: str) -> None:
    assert phrases.duties_heading(count) == heading


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (date(2026, 11, 21), ("2 dagar sen", "skulle varit lördag 21 nov")),
        (date(2026, 11, 22), ("1 dag sen", "skulle varit söndag 22 nov")),
        (TODAY, ("I dag", "23 nov")),
        (date(2026, 11, 24), ("I morgon", "tisdag 24 nov")),
        (date(2026, 11, 25), ("Onsdag", "25 nov")),
        (date(2027, 1, 4), ("4 jan 2027", "måndag, om 42 dagar")),
        (None, ("Utan datum", "")),
    ],
)
def test_due_labels(due: date | None, said: tuple[str, str]) -> None:
    sign, below = phrases.due_labels(due, TODAY)
    assert (sign.replace(NO_BREAK, " "), below.replace(NO_BREAK, " ")) == said


def test_numbers_in_swedish_format() -> None:
    assert formatting.digits(12000) == f"12{NO_BREAK}000"
    assert formatting.number(12000) == f"12{NO_BREAK}000"
