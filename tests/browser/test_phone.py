# SPDX-License-Identifier: EUPL-1.2
"""A carer's morning in the browser of a telephone, with and without scripts; and a responder's alarm."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.page_faults import in_every_state
from tests.browser.test_act_forms import heading

THUMB = 44  # pixels: what a thumb meets without aim


def goes_to(page: Page, sign: str) -> None:
    """From the list to the client whose card says this."""
    page.goto(urljoin(page.url, "/phone/"))
    page.get_by_role("listitem").filter(has_text=sign).get_by_role("link").first.click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_carers_morning(opens: Opens, scripts: bool) -> None:
    page = opens("carin", width=390, scripts=scripts).page
    page.get_by_role("link", name="Telefonen").click()
    assert heading(page).endswith("kunder i dag")
    goes_to(page, "Lås L2")
    page.get_by_role("button", name="Öppna dörren").click()
    expect(page.get_by_role("status").filter(has_text="Dörren är öppen.")).to_be_focused()
    page.get_by_role("button", name="Starta med lås L2").click()
    expect(page.get_by_role("heading", name="Besöket pågår")).to_be_visible()
    goes_to(page, "Åberg")
    expect(page.get_by_text("Du har ett annat besök som pågår")).to_be_visible()
    goes_to(page, "Lås L2")
    page.get_by_role("button", name="Avsluta med lås L2").click()
    expect(page.get_by_role("status").filter(has_text="Besöket är avslutat.")).to_be_focused()
    goes_to(page, "Åberg")
    page.get_by_label("Knappens nummer").fill("E7")
    page.get_by_role("button", name="Starta med knappen").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Knappen finns inte hos den här kunden.")
    page.get_by_label("Knappens nummer").fill("E1")
    page.get_by_role("button", name="Starta med knappen").click()
    page.get_by_text("Avsluta manuellt").first.click()
    page.get_by_label("Kvittensprodukten hittades inte").check()
    page.get_by_role("button", name="Avsluta manuellt").click()
    expect(page.get_by_role("status").filter(has_text="Besöket är avslutat.")).to_be_visible()
    page.get_by_role("link", name="Alla kunder i dag").click()
    expect(page.get_by_text(re.compile("är besökta"))).to_be_visible()


ENDED = re.compile(r"^\d\d\.\d\d–\d\d\.\d\d, av dig$")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_counts_once(opens: Opens, scripts: bool) -> None:
    page = opens("carin", width=390, scripts=scripts).page
    goes_to(page, "Lås L2")
    before = page.get_by_text(ENDED).count()
    page.get_by_role("button", name="Öppna dörren").dblclick()
    expect(page.get_by_role("status").filter(has_text="Dörren är öppen.")).to_be_visible()
    page.get_by_role("button", name="Starta med lås L2").dblclick()
    expect(page.get_by_role("heading", name="Besöket pågår")).to_be_visible()
    page.get_by_role("button", name="Avsluta med lås L2").dblclick()
    expect(page.get_by_text(ENDED)).to_have_count(before + 1)


def test_the_back_button_leads_to_the_list(opens: Opens) -> None:
    page = opens("carin", width=390).page
    goes_to(page, "Lås L2")
    page.get_by_role("button", name="Öppna dörren").click()
    expect(page.get_by_role("status").filter(has_text="Dörren är öppen.")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="kunder i dag")).to_be_visible()


def test_rule_4_a_responder_opens_the_door_of_the_alarm(opens: Opens) -> None:
    page = opens("rut", width=390).page
    goes_to(page, "Lås L2")
    expect(page.get_by_text("Du har tagit kundens larm.")).to_be_visible()
    page.get_by_role("button", name="Öppna dörren").click()
    expect(page.get_by_role("status").filter(has_text="Dörren är öppen.")).to_be_focused()
    expect(page.get_by_role("heading", name="Starta besöket")).to_have_count(0)


def test_a_lost_session_says_that_nothing_was_done(opens: Opens) -> None:
    person = opens("carin", width=390)
    goes_to(person.page, "Lås L2")
    person.context.clear_cookies(name="troskel_account")
    person.page.get_by_role("button", name="Öppna dörren").click()
    expect(person.page.get_by_text("Du var inte längre inloggad, så inget sparades.")).to_be_visible()


def test_axe_and_button_size(opens: Opens, axe: str) -> None:
    page = opens("carin", width=390).page
    found: list[str] = []

    def look() -> None:
        found.extend(in_every_state(page, axe))
        page.set_viewport_size({"width": 390, "height": 844})
        for button in page.locator("main").get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None and box["height"] >= THUMB and box["width"] > 300, button.inner_text()

    goes_to(page, "Åberg")
    look()
    page.get_by_text("Starta manuellt").first.click()
    page.get_by_label("Knappens nummer").fill("E7")
    page.get_by_role("button", name="Starta med knappen").click()
    look()
    goes_to(page, "Lås L2")
    page.get_by_role("button", name="Öppna dörren").click()
    look()
    page.get_by_role("button", name="Starta med lås L2").click()
    look()
    page.goto(urljoin(page.url, "/phone/"))
    look()
    page.goto(page.url + "2026-9999/")
    look()
    goes_to(page, "Lås L2")
    page.get_by_role("button", name="Avsluta med lås L2").click()
    assert found == []
