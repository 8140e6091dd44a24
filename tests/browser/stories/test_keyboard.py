# SPDX-License-Identifier: EUPL-1.2
"""The main ways with a keyboard alone, seeing at each stop where one is; and with JavaScript off."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Works
from tests.browser.input_devices import Keyboard, Mouse
from tests.browser.town_server import Town


class Way(NamedTuple):
    """A way of working: with which hand, at which screen, and with what in it."""

    hand: type[Mouse]
    screen: dict[str, Any]
    case: int
    lock: str


WAYS = [Way(Keyboard, {}, 0, "L5"), Way(Mouse, {"scripts": False}, 1, "L6")]


@pytest.mark.parametrize("way", WAYS, ids=["keyboard", "no scripts"])
def test_an_installation_is_ordered_reported_and_linked(works: Works, town: Town, way: Way) -> None:
    """From choosing who to be to the end; where a part of the page changes, the focus goes there."""
    case = town.cases["other hands"][way.case]
    olle = works("olle", way.hand, **way.screen)
    olle.reads("Kunden är ny. Beställ montering av låsvred", case)
    olle.does("Beställ montering", case, {"Låssmed": "Lås & Nyckel", "Vem behöver vara med?": "Kunden"})
    laban = works("laban", way.hand, **way.screen)
    laban.does("Låsvredet är monterat", case, {"Låsets nummer": way.lock})
    siri = works("siri", way.hand, **way.screen)
    siri.does("Koppla låset till kunden", case)
    siri.is_not_asked("Koppla kunden till låset", case)


def test_error_link_by_keyboard(works: Works) -> None:
    """The summary has the focus; its first link leads to the field that is wrong."""
    siri = works("siri", Keyboard)
    siri.chooses_among_all("Koppla låset till kunden")
    siri.says_show()
    expect(siri.page.get_by_role("alert")).to_be_focused()
    siri.hand.press(siri.page.get_by_role("alert").get_by_role("link").first)
    expect(siri.page.get_by_label("Ärendenummer")).to_be_focused()


def test_skip_link_by_keyboard(works: Works) -> None:
    """The first Tab is the link to the content; after it, the next is in the content."""
    anna = works("anna", Keyboard)
    anna.page.reload()
    anna.hand.press(anna.page.get_by_role("link", name="Till innehållet"))
    anna.page.keyboard.press("Tab")
    inside = anna.page.evaluate("() => document.getElementById('content').contains(document.activeElement)")
    assert inside
