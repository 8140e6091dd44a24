# SPDX-License-Identifier: EUPL-1.2
"""A phone held to a signed tag opens the tag's address: with coverage, and without, with the real service worker."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opens
from tests.browser.page_faults import in_every_state
from tests.browser.test_offline_phone import kept, with_worker
from tests.visits.signed_tag import SignedTag


def held_to(page: Page, tag: SignedTag) -> None:
    """As the phone opens what it reads."""
    origin = re.sub(r"(//[^/]+)/.*", r"\1", page.url)
    page.goto(f"{origin}/phone/tag/{tag.serial}/?{urlencode(tag.taps())}")


def button(page: Page, name: str) -> Locator:
    """A button that takes what the phone has read."""
    found = page.get_by_role("button", name=name)
    expect(found).to_be_visible()
    number = page.locator("form", has=found).get_by_label("Knappens nummer")
    expect(number).to_have_value("E1")
    expect(number).not_to_be_editable()
    return found


def test_a_signed_tag_begins_and_ends_a_visit(opens: Opens, axe: str) -> None:
    tag, page = SignedTag("E1"), opens("carin", width=390).page
    with_worker(page)
    held_to(page, tag)
    expect(page).to_have_url(re.compile("/phone/tag/E1/$"))
    begin = button(page, "Starta med knappen")
    expect(begin).to_be_focused()
    assert in_every_state(page, axe) == []
    begin.click()
    expect(page.get_by_role("heading", name="Besöket pågår")).to_be_visible()

    page.context.set_offline(True)
    held_to(page, tag)
    button(page, "Avsluta med knappen")  # the phone knows what the server has begun
    assert in_every_state(page, axe) == []
    page.context.set_offline(False)
    held_to(page, tag)
    button(page, "Avsluta med knappen").click()
    expect(page.get_by_role("status").filter(has_text="Besöket är avslutat.")).to_be_visible()

    page.context.set_offline(True)
    held_to(page, tag)
    button(page, "Starta med knappen").click()
    expect(page.locator("#queue")).to_contain_text("Ankomst")
    assert page.locator("[name=picc_data]").count() == 0, "it is used"
    held_to(page, tag)
    button(page, "Avsluta med knappen").click()
    expect(page.locator("#queue")).to_contain_text("Avgång")
    here = kept(page)
    assert len(here["events"]) == 2 and "picc_data" not in here["text"]
    assert not re.search(r"\bE1\b", re.sub(r"[\w-]{20,}", "", here["text"])), (
        "what is sealed holds any letters"
    )
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name=re.compile("kunder i dag"))).to_be_visible()
    assert kept(page)["events"] == [], "none is refused"

    shown = opens("olle").goes("/visits/")
    expect(shown.get_by_role("row").filter(has_text="Signerat av kvittensprodukten")).to_have_count(2)
    expect(shown.get_by_text("Kvittensprodukten kan vara kopierad")).to_have_count(0)


def test_a_tag_that_none_of_todays_clients_has(opens: Opens, axe: str) -> None:
    page = opens("carin", width=390).page
    with_worker(page)
    held_to(page, SignedTag("E9"))
    expect(page.get_by_role("heading", name="Ingen av dagens kunder har knappen")).to_be_visible()
    assert in_every_state(page, axe) == []
