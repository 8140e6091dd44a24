# SPDX-License-Identifier: EUPL-1.2
"""`./dev pictures --sheets DIR`: every page that a link leads to, small and side by side, to be looked at.

From the start page of one person of each role all links are followed; of each kind of page (numbers and ids left out
of the address) the first is taken, start pages and clients' pages for each role. Per width and scheme there are sheets.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools.environment import say

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PEOPLE = ("Anna", "Siri", "Maria", "Erik", "Olle", "Lars", "Carin", "Rut", "Laban")
OF_EACH_ROLE = ("/", "/clients/*", "/guide/", "/phone/")
"""Kinds of pages that look different to each role."""
NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2,}|W-\d[\d-]*|\d[\d-]{3,}")
MAX_PAGES = 400
"""Addresses that are fetched for a person at most."""
PATIENCE = 300_000
"""Milliseconds: a version of the routine is proven before its page is shown."""
SKIPPED = ("/static/", "/api/", "/-/", "/sign-out", "/demo/")


class Shape(NamedTuple):
    """How pages of a width lie on a sheet: size of each in pixels, and how many stand side by side and below."""

    width: int
    height: int
    columns: int
    rows: int


SHAPES = {390: Shape(258, 780, 6, 2), 1280: Shape(516, 520, 3, 3)}
TALLEST = {390: 1180, 1280: 1290}
"""How much of a page is shown, in its own pixels."""


class Shown(NamedTuple):
    """A page to take: who looks, its address, and its kind."""

    who: str
    path: str
    kind: str


def sheets(browser: Browser, address: str, folder: Path) -> int:
    """Writes the sheets. Returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = _all_pages(browser, address)
    say(f"{len(pages)} kinds of pages")
    return sum(
        _sheets_of(browser, address, pages, folder, width, scheme)
        for width in SHAPES
        for scheme in ("light", "dark")
    )


def enter(context: BrowserContext, address: str, who: str) -> Page:
    """Signs in as a person of the demo."""
    page = context.new_page()
    page.goto(address)
    if who:
        page.get_by_role("button", name=f"{who} ").click()
        page.get_by_role("button", name="Byt person").wait_for()
    return page


def _all_pages(browser: Browser, address: str) -> list[Shown]:
    found = {
        Shown("", path, path).kind: Shown("", path, path) for path in ("/", "/sign-in", "/accessibility")
    }
    for who in PEOPLE:
        context = browser.new_context(locale="sv-SE")
        page = enter(context, address, who)
        for path in linked(page, address):
            kind = NUMBERS.sub("*", path.partition("?")[0])
            key = f"{who} {kind}" if kind in OF_EACH_ROLE else kind
            found.setdefault(key, Shown(who, path, kind))
        context.close()
    return list(found.values())


def linked(page: Page, address: str) -> Iterator[str]:
    """Yields the addresses that links lead to, two of each kind; those that show a page."""
    waiting, known, per_kind = ["/"], {"/"}, dict[str, int]()
    fetched = 0
    while waiting and fetched < MAX_PAGES:
        path = waiting.pop(0)
        kind = NUMBERS.sub("*", path.partition("?")[0])
        if per_kind.get(kind, 0) >= 2:
            continue
        per_kind[kind] = per_kind.get(kind, 0) + 1
        fetched += 1
        answer = page.request.get(address.rstrip("/") + path, timeout=PATIENCE)
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield path
        for link in re.findall(r'href="([^"#]*)', answer.text()):
            link = html.unescape(link)
            if link.startswith("/") and not link.startswith(SKIPPED) and link not in known:
                known.add(link)
                waiting.append(link)


def _sheets_of(
    browser: Browser, address: str, pages: list[Shown], folder: Path, width: int, scheme: str
) -> int:
    shape, taken = SHAPES[width], folder / f"{width}-{scheme}"
    taken.mkdir(exist_ok=True)
    for who in ("", *PEOPLE):
        context = browser.new_context(
            viewport={"width": width, "height": TALLEST[width]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="sv-SE",
            reduced_motion="reduce",
        )
        page = enter(context, address, who)
        for number, shown in enumerate(pages):
            if shown.who == who:
                page.goto(address.rstrip("/") + shown.path)
                page.screenshot(path=taken / f"{number:03}.png")
        context.close()
    per_sheet = shape.columns * shape.rows
    count = 0
    context = browser.new_context(viewport={"width": shape.columns * (shape.width + 8) + 8, "height": 100})
    page = context.new_page()
    for first in range(0, len(pages), per_sheet):
        picture = folder / f"sheet-{width}-{scheme}-{count + 1:02}.png"
        page_file = taken / "sheet.html"
        page_file.write_text(_sheet(pages[first : first + per_sheet], first, shape), "utf-8")
        page.goto(page_file.as_uri())
        page.screenshot(path=picture, full_page=True)
        count += 1
    context.close()
    return count


def _sheet(pages: list[Shown], first: int, shape: Shape) -> str:
    figures = "".join(
        f'<figure><img src="{number:03}.png"><figcaption>{number} {html.escape(shown.who)} {html.escape(shown.kind)}'
        "</figcaption></figure>"
        for number, shown in enumerate(pages, first)
    )
    columns = f"repeat({shape.columns}, {shape.width}px)"
    return f"""<!doctype html><meta charset="utf-8"><style>
    body {{ margin: 4px; display: grid; grid-template-columns: {columns}; gap: 8px; background: #888; }}
    figure {{ margin: 0; }}
    img {{ display: block; width: {shape.width}px; height: {shape.height}px; object-fit: cover; object-position: top; }}
    figcaption {{ font: 12px sans-serif; background: #fff; padding: 1px 4px; white-space: nowrap; overflow: hidden; }}
    </style>{figures}"""
