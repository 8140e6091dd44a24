# SPDX-License-Identifier: EUPL-1.2
"""A carer without coverage, with the real service worker: what is noted is sent once, and nothing lies readable."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.page_faults import in_every_state

ALL_EVENTS = "/phone/events/?all=1"
KEPT = """async () => {
  const database = await idb.openDB("troskel-phone");
  const kept = [await database.getAll("events"), await database.getAll("meta")];
  database.close();
  const pages = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) pages.push(new URL(request.url).pathname);
  }
  return { events: kept[0], text: JSON.stringify(kept), pages };
}"""
IN_THE_CLEAR = {"id", "account", "kind", "noted", "phone", "sequence", "state", "tries", "error"}
NOT_LET_IN = """async () => {
  await PhoneQueue.keep("person", { ...(await PhoneQueue.meta("person")), csrf: "wrong" });
}"""
CONTROLLED = """() => navigator.serviceWorker.controller
  ? true
  : new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", () => done(true)))"""


def with_worker(page: Page) -> None:
    """The phone's list, once its service worker has taken over."""
    page.goto(re.sub(r"(//[^/]+)/.*", r"\1/phone/", page.url))
    assert page.evaluate(CONTROLLED)


def kept(page: Page) -> Any:
    return page.evaluate(KEPT)


def goes_without_coverage(page: Page) -> None:
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="Ingen täckning")).to_be_visible()


def by_tag(page: Page, label: str, tag: str) -> None:
    button = page.get_by_role("button", name=label)
    page.locator("form", has=button).get_by_label("Knappens nummer").fill(tag)
    button.click()


def test_noted_without_coverage_is_sent_once(opens: Opens, axe: str) -> None:
    page = opens("carin", width=390).page
    with_worker(page)
    page.goto(page.url + "events/?all=1")
    before = page.locator(".event").count()
    goes_without_coverage(page)
    by_tag(page, "Starta med knappen", "E1")
    expect(page.locator("#queue")).to_contain_text("Ankomst")
    page.reload()
    by_tag(page, "Avsluta med knappen", "E1")
    expect(page.locator("#queue")).to_contain_text("Avgång")
    assert in_every_state(page, axe) == []
    here = kept(page)
    assert len(here["events"]) == 2 and {event["kind"] for event in here["events"]} == {"arrive", "depart"}
    assert all(set(event) == IN_THE_CLEAR | {"sealed"} for event in here["events"])
    assert "Åberg" not in here["text"]
    assert not [path for path in here["pages"] if path.startswith("/phone/") and path != "/phone/offline/"]
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name=re.compile("kunder i dag"))).to_be_visible()
    assert kept(page)["events"] == []
    page.goto(page.url + "events/?all=1")
    expect(page.locator(".event")).to_have_count(before + 2)
    assert in_every_state(page, axe) == []


def test_an_update_of_the_app_loses_nothing(opens: Opens) -> None:
    page = opens("carin", width=390).page
    with_worker(page)
    goes_without_coverage(page)
    by_tag(page, "Starta med knappen", "no such")
    expect(page.locator("#queue")).to_contain_text("Ankomst")
    here = kept(page)
    assert "no such" not in here["text"], "what was typed lies sealed"
    (noted,) = here["events"]
    page.evaluate(NOT_LET_IN)
    page.context.set_offline(False)
    expect(page.locator("#queue")).to_contain_text("Det gick inte senast.")
    page.evaluate(
        """async () => {
          const changed = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
          await navigator.serviceWorker.register("/phone/worker.js?another", { scope: "/phone/" });
          await changed;
        }"""
    )
    page.goto(re.sub(r"(//[^/]+)/.*", r"\1/phone/", page.url))
    expect(page.locator("#queue")).to_contain_text("Nekad")
    assert [event["id"] for event in kept(page)["events"]] == [noted["id"]]
    page.goto(page.url + "events/")
    expect(page.locator(".event[data-state=refused]").first).to_contain_text("Ankomst")


def test_a_tap_whose_answer_is_lost_counts_once(opens: Opens) -> None:
    """The server has begun the visit; the network drops its answer, so the phone notes the tap as well."""
    person = opens("carin", width=390)
    page = person.page
    with_worker(page)
    page.get_by_role("listitem").filter(has_text="Lås L2").get_by_role("link").first.click()
    before = page.get_by_text(re.compile(", av dig$")).count()

    def answer_is_lost(route: Any) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/phone/2026-*/", answer_is_lost, times=1)
    page.get_by_text("Starta manuellt").first.click()
    page.get_by_label("Telefonen fungerade inte").check()
    page.get_by_role("button", name="Starta manuellt").click()
    expect(page.get_by_role("heading", name="Ett besök pågår")).to_be_visible()
    page.get_by_role("link", name="Till besöket").click()
    expect(page.get_by_text(re.compile(", av dig$"))).to_have_count(before + 1)
    page.get_by_text("Avsluta manuellt").first.click()
    page.get_by_label("Telefonen fungerade inte").check()
    page.get_by_role("button", name="Avsluta manuellt").click()
    expect(page.get_by_role("status").filter(has_text="Besöket är avslutat.")).to_be_visible()
    assert kept(page)["events"] == []
    person.complaints = [told for told in person.complaints if "Failed to fetch" not in told]
