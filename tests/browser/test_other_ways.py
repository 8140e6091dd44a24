# SPDX-License-Identifier: EUPL-1.2
"""The same pages seen in other ways: enlarged to 200 %, without motion, in forced colours, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens

ZOOMED = 640
"""Pixels of a page on a screen of 1280, enlarged to 200 %."""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PATHS = {
    "anna": [
        "/",
        "/clients/",
        "/orders/",
        "/gaps/",
        "/notices/",
        "/guide/",
        "/routine/",
        "/do/take_on_client",
    ],
    "siri": ["/accounts/", "/late/", "/billing/", "/organisations/", "/things/lock/"],
    "maria": ["/", "/log-reviews/", "/routine/versions/"],
    "olle": ["/", "/bookings/", "/billing/visits"],
    "laban": ["/"],
    "carin": ["/phone/"],
}
MOVES = """() => [...document.querySelectorAll("*")].filter(one => {
  const style = getComputedStyle(one);
  return [style.transitionDuration, style.animationDuration].some(
    times => times.split(",").some(time => parseFloat(time) > 0 && style.transitionProperty !== "none"));
}).map(one => one.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("name", PATHS)
def test_nothing_is_wider_than_the_screen_at_200_percent(opens: Opens, name: str) -> None:
    person = opens(name, width=ZOOMED)
    for path in PATHS[name]:
        assert person.goes(path).evaluate(TOO_WIDE) <= 0, path


def test_nothing_moves_for_who_wants_less_motion(opens: Opens) -> None:
    person = opens("anna")
    person.page.emulate_media(reduced_motion="reduce")
    for path in ("/", "/do/take_on_client"):
        assert person.goes(path).evaluate(MOVES) == [], path


def test_in_forced_colours_one_sees_where_one_is(opens: Opens) -> None:
    page = opens("anna").page
    page.emulate_media(forced_colors="active")
    page.keyboard.press("Tab")
    focused = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert focused != "none"
    current = page.locator("header [aria-current=page]").first
    assert current.evaluate("one => getComputedStyle(one).borderBottomStyle") == "solid"
    other = page.locator("header .ways a:not([aria-current])").first
    colours = [one.evaluate("one => getComputedStyle(one).borderBottomColor") for one in (current, other)]
    weights = [one.evaluate("one => getComputedStyle(one).fontWeight") for one in (current, other)]
    assert colours[0] != colours[1] or weights[0] != weights[1]


def test_the_menu_opens_by_key_and_closes_by_escape(opens: Opens) -> None:
    page = opens("siri").page
    summary = page.locator("header summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Försenat hos andra")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Försenat hos andra")).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.get_by_role("heading", level=1).click(position={"x": 5, "y": 5})  # the menu lies over its middle
    expect(page.get_by_role("link", name="Försenat hos andra")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_menu_and_help_without_scripts(opens: Opens, width: int) -> None:
    page = opens("siri", width=width, scripts=False).page
    page.locator("header summary").click()
    page.get_by_role("link", name="Försenat hos andra").click()
    page.get_by_text("Vad är sidan till för?").click()
    expect(page.get_by_text("Det som är sent hos andra, det äldsta först")).to_be_visible()
    assert page.evaluate(TOO_WIDE) <= 0
