# SPDX-License-Identifier: EUPL-1.2
"""A server with a town in it, a browser, and people who log in as the demo lets them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.input_devices import Mouse
from tests.browser.person_at_work import AtWork
from tests.browser.town_server import CHECKOUT, Town
from tools import browser as chromium

PATIENCE = 60_000  # milliseconds: what is wrong stays wrong; what is slow comes, on any machine

AXE = CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
STYLE = CHECKOUT / "node_modules" / "@digdir"

try:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Response,
        expect,
        sync_playwright,
    )

    expect.set_options(timeout=PATIENCE)
except ImportError:  # its node needs a library that a bare machine lacks
    sync_playwright = None  # type: ignore[assignment]


def lacking() -> str:
    """What is missing for a browser test; empty where nothing is."""
    if chromium.find() is None:
        return f"no Chromium here ({chromium.HOW_TO_HAVE})"
    if not AXE.is_file() or not STYLE.is_dir():
        return "node_modules is not filled (./dev test fills it where npm can be had)"
    return ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out where there is no browser; in CI, where all must run, let them fail instead.

    Their server has a database of its own, so the run on PostgreSQL need not ask the same again.
    """
    missing = lacking()
    if os.environ.get("TROSKEL_DATABASE", "").startswith("postgres"):
        here = Path(__file__).parent
        again = [item for item in items if here in item.path.parents]
        items[:] = [item for item in items if here not in item.path.parents]
        config.hook.pytest_deselected(items=again)
        return
    if missing and not os.environ.get("CI"):
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=f"tests/browser: {missing}"))


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real server, with the town of `seed`; its clock stands."""
    with _served(tmp_path_factory, "tests.browser.seed") as town:
        yield town.address


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town of `seed_stories`, served; each story has clients of its own there, and lets days pass."""
    with _served(tmp_path_factory, "tests.browser.seed_stories") as town:
        yield town


@contextlib.contextmanager
def _served(tmp_path_factory: pytest.TempPathFactory, filling: str) -> Iterator[Town]:
    assert not lacking(), lacking()
    town = Town(tmp_path_factory.mktemp("browser"), filling)
    try:
        town.opens()
        yield town
    finally:
        town.closes()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all. Where a test needs a camera or Bluetooth, it opens one of its own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium.find_headless(), args=chromium.arguments()
        )
        yield opened
        opened.close()


class Person:
    """Somebody at a screen: a page, and what the browser complained of."""

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.context = context
        self.server = server
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._gets)

    def _hears(self, told: ConsoleMessage) -> None:
        """A script's or the policy's complaint. That an answer was no 200 is told too, and judged by `_gets`.

        What is unread is asked each minute of itself, also while a town is closed for the day.
        """
        asked_alone = "Failed to fetch" in told.text and "a#unread" in told.text
        if told.type == "error" and "Failed to load resource" not in told.text and not asked_alone:
            self.complaints.append(told.text)

    def _gets(self, answer: Response) -> None:
        if answer.status >= 500 or (answer.status >= 400 and "/static/" in answer.url):
            self.complaints.append(f"{answer.status} {answer.url}")

    def goes(self, path: str) -> Page:
        """Opens a page of ours."""
        self.page.goto(self.server + path)
        return self.page

    def becomes(self, name: str) -> Page:
        """Logs in, as the demo lets one."""
        self.goes("/")
        self.page.get_by_role("button", name=f"{name.title()} ").click()
        self.page.get_by_role("button", name="Byt person").wait_for()
        return self.page


Opens = Callable[..., Person]
Works = Callable[..., AtWork]


@pytest.fixture
def opens(server: str, browser: Browser) -> Iterator[Opens]:
    """Opens a screen, logged in as somebody where a name is given. What the browser complains of fails the test."""
    with opening(server, browser) as open_for:
        yield open_for


@pytest.fixture
def comes(town: Town, browser: Browser) -> Iterator[Opens]:
    """The same, in the town of the stories."""
    with opening(town.address, browser) as open_for:
        yield open_for


@pytest.fixture
def works(comes: Opens) -> Works:
    """Somebody of the stories' town comes to work, by mouse where nothing else is said."""

    def come(name: str, hand: type[Mouse] = Mouse, **screen: Any) -> AtWork:
        person = comes(**screen)
        return AtWork(person, hand(person.page), name)

    return come


@contextlib.contextmanager
def opening(server: str, browser: Browser) -> Iterator[Opens]:
    """A way to open screens at a server; all are closed at the end, and nobody's browser may have complained."""
    opened: list[Person] = []

    def open_for(
        name: str | None = None, *, width: int = 1280, scheme: str = "light", scripts: bool = True
    ) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
        )
        context.set_default_timeout(PATIENCE)
        person = Person(context, server)
        opened.append(person)
        if name:
            person.becomes(name)
        return person

    yield open_for
    complaints = [complaint for person in opened for complaint in person.complaints]
    for person in opened:
        person.context.close()
    assert complaints == []


@pytest.fixture(scope="package")
def axe() -> str:
    """axe-core, as text to run in a page."""
    return AXE.read_text(encoding="utf-8")
