# SPDX-License-Identifier: EUPL-1.2
"""How a person uses a page: with a mouse, or with a keyboard alone, seeing at each stop where one is."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

MAX_TAB_STOPS = 150  # a page where one must press Tab oftener is nothing for a keyboard

STOP = """wanted => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    && !/^rgba\\(.*, 0\\)$/.test(style.outlineColor);
  return {
    there: here === wanted,
    lost: here === document.body,
    seen: outlined && box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight,
    what: here.outerHTML.slice(0, 200),
  };
}"""
"""Where the focus is, and whether one sees it: an outline of 2 px at least, on something within the window."""


class Mouse:
    """Clicks, and types where the mouse has been."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        """A link or a button."""
        what.click()

    def choose(self, radio: Locator) -> None:
        """One of several answers."""
        radio.check()

    def tick(self, box: Locator) -> None:
        """Yes to what may be yes or no."""
        box.check()

    def write(self, field: Locator, text: str) -> None:
        """In a field, in place of what stands there."""
        field.fill(text)


class Keyboard(Mouse):
    """Tab, Shift, Enter, Space, arrows and letters; nothing else."""

    def press(self, what: Locator) -> None:
        self.tab_to(what)
        self.page.keyboard.press("Enter")

    def choose(self, radio: Locator) -> None:
        """Tab comes to the group: to its first, or to what is chosen; Down goes on to the next, and chooses it."""
        group = radio.evaluate("one => [...document.getElementsByName(one.name)].map(each => each.id)")
        entry = radio.evaluate(
            "one => ([...document.getElementsByName(one.name)].find(each => each.checked) "
            "|| document.getElementsByName(one.name)[0]).id"
        )
        self.tab_to(self.page.locator(f"[id='{entry}']"))
        self.page.keyboard.press("Space")
        for _ in group:
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        expect(radio).to_be_checked()

    def tick(self, box: Locator) -> None:
        self.tab_to(box)
        self.page.keyboard.press("Space")

    def write(self, field: Locator, text: str) -> None:
        self.tab_to(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def tab_to(self, what: Locator) -> None:
        """Press Tab until one is there. Each stop on the way can be seen; at the page's end one comes to its top."""
        expect(what).to_have_count(1)
        ends = 0
        for _ in range(MAX_TAB_STOPS):
            self.page.keyboard.press("Tab")
            stop: Any = what.evaluate(STOP)
            if stop["lost"]:
                ends += 1
                assert ends == 1, f"no Tab comes to {what}"
                continue
            assert stop["seen"], f"the focus can't be seen on {stop['what']}"
            if stop["there"]:
                return
        raise AssertionError(f"{MAX_TAB_STOPS} Tabs do not come to {what}")
