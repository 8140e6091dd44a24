# SPDX-License-Identifier: EUPL-1.2
"""A serial number is scanned: a real code before a (filmed) camera, read in the page; and typed where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import barcodes
from tests.browser.conftest import PATIENCE, Opens, Person
from tests.browser.page_faults import in_every_state
from tools import browser as chromium

SERIAL = "L1"
READER = "zxing"
DRAWN = {"qr": barcodes.qr, "data_matrix": barcodes.data_matrix}

Films = Callable[[barcodes.Modules], Person]


@pytest.fixture
def films(server: str, browser: Browser, tmp_path: Path) -> Iterator[Films]:
    """Opens a screen whose camera sees this code. What the browser complains of fails the test."""
    opened: list[tuple[Browser, Person]] = []

    def before_a_camera(modules: barcodes.Modules) -> Person:
        film = barcodes.film(tmp_path / "film.y4m", modules)
        seen = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
        another = browser.browser_type.launch(
            executable_path=chromium.find(), args=[*chromium.arguments(), *seen]
        )
        context = another.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
        context.set_default_timeout(PATIENCE)
        person = Person(context, server)
        opened.append((another, person))
        return person

    yield before_a_camera
    complaints = [complaint for _, person in opened for complaint in person.complaints]
    for another, _ in opened:
        another.close()
    assert complaints == []


def fetched(page: Page) -> list[str]:
    """What the page has fetched by itself."""
    return list(page.evaluate("() => performance.getEntriesByType('resource').map(one => one.name)"))


@pytest.mark.parametrize("kind", DRAWN)
def test_scan_fills_the_field(films: Films, kind: str) -> None:
    person = films(DRAWN[kind](SERIAL))
    person.becomes("siri")
    page = person.goes("/do/link_lock")
    button = page.get_by_role("button", name="Skanna")
    button.wait_for()
    assert not any(READER in name for name in fetched(page)), "the reader is fetched when it is needed"
    button.click()
    expect(page.get_by_label("Låsets nummer")).to_have_value(SERIAL)
    expect(page.get_by_label("Låsets nummer")).to_be_focused()
    assert any(READER in name for name in fetched(page))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_native_barcode_detector_is_preferred(films: Films) -> None:
    """Chromium has one on a telephone and none here: a stand-in shows that ours is then not fetched."""
    person = films([[False]])
    person.context.add_init_script(
        """window.BarcodeDetector = class {
             static async getSupportedFormats() { return ["qr_code", "data_matrix"]; }
             async detect(canvas) { return canvas.width > 8 ? [{ rawValue: "L7" }] : []; }
           };"""
    )
    person.becomes("siri")
    page = person.goes("/do/link_lock")
    page.get_by_role("button", name="Skanna").click()
    expect(page.get_by_label("Låsets nummer")).to_have_value("L7")
    assert not any(READER in name for name in fetched(page))


def test_several_codes_are_lines(films: Films) -> None:
    person = films(barcodes.qr("E8"))
    person.becomes("siri")
    page = person.goes("/do/register_things")
    field = page.get_by_label("Nummer", exact=True)
    field.fill("E7\n")
    page.get_by_role("button", name="Skanna").click()
    expect(field).to_have_value("E7\nE8")


def test_the_camera_can_be_closed_and_leaves_the_keyboard_where_it_was(films: Films, axe: str) -> None:
    person = films([[False]])
    person.becomes("siri")
    page = person.goes("/do/link_lock")
    page.get_by_role("button", name="Skanna").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Rikta kameran mot koden")).to_be_visible()
    expect(page.get_by_role("button", name="Avbryt")).to_be_focused()
    assert in_every_state(page, axe) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Skanna")).to_be_focused()


def test_camera_denied(films: Films) -> None:
    person = films([[False]])
    person.becomes("siri")
    person.context.clear_permissions()
    page = person.goes("/do/link_lock")
    page.get_by_role("button", name="Skanna").click()
    expect(page.get_by_text("Kameran går inte att använda. Skriv numret i stället.")).to_be_visible()


def test_typing_without_camera_or_scripts(opens: Opens) -> None:
    for scripts in (True, False):
        page = opens("siri", scripts=scripts).goes("/do/link_lock")
        page.wait_for_load_state("networkidle")
        page.get_by_label("Låsets nummer").fill(SERIAL)
        expect(page.get_by_role("button", name="Skanna")).to_have_count(0)
