# SPDX-License-Identifier: EUPL-1.2
"""A server with a town in it, a browser, and people who log in as the demo lets them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import browser as chromium

CHECKOUT = Path(__file__).parent.parent.parent
AXE = CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
STYLE = CHECKOUT / "node_modules" / "@digdir"
RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"
PATIENCE = 60  # seconds, for a server to start

try:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright
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
    """The address of the real server, with the town of `filling` in a database of its own; its clock stands."""
    assert not lacking(), lacking()
    folder = tmp_path_factory.mktemp("browser")
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("TROSKEL_", "DJANGO_"))
    }
    surroundings = {
        **clean,
        "TROSKEL_DATABASE": f"sqlite:///{folder}/town.sqlite3",
        "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'src'}",
    }
    filled = subprocess.run(
        [sys.executable, "-m", "tests.browser.filling"],
        cwd=CHECKOUT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert filled.returncode == 0, filled.stderr
    port = _free_port()
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "demo", "--port", str(port), "--data", str(folder)],
            cwd=folder,
            env={**surroundings, "TROSKEL_NOW": filled.stdout.strip()},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, folder / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.arguments())
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
        """A script's or the policy's complaint. That an answer was no 200 is told too, and judged by `_gets`."""
        if told.type == "error" and "Failed to load resource" not in told.text:
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


@pytest.fixture
def opens(server: str, browser: Browser) -> Iterator[Opens]:
    """Opens a screen, logged in as somebody where a name is given. What the browser complains of fails the test."""
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
        context.set_default_timeout(10_000)
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


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer in {PATIENCE} s: {log.read_text()}")
