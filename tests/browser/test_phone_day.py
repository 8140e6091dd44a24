# SPDX-License-Identifier: EUPL-1.2
"""Today's clients without coverage: sealed on the phone, opened by the passkey's owner, and nowhere to be read."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Opens
from tests.browser.page_faults import in_every_state
from tests.browser.test_offline_phone import CONTROLLED, goes_without_coverage, kept, with_worker
from tools import browser as chromium

LOCK = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
BEGIN, UNLOCK, LEAVE = "Ta med dagens kunder", "Lås upp", "Ta bort dem från telefonen"
REMEMBERS_KEYS = """() => {
  window.secrets = [];
  const coded = (data) => btoa(Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join(""));
  const { get, create } = navigator.credentials;
  for (const [name, way] of [["get", get], ["create", create]]) {
    navigator.credentials[name] = async (how) => {
      const made = await way.call(navigator.credentials, how);
      const secret = made.getClientExtensionResults().prf?.results?.first;
      if (secret) window.secrets.push(coded(secret));
      return made;
    };
  }
  const wrap = crypto.subtle.wrapKey.bind(crypto.subtle);
  crypto.subtle.wrapKey = async (form, key, ...how) => {
    window.secrets.push(coded(await crypto.subtle.exportKey(form, key)));
    return wrap(form, key, ...how);
  };
}"""


def with_passkeys(page: Page, *, prf: bool = True) -> tuple[Any, str]:
    """The phone's own passkeys, that say who one is by themselves."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {**LOCK, "hasPrf": prf}})
    return session, made["authenticatorId"]


def carin(opens: Opens) -> Page:
    """A carer at her phone, by a name: a passkey belongs to none that is a number."""
    person = opens(width=390)
    person.server = person.server.replace("127.0.0.1", "localhost")
    return person.becomes("carin")


def first_of(page: Page) -> str:
    """The name of the first client on the list."""
    name: str = page.locator("[data-clients] h3").first.inner_text()
    assert len(name) > 5
    return name


def has_clients_with_it(page: Page) -> None:
    page.get_by_role("button", name=BEGIN).click()
    expect(page.get_by_text("Dagens kunder ligger låsta i telefonen till midnatt.")).to_be_visible()


def test_the_passkey_opens_todays_list_without_coverage(opens: Opens, axe: str) -> None:
    page = carin(opens)
    session, lock = with_passkeys(page)
    with_worker(page)
    name = first_of(page)
    has_clients_with_it(page)
    page.reload()
    expect(page.get_by_role("button", name=BEGIN)).to_be_hidden()
    assert in_every_state(page, axe) == []
    assert name not in kept(page)["text"]

    goes_without_coverage(page)
    assert name not in page.content()
    page.get_by_role("button", name=UNLOCK).click()
    expect(page.locator("[data-list]")).to_contain_text(name)
    assert in_every_state(page, axe) == []
    page.locator("[data-list]").get_by_role("link").first.click()
    expect(page.get_by_label("Ärendenummer")).to_have_value(re.compile(r"\d{4}-\d{4}"))

    page.reload()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": lock, "isUserVerified": False})
    page.get_by_role("button", name=UNLOCK).click()
    expect(page.get_by_text("Listan gick inte att låsa upp.")).to_be_visible()
    assert name not in page.content()


def test_the_list_is_locked_again_and_ends_at_midnight(opens: Opens) -> None:
    page = carin(opens)
    with_passkeys(page)
    with_worker(page)
    name = first_of(page)
    has_clients_with_it(page)
    page.clock.install()
    goes_without_coverage(page)
    page.get_by_role("button", name=UNLOCK).click()
    expect(page.locator("[data-list]")).to_contain_text(name)
    page.clock.fast_forward(4 * 60_000)
    page.keyboard.press("Shift")
    page.clock.fast_forward(4 * 60_000)
    expect(page.locator("[data-list]")).to_contain_text(name)
    page.clock.fast_forward(2 * 60_000)
    expect(page.locator("[data-list]")).to_be_empty()
    page.clock.fast_forward(24 * 3600_000)
    page.reload()
    expect(page.get_by_role("heading", name="Ingen täckning")).to_be_visible()
    expect(page.get_by_role("button", name=UNLOCK)).to_be_hidden()
    assert "sealed" not in kept(page)["text"]


