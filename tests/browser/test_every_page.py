# SPDX-License-Identifier: EUPL-1.2
"""Every page, as everyone who may use it, light and dark, on a phone and on a large screen: axe finds no fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opens
from tests.town import PEOPLE
from troskel.acts.chapters import REGISTER
from troskel.people.roles import PHONE_ROLES
from troskel.web.text import act_labels

SHIPPED = Path(__file__).parents[2] / "routines" / "troskelby" / "2016-11-29.toml"
WIDTHS, SCHEMES = (390, 1280), ("light", "dark")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WHOLE = {"type": "tag", "values": STANDARDS}
SEEN = {
    "type": "rule",
    "values": [
        "color-contrast",
        "target-size",
        "scrollable-region-focusable",
        "link-in-text-block",
        "meta-viewport",
    ],
}
"""The rules that look at how the page is drawn: all that a width or a scheme can change."""
ROLE = {name: role for name, role, _ in PEOPLE}
OF_A_ROLE = {
    "locksmith": ["/bookings/"],
    "coordinator": ["/bookings/", "/alarms/", "/billing/?month=2026-03"],
    "responder": ["/alarms/"],
    "economist": ["/billing/?month=2026-03"],
    "administrator": ["/late/", "/emails/", "/imports/", "/billing/"],
}
CARE = ["/clients/", "/visits/", "/orders/", "/things/lock/", "/things/tag/", "/things/key/", "/links/"]
LISTS = {
    "assessor": CARE,
    "administrator": [*CARE, "/accounts/", "/organisations/"],
    "coordinator": CARE,
    "locksmith": ["/clients/", "/orders/", "/things/lock/"],
    "carer": ["/clients/"],
    "economist": ["/clients/"],
}
FIRST_OF = {role: name for name, role in reversed(ROLE.items())}


def states(page: Page) -> Iterator[str]:
    """The page as it stands, in each width and scheme."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            yield f"{page.url} {width} {scheme}"


def faults(page: Page, axe: str, rules: dict[str, Any] = WHOLE) -> list[str]:
    """What axe finds in the page as it stands, words as dark as what is behind them, and pages that are too wide."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(axe)
    found: Any = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations', 'incomplete']})", rules
    )
    told = [_told(one, node) for one in found["violations"] for node in one["nodes"]]
    told += [_told(one, node) for one in found["incomplete"] for node in one["nodes"] if _is_unseen(node)]
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*told, *([f"{wide} px too wide"] if wide > 0 else [])]


def _told(rule: Any, node: Any) -> str:
    return f"{rule['id']}: {node['html'][:150]}"


def _is_unseen(node: Any) -> bool:
    """axe leaves a contrast of 1:1 for a person to judge; here it is always a mistake."""
    return any((one["data"] or {}).get("messageKey") == "equalRatio" for one in node["any"])


def in_every_state(page: Page, axe: str) -> list[str]:
    """Every rule in the first state; in the others, those that look at how the page is drawn."""
    found = []
    for number, state in enumerate(states(page)):
        found += [f"{state}: {fault}" for fault in faults(page, axe, SEEN if number else WHOLE)]
    return found


@pytest.mark.parametrize("name", ROLE)
def test_pages_of_every_person(opens: Opens, axe: str, name: str) -> None:
    person = opens(name)
    found = in_every_state(person.page, axe)
    paths = ["/do/", "/accessibility", "/notices/", "/routine/", "/routine/P1/"]
    paths += ["/phone/"] if ROLE[name] in PHONE_ROLES else []
    paths += OF_A_ROLE.get(ROLE[name], [])
    paths += LISTS.get(ROLE[name], [])
    for path in paths:
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
            assert page.get_by_role("heading", name=f"Ärende {case}").is_visible()
            page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
            found += in_every_state(page, axe)
    assert found == []


def test_the_routine_unfolded_and_its_versions(opens: Opens, axe: str, tmp_path: Path) -> None:
    """The document with all that it asks; a file with faults, a proposal, and what it would have changed."""
    person = opens("siri")
    page = person.goes("/routine/")
    for summary in page.locator("summary").all():
        summary.click()
    found = in_every_state(page, axe)
    for path in ("/routine/A1/?which=late", "/routine/versions/", "/routine/propose/"):
        found += in_every_state(person.goes(path), axe)
    file = tmp_path / "ny.toml"
    changed = SHIPPED.read_text("utf-8").replace("working_days = 10", "working_days = 3")
    for text in (changed.replace('of = "locksmith"', 'of = "baker"'), changed):
        file.write_text(text, "utf-8")
        page.set_input_files("#file", file)
        page.get_by_role("button", name="Visa vad som skiljer").click()
        page.get_by_role("alert").or_(page.get_by_role("button", name="Föreslå versionen")).wait_for()
        found += in_every_state(page, axe)
    page.get_by_role("button", name="Föreslå versionen").click()
    page.get_by_role("button", name="Räkna ut vad den hade ändrat").click()
    page.get_by_text("hade blivit annorlunda").wait_for()
    found += in_every_state(page, axe)
    manager = opens("maria").goes("/routine/versions/")
    manager.get_by_role("link", name="ny", exact=True).click()
    manager.get_by_role("link", name="Godkänn …").click()
    found += in_every_state(manager, axe)
    manager.get_by_role("button", name="Visa vad som händer").click()
    manager.get_by_role("heading", name="Det här händer").wait_for()
    found += in_every_state(manager, axe)
    page.get_by_role("link", name="Ta tillbaka …").click()
    page.get_by_role("button", name="Ja, gör det").click()
    page.get_by_text("Klart:").wait_for()
    assert found == []


def test_the_whole_routine_is_printed_with_what_is_folded_on_the_screen(opens: Opens) -> None:
    page = opens("olle").goes("/routine/")
    page.emulate_media(media="print")
    asked = page.get_by_text("Berätta för kunden om låsvredet, muntligt och skriftligt")
    assert asked.evaluate("one => one.checkVisibility({contentVisibilityAuto: true}) && one.offsetHeight > 0")
    assert not page.get_by_role("button", name="Visa").is_visible()


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


@pytest.mark.parametrize(
    "role", sorted({role.value for name in act_labels.act_names() for role in REGISTER[name].who})
)
def test_every_form_of_a_role(opens: Opens, axe: str, role: str) -> None:
    """Each form once, by the first of its roles; as it is, and with faults in it."""
    mine = [
        name
        for name in act_labels.act_names()
        if sorted(REGISTER[name].who)[0].value == role and role in FIRST_OF
    ]
    person = opens(FIRST_OF[role]) if mine else None
    found: list[str] = []
    for name in mine:
        assert person is not None
        page = person.goes(f"/do/{name}")
        found += in_every_state(page, axe)
    assert found == []


def test_refusal_pages(opens: Opens, axe: str) -> None:
    person = opens("carin")
    found = in_every_state(person.goes("/do/end_care"), axe)
    assert "Den sidan är inte för din roll" in person.page.content()
    found += in_every_state(person.goes("/nowhere"), axe)
    assert "Här finns inget" in person.page.content()
    assert found == []


def test_violation_would_be_found(opens: Opens, axe: str) -> None:
    page = opens("olle").page
    assert faults(page, axe) == []
    page.evaluate(
        "() => { document.querySelector('h1').style.color = getComputedStyle(document.body).backgroundColor }"
    )
    assert any("color-contrast" in fault for fault in faults(page, axe))
    page.evaluate("() => { document.querySelector('main').style.minWidth = '200vw' }")
    assert any("too wide" in fault for fault in faults(page, axe))
