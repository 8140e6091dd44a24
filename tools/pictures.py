# SPDX-License-Identifier: EUPL-1.2
"""`./dev pictures`: the demo, filled anew and looked at as its people do; what is kept lies in docs/pictures.

`./dev pictures DIR` puts every page in every state into DIR instead, to be looked at. `--sheets DIR` puts all pages
side by side, small (see `sheets.py`). `--at ADDRESS`: a demo that is served already, instead of one filled anew.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tools import browser as chromium
from tools import sheets
from tools.environment import PYTHON, ROOT, say

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOW = (
    "2026-11-25T08:00:00+01:00"  # the pictures' clock stands: they change when the pages do, not with the day
)
KEPT = ROOT / "docs" / "pictures"
STATES = [(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")]
HEIGHTS = {390: 844, 1280: 860}
PATIENCE = 600  # seconds: the demo lives two years before it answers


def _home(_: Page) -> None:
    """The start page, as it is."""


def _phone(page: Page) -> None:
    page.get_by_role("link", name="Telefonen").click()


def _at_the_door(page: Page) -> None:
    _phone(page)
    page.get_by_role("listitem").filter(has_text="Lås ").get_by_role("link").first.click()


def _opened(page: Page) -> None:
    _at_the_door(page)
    page.get_by_role("button", name="Öppna dörren").first.click()
    page.get_by_role("status").or_(page.get_by_role("alert")).last.wait_for()


def _link(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Koppla låset till kunden")).first.click()


def _acts(page: Page) -> None:
    _beside("Fler åtgärder")(page)


def _routine(page: Page) -> None:
    page.get_by_role("link", name="Rutinen", exact=True).click()


def _paragraph(page: Page) -> None:
    _routine(page)
    page.locator("#P1 .chip").click()


def _versions(page: Page) -> None:
    _routine(page)
    page.get_by_role("link", name="Alla versioner").click()


def _proposal(page: Page) -> None:
    """A file beside the version in force; it is shown only, and not proposed."""
    _versions(page)
    page.get_by_role("link", name="Föreslå en ny version").click()
    file = ROOT / "routines" / "troskelby" / "2016-11-29.toml"
    text = file.read_text("utf-8").replace("working_days = 10", "working_days = 6")
    changed = text.replace("changed = 2016-11-29", f"changed = {NOW[:10]}")
    page.set_input_files(
        "#file", {"name": "2026-12-01.toml", "mimeType": "text/plain", "buffer": changed.encode()}
    )
    page.get_by_role("button", name="Visa vad som skiljer").click()
    page.get_by_role("button", name="Föreslå versionen").wait_for()


def _form(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Beställ ")).first.click()


def _fault(page: Page) -> None:
    """The form as the list of acts leads to it, sent without a client."""
    _acts(page)
    page.get_by_role("link", name=re.compile("^Beställ montering")).click()
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("alert").wait_for()


def _preview(page: Page) -> None:
    _form(page)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("heading", name="Det här händer").or_(page.get_by_role("alert")).wait_for()
    if page.get_by_role("alert").count():
        page.get_by_label("Varför beställs det").fill("Personalen behöver komma in redan nu")
        page.get_by_role("button", name="Visa vad som händer").click()
        page.get_by_role("heading", name="Det här händer").wait_for()


def _beside(word: str) -> Callable[[Page], None]:
    def goes(page: Page) -> None:
        page.locator("header summary").click()
        page.get_by_role("navigation", name="Sidor", exact=True).get_by_role("link", name=word).click()

    return goes


def _way(word: str) -> Callable[[Page], None]:
    def goes(page: Page) -> None:
        link = page.get_by_role("navigation", name="Sidor", exact=True).get_by_role("link", name=word)
        if not link.count():
            page.locator("header summary").click()
        link.click()

    return goes


def _client(page: Page) -> None:
    """A client whose care runs out: the first duty that A8 asks."""
    page.locator(".person-card", has_text="A8").locator(".whom a").first.click()
    page.get_by_role("heading", name="Tiden").wait_for()


def _client_of_order(page: Page) -> None:
    _way("Beställningar")(page)
    page.locator("table .whose-name").first.click()
    page.get_by_role("heading", name="Tiden").wait_for()


def _other_client(page: Page) -> None:
    page.locator("main a[href^='/clients/2']").first.click()
    page.get_by_role("heading", name="Tiden").wait_for()


def _ending(page: Page) -> None:
    """Home care ends where the alarm stays: before saving it is said that the lock stays too."""
    _client(page)
    page.get_by_role("link", name="Kunden har avlidit").click()
    page.get_by_label("Dag").fill(NOW[:10])
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("heading", name="Det här händer").wait_for()


def _search(page: Page) -> None:
    page.get_by_role("searchbox").fill("Åke")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="träff").wait_for()


def _nowhere(page: Page) -> None:
    page.goto(page.url + "nowhere")


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "choose": ("", _home),
    "coordinator": ("Olle", _home),
    "assessor": ("Anna", _home),
    "administrator": ("Siri", _home),
    "locksmith": ("Laban", _home),
    "carer": ("Carin", _home),
    "manager": ("Maria", _home),
    "economist": ("Erik", _home),
    "responder": ("Rut", _home),
    "phone": ("Carin", _phone),
    "door": ("Carin", _at_the_door),
    "opened": ("Carin", _opened),
    "link": ("Siri", _link),
    "acts": ("Anna", _acts),
    "form": ("Olle", _form),
    "fault": ("Olle", _fault),
    "preview": ("Olle", _preview),
    "bookings": ("Laban", _home),
    "attending": ("Olle", _way("Bokningar")),
    "alarms": ("Rut", _way("Larm")),
    "billing": ("Erik", _way("Andra kommuner")),
    "late": ("Siri", _beside("Försenat hos andra")),
    "emails": ("Siri", _beside("E-post som inte gick fram")),
    "imports": ("Siri", _beside("Import från verksamhetssystemet")),
    "notices": ("Anna", _beside("Meddelanden, och vem som har läst dem")),
    "clients": ("Anna", _way("Kunder")),
    "orders": ("Olle", _way("Beställningar")),
    "things": ("Siri", _way("Lås, knappar och nycklar")),
    "accounts": ("Siri", _way("Konton")),
    "search": ("Anna", _search),
    "nowhere": ("Olle", _nowhere),
    "client": ("Anna", _client),
    "client-coordinator": ("Olle", _other_client),
    "client-locksmith": ("Laban", _client_of_order),
    "client-ending": ("Anna", _ending),
    "routine": ("Siri", _routine),
    "paragraph": ("Siri", _paragraph),
    "versions": ("Siri", _versions),
    "proposal": ("Siri", _proposal),
}
"""By its name: who looks, and how one comes there from the start page."""

IN_DOCS = [
    ("coordinator", 1280, "light"),
    ("coordinator", 1280, "dark"),
    ("coordinator", 390, "light"),
    ("coordinator", 390, "dark"),
    ("preview", 1280, "light"),
    ("client", 1280, "light"),
    ("client", 390, "light"),
    ("form", 390, "light"),
    ("phone", 390, "light"),
    ("bookings", 390, "light"),
    ("alarms", 390, "light"),
    ("routine", 1280, "light"),
]


def main(folder: Path | None, *, as_sheets: bool = False, address: str = "") -> int:
    """Take the pictures. Gives 0."""
    demo = contextlib.nullcontext(address) if address else _demo()
    if as_sheets and folder:
        with demo as served, _chromium() as browser:
            say(f"{sheets.sheets(browser, served, folder)} sheets in {folder}")
        return 0
    wanted = IN_DOCS if folder is None else [(name, *state) for name in PAGES for state in STATES]
    folder = folder or KEPT
    folder.mkdir(parents=True, exist_ok=True)
    with demo as served, _chromium() as browser:
        _take(browser, served, wanted, folder)
    say(f"{len(wanted)} pictures in {folder}")
    return 0


@contextmanager
def _chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.arguments())
        yield browser
        browser.close()


def _take(browser: Browser, address: str, wanted: list[tuple[str, int, str]], folder: Path) -> None:
    for name, width, scheme in wanted:
        who, goes = PAGES[name]
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="sv-SE",
            reduced_motion="reduce",
        )
        page = sheets.enter(context, address, who)
        goes(page)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=folder != KEPT)
        context.close()


@contextmanager
def _demo() -> Iterator[str]:
    """The demo in a folder that is thrown away, on a free port; its clock stands."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="troskel-pictures-") as folder:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
        run = "import sys; from troskel.cli.main import main; sys.exit(main())"
        process = subprocess.Popen(
            [str(PYTHON), "-P", "-c", run, "demo", "--port", str(port), "--data", folder],
            env={**clean, "TROSKEL_NOW": NOW},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(address: str) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:  # refused, broken off, or too slow
            time.sleep(0.2)
    raise TimeoutError(f"the demo did not answer in {PATIENCE} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="./dev pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    parser.add_argument("--sheets", action="store_true", help="all pages side by side, into DIR")
    parser.add_argument("--at", default="", metavar="ADDRESS", help="a demo that is served already")
    options = parser.parse_args()
    if options.sheets and options.folder is None:
        parser.error("--sheets needs DIR")
    sys.exit(main(options.folder, as_sheets=options.sheets, address=options.at))