def test_what_was_taken_along_can_be_left(opens: Opens) -> None:
    page = carin(opens)
    with_passkeys(page)
    with_worker(page)
    has_clients_with_it(page)
    assert "sealed" in kept(page)["text"]
    page.get_by_role("button", name=LEAVE).click()
    expect(page.get_by_role("button", name=BEGIN)).to_be_visible()
    assert "sealed" not in kept(page)["text"]
    page.reload()
    expect(page.get_by_role("button", name=BEGIN)).to_be_enabled()
    assert "sealed" not in kept(page)["text"]


def test_a_phone_without_prf_keeps_nothing_and_says_so(opens: Opens) -> None:
    page = carin(opens)
    with_passkeys(page, prf=False)
    with_worker(page)
    page.get_by_role("button", name=BEGIN).click()
    expect(page.get_by_text("Kunderna visas bara med täckning.")).to_be_visible()
    assert '"sealed"' not in kept(page)["text"]
    goes_without_coverage(page)
    expect(page.get_by_role("button", name=UNLOCK)).to_be_hidden()


def test_whoever_leaves_leaves_nothing(opens: Opens) -> None:
    page = carin(opens)
    with_passkeys(page)
    with_worker(page)
    has_clients_with_it(page)
    page.get_by_role("button", name="Byt person").click()
    expect(page.get_by_role("button", name="Carin ")).to_be_visible()
    kept_names = page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)")
    assert kept_names == []
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0


def test_an_ended_session_takes_the_list_along(opens: Opens) -> None:
    """The session is ended elsewhere: the phone learns it the next time it asks, and the list goes."""
    page = carin(opens)
    with_passkeys(page)
    with_worker(page)
    has_clients_with_it(page)
    page.context.clear_cookies()
    page.goto(re.sub(r"(//[^/]+)/.*", r"\1/phone/", page.url))
    expect(page.get_by_role("button", name="Carin ")).to_be_visible()
    page.goto(re.sub(r"(//[^/]+)/.*", r"\1/phone/offline/", page.url))
    expect(page.get_by_role("heading", name="Ingen täckning")).to_be_visible()
    expect(page.get_by_role("button", name=UNLOCK)).to_be_hidden()
    assert '"sealed"' not in kept(page)["text"]


# -- the phone is stolen: what its files hold


@contextmanager
def phone(browser: Browser, profile: Path) -> Iterator[BrowserContext]:
    """A browser with files of its own. Once it is closed, all that it keeps lies in them."""
    opened = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=chromium.find(),
        args=chromium.arguments(),
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        viewport={"width": 390, "height": 844},
    )
    yield opened
    opened.close()


def files_with(profile: Path, needles: dict[str, list[bytes]]) -> dict[str, list[str]]:
    """The files that hold one of the spellings, by what was looked for."""
    found: dict[str, list[str]] = {name: [] for name in needles}
    for file in profile.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            for name, spellings in needles.items():
                if any(spelling in data for spelling in spellings):
                    found[name].append(file.name)
    return found


def spellings(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("latin-1")]


def test_a_stolen_phone_tells_nothing(server: str, browser: Browser, tmp_path: Path) -> None:
    profile = tmp_path / "phone"
    with phone(browser, profile) as opened:
        page = opened.new_page()
        page.add_init_script(f"({REMEMBERS_KEYS})()")
        server = server.replace("127.0.0.1", "localhost")
        page.goto(server + "/")
        page.get_by_role("button", name="Carin ").click()
        with_passkeys(page)
        page.goto(server + "/phone/")
        assert page.evaluate(CONTROLLED)
        names = page.locator("[data-clients] h3").all_inner_texts()
        assert len(names) > 1
        has_clients_with_it(page)
        secrets = page.evaluate("() => window.secrets")
        assert len(secrets) >= 2  # the passkey's secret, and the key that it wraps
        goes_without_coverage(page)
        page.get_by_role("button", name=UNLOCK).click()
        expect(page.locator("[data-list]")).to_contain_text(names[0])
        page.evaluate("() => PhoneQueue.keep('control', 'Planterat Kontrollnamn')")
    keys = [spelling for secret in secrets for spelling in (secret.encode(), base64.b64decode(secret))]
    found = files_with(
        profile,
        {
            "names": [one for name in names for one in spellings(name.split()[-1])],
            "keys": keys,
            "control": spellings("Planterat Kontrollnamn"),
        },
    )
    assert found["control"], "what lies in the clear would be found"
    assert (found["names"], found["keys"]) == ([], [])
