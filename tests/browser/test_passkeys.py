# SPDX-License-Identifier: EUPL-1.2
"""Passkeys in a real browser, by Chromium's own authenticator: from the administrator's link to signing out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Opens, Person, opening
from tests.browser.page_faults import in_every_state

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def at_localhost(server: str, browser: Browser) -> Iterator[Opens]:
    """Passkeys do not work at 127.0.0.1."""
    with opening(server.replace("127.0.0.1", "localhost"), browser) as open_for:
        yield open_for


def with_authenticator(person: Person, *, verifies: bool = True) -> Page:
    session = person.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    options = AUTHENTICATOR | {"isUserVerified": verifies}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return person.page


def link_for(opens: Opens, name: str) -> str:
    """The path of a link that the administrator makes."""
    page = opens("siri").goes("/accounts/")
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Gör en engångslänk").click()
    link = page.locator(".one-time-link").inner_text()
    return "/" + link.split("/", 3)[3]


def test_from_the_link_to_signing_out(at_localhost: Opens, axe: str) -> None:
    link = link_for(at_localhost, "Erik")
    person = at_localhost()
    page = with_authenticator(person)
    person.goes(link)
    found = in_every_state(page, axe)
    page.get_by_role("button", name="Skapa en passnyckel").click()
    page.wait_for_url("**/sign-in")
    found += in_every_state(page, axe)
    page.get_by_role("button", name="Logga in med passnyckel").click()
    page.get_by_role("button", name="Logga ut").wait_for()
    expect(page.locator(".me .role")).to_have_text("Ekonom, Socialkontoret")

    page.get_by_role("link", name="Min inloggning").click()
    expect(page.get_by_role("heading", name="Mina passnycklar")).to_be_visible()
    found += in_every_state(page, axe)
    page.get_by_role("button", name="Ta bort").click()
    expect(page.get_by_role("alert")).to_contain_text("enda passnyckel")

    person.goes("/sign-in/again?next=/me/")
    found += in_every_state(page, axe)
    page.get_by_role("button", name="Logga in med passnyckel").click()
    page.wait_for_url("**/me/")
    expect(page.get_by_text("den här")).to_have_count(1)

    page.get_by_role("button", name="Logga ut").last.click()
    expect(page.get_by_role("heading", name="Du är utloggad")).to_be_visible()
    found += in_every_state(page, axe)
    person.goes(link)
    expect(page.get_by_role("heading", name="Länken gäller inte")).to_be_visible()
    assert found == []


def test_a_device_that_does_not_verify_its_user_is_refused(at_localhost: Opens) -> None:
    link = link_for(at_localhost, "Laban")  # who is let in so lately by the author approves nothing
    person = at_localhost()
    page = with_authenticator(person, verifies=False)
    person.goes(link)
    page.get_by_role("button", name="Skapa en passnyckel").click()
    expect(page.get_by_role("alert").filter(has_text="avbröts")).to_be_visible()
    page.goto(page.url)
    expect(page.get_by_role("button", name="Skapa en passnyckel")).to_be_visible()


def test_without_a_passkey_one_is_told_what_to_do(at_localhost: Opens) -> None:
    person = at_localhost()
    page = with_authenticator(person)
    person.goes("/sign-in")
    page.get_by_role("button", name="Logga in med passnyckel").click()
    expect(page.get_by_role("alert").filter(has_text="avbröts")).to_be_visible()
    expect(page.get_by_text("Be systemförvaltaren om en engångslänk")).to_be_visible()


def test_the_page_of_an_account(at_localhost: Opens, axe: str) -> None:
    page = at_localhost("siri").goes("/accounts/")
    page.get_by_role("link", name="Olle").click()
    found = in_every_state(page, axe)
    page.get_by_role("button", name="Gör en engångslänk").click()
    page.locator(".one-time-link").wait_for()
    assert found + in_every_state(page, axe) == []
