# SPDX-License-Identifier: EUPL-1.2
"""The main pages, as those who use them, light on a phone and dark on a large screen: axe finds no fault."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.page_faults import faults, in_every_state
from tests.town import PEOPLE

PAGES = {
    "assessor": ["/do/", "/notices/", "/clients/"],
    "administrator": [
        *(
            "/late/",
            "/outages/",
            "/emails/",
            "/imports/",
            "/billing/",
            "/accounts/",
            "/organisations/",
            "/links/",
            "/lock-states/",
        ),
        *("/orders/", "/things/lock/", "/things/tag/", "/things/key/", "/routine/", "/routine/P1/"),
    ],
    "coordinator": [
        "/bookings/",
        "/alarms/",
        "/billing/?month=2026-03",
        "/visits/",
        "/orders/",
        "/things/key/",
    ],
    "locksmith": ["/bookings/", "/orders/", "/things/lock/"],
    "manager": ["/emergency-openings/"],
    "carer": ["/phone/", "/clients/"],
    "responder": ["/phone/", "/alarms/"],
    "economist": ["/billing/?month=2026-03"],
}
"""Each page as whoever has most on it, the start page as everybody. `test_all_pages.py` has all, as each role."""


@pytest.mark.parametrize(("name", "role"), [(name, role) for name, role, _ in PEOPLE])
def test_pages_of_every_person(opens: Opens, axe: str, name: str, role: str) -> None:
    person = opens(name)
    found = in_every_state(person.page, axe)
    for path in PAGES.get(role, []):
        found += in_every_state(person.goes(path), axe)
    assert found == []


CLIENTS = {"anna": ("2026-0001", "2026-0004", "2026-0008"), "olle": ("2026-0003",), "carin": ("2026-0004",),
           "siri": ("2026-0008",), "laban": ("2026-0003",), "erik": ("2026-0007",)}  # fmt: skip
"""Who opens which client's page: one who is new, one with a lock, one who has ended, one from elsewhere."""


@pytest.mark.parametrize("name", CLIENTS)
def test_the_page_of_a_client(opens: Opens, axe: str, name: str) -> None:
    """As it is, for another time, and with all that can be folded out folded out."""
    person = opens(name)
    found: list[str] = []
    for case in CLIENTS[name]:
        for query in ("", "?time=all&daily=1"):
            page = person.goes(f"/clients/{case}{query}")
            assert page.get_by_text(f"ärende {case}").first.is_visible()
            page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
            found += in_every_state(page, axe)
    assert found == []


def test_a_search_found_and_not_found(opens: Opens, axe: str) -> None:
    person = opens("anna")
    found: list[str] = []
    for question, heading in (("Öman", "träffar"), ("L1", "träffar"), ("Ingen", "Inget stämde")):
        person.page.get_by_role("searchbox").fill(question)
        person.page.keyboard.press("Enter")
        person.page.get_by_role("heading", level=1, name=heading).wait_for()
        assert person.page.url.endswith("/search")
        found += in_every_state(person.page, axe)
    person.page.reload()
    person.page.get_by_role("heading", level=1, name="Inget stämde").wait_for()
    found += in_every_state(person.goes("/clients/?state=dead"), axe)
    assert found == []


def test_sign_in_page(opens: Opens, axe: str) -> None:
    person = opens()
    found = [fault for path in ("/", "/accessibility") for fault in in_every_state(person.goes(path), axe)]
    assert found == []


def test_refusal_pages(opens: Opens, axe: str) -> None:
    person = opens("carin")
    found = in_every_state(person.goes("/do/end_care"), axe)
    assert "Den sidan är inte för din roll" in person.page.content()
    found += in_every_state(person.goes("/nowhere"), axe)
    assert "Här finns inget" in person.page.content()
    assert found == []


def test_a_violation_around_a_known_main_part_and_in_the_dark_would_be_found(opens: Opens, axe: str) -> None:
    page = opens("olle").goes("/accessibility")
    assert in_every_state(page, axe) == []
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync("@media (prefers-color-scheme: dark) { .foot * { color: var(--paper) !important } }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    found = in_every_state(page, axe)
    assert found
    assert all(" dark: color-contrast: " in fault for fault in found)


def test_violation_would_be_found(opens: Opens, axe: str) -> None:
    page = opens("olle").page
    assert faults(page, axe) == []
    page.evaluate(
        "() => { document.querySelector('h1').style.color = getComputedStyle(document.body).backgroundColor }"
    )
    assert any("color-contrast" in fault for fault in faults(page, axe))
    page.evaluate("() => { document.querySelector('main').style.minWidth = '200vw' }")
    assert any("too wide" in fault for fault in faults(page, axe))
