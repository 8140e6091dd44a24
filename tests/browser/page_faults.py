# SPDX-License-Identifier: EUPL-1.2
"""What axe finds wrong with a page, light and dark, on a phone and on a large screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
OF_PLACE = ["target-size", "scrollable-region-focusable", "meta-viewport"]
WHOLE = {"runOnly": {"type": "tag", "values": STANDARDS}}
COLOUR = {"runOnly": {"type": "rule", "values": OF_COLOUR}}
DRAWN = {"runOnly": {"type": "rule", "values": [*OF_COLOUR, *OF_PLACE]}}
"""The rules that look at how the page is drawn: all that a width or a scheme can change."""
WRITTEN = WHOLE | {"rules": {rule: {"enabled": False} for rule in [*OF_COLOUR, *OF_PLACE]}}

STATES: tuple[tuple[int, Any, Any], ...] = (
    (390, "light", WHOLE),
    (390, "dark", COLOUR),
    (1280, "light", DRAWN),
    (1280, "dark", COLOUR),
)
"""Width, scheme, and what may be wrong for the first time there. A scheme changes colours alone: see test_assets."""
ONCE_EACH = ((390, "light", WHOLE), (1280, "dark", DRAWN))
"""Each width and each scheme once. All four of every page are looked at in `test_all_pages`, which takes minutes."""

SIGHT = """() => [...document.styleSheets].map(sheet => sheet.href).join()
    + document.querySelector("main").outerHTML.replace(/(csrfmiddlewaretoken" value=")[^"]*/g, "$1")"""
FOUND_GOOD: set[str] = set()
"""The main parts in which nothing was wrong. Whoever else is shown the same: only what is around it is drawn anew."""


LOOKS = """async ([context, options]) => {
  if (!window.axe) return null;
  options.resultTypes = ["violations", "incomplete"];
  const {violations, incomplete} = await axe.run(context ?? document, options);
  const root = document.documentElement;
  return {violations, incomplete, wide: root.scrollWidth - root.clientWidth};
}"""


AT_REST = """() => document.getAnimations()
  .filter(one => one.effect.getComputedTiming().endTime !== Infinity).forEach(one => one.finish())"""
"""What moves is at its end: what folds out is narrow for a moment."""


def in_every_state(page: Page, axe: str, states: Sequence[tuple[int, Any, Any]] = ONCE_EACH) -> list[str]:
    """What is wrong with the page as it stands in each width and scheme, told with it."""
    sight = page.evaluate(SIGHT)
    is_known = sight in FOUND_GOOD
    found = []
    for width, scheme, rules in states:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(AT_REST)
        if not is_known:
            told = faults(page, axe, rules)
        elif rules is WHOLE:
            told = [*faults(page, axe, WRITTEN), *faults(page, axe, DRAWN, main=False)]
        else:
            told = faults(page, axe, rules, main=False)
        found += [f"{page.url} {width} {scheme}: {fault}" for fault in told]
    if not found:
        FOUND_GOOD.add(sight)
    return found


def faults(page: Page, axe: str, rules: Any = WHOLE, *, main: bool = True) -> list[str]:
    """What axe finds in the page as it stands, words as dark as what is behind them, and pages that are too wide.

    `main`: whether axe looks at the main part too.
    """
    asked = [None if main else {"exclude": ["main"]}, rules]
    found: Any = page.evaluate(LOOKS, asked)
    if found is None:
        page.evaluate(axe)
        page.add_init_script(axe)  # from the next page on, it is there
        found = page.evaluate(LOOKS, asked)
    told = [_told(one, node) for one in found["violations"] for node in one["nodes"]]
    told += [_told(one, node) for one in found["incomplete"] for node in one["nodes"] if _is_unseen(node)]
    return [*told, *([f"{found['wide']} px too wide"] if found["wide"] > 0 else [])]


def _told(rule: Any, node: Any) -> str:
    return f"{rule['id']}: {node['html'][:150]}"


def _is_unseen(node: Any) -> bool:
    """axe leaves a contrast of 1:1 for a person to judge; here it is always a mistake."""
    return any((one["data"] or {}).get("messageKey") == "equalRatio" for one in node["any"])
