# SPDX-License-Identifier: EUPL-1.2
"""The routine's pages, light and dark, on a phone, on a large screen and on paper: axe finds no fault."""

from __future__ import annotations

from pathlib import Path

from tests.browser.conftest import Opens
from tests.browser.page_faults import in_every_state

SHIPPED = Path(__file__).parents[2] / "routines" / "troskelby" / "2016-11-29.toml"


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
    manager.set_default_timeout(120_000)  # the version is proven meanwhile: as long as that takes
    manager.get_by_role("link", name="Godkänn …").click()
    manager.get_by_role("heading", name="Godkänn version ny").wait_for()  # till then it is the page before
    manager.wait_for_load_state()
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
