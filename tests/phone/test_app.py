# SPDX-License-Identifier: EUPL-1.2
"""The phone's app: its worker, the page that may lie on the phone, and what it sends. In a browser: tests/browser."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib.staticfiles import finders
from django.test import Client

from tests.ground.test_sealing import sealed
from tests.phone.simulated_phone import Phone
from tests.town import Town
from tests.visits.carers_phone import CarersPhone
from troskel.visits.models import PhoneEvent, Visit

HAND = {"by": "hand", "reason": "phone_failed"}


def text_of(path: str, browser: Client | None = None) -> str:
    response = (browser or Client()).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_worker_keeps_files_that_are_there_and_no_page_of_anybody(db: None) -> None:
    worker = text_of("/phone/worker.js")
    (files,) = re.findall(r"const FILES = (\[.*?\]);", worker)
    for path in json.loads(files):
        assert finders.find(path.removeprefix("/static/")), path
    assert re.findall(r"const OFFLINE = (.*);", worker) == ['"/phone/offline/"']
    used = re.findall(r'(?:href|src)="(/static/[^"]+)"', text_of("/phone/offline/"))
    scripts = [path for path in used if "htmx" not in path]
    assert set(scripts) <= set(json.loads(files)), "the page without coverage has all that it needs"
    assert json.loads(text_of("/phone/manifest.webmanifest"))["scope"] == "/phone/"


def test_the_page_without_coverage_is_nobodys(town: Town) -> None:
    phone = Phone(town, "carin")
    assert "data-account" in text_of("/phone/", phone.browser)
    assert "data-account" not in text_of("/phone/offline/")


def test_app_sends_by_its_session(town: Town) -> None:
    client, phone, page = town.new_client(), CarersPhone(town, "carin"), Phone(town, "carin")
    told = phone.notes("arrive", client=client, **HAND)
    request = phone.request([told])
    (event,) = request["events"]
    event["sealed"] = sealed(
        json.dumps(event.pop("content")).encode(), f"{town.actor('carin').account} {told.id}"
    )
    statuses = []
    for body in (
        json.dumps(request, default=str),
        "[",
        "[]",
        "{}",
        json.dumps(request | {"phone": "x"}, default=str),
    ):
        with town.standing():
            response: Any = page.browser.post("/phone/sync", body, content_type="application/json")
        statuses.append(response.status_code)
    assert statuses == [200, 400, 400, 422, 422]
    assert PhoneEvent.objects.get().state == "acknowledged" and Visit.objects.count() == 1
    assert Client().post("/phone/sync", "{}", content_type="application/json").status_code == 302, "nobody"


def test_events_page_is_the_same_for_all(town: Town) -> None:
    phone, page = CarersPhone(town, "carin"), Phone(town, "carin")
    phone.notes("arrive", client="2026-9999", **HAND)
    phone.sends()
    shown = page.goes("/phone/events/")
    assert "Nekad" in shown and "2026-9999" in shown and "Det stämmer inte" in shown
    told = str(PhoneEvent.objects.get().id)
    key = re.findall(r'name="key" value="([^"]+)"', page.page)[0]
    with town.standing():
        page.browser.post(f"/phone/events/{told}/contest", {"key": key, "text": "Jag var där."})
    assert "Bestridd" in page.goes("/phone/events/")
    coordinator = Phone(town, "olle")
    assert "Bestridd" in coordinator.goes("/phone/events/") and "Carin" in coordinator.page
    client = town.new_client()
    key = re.findall(r'name="key" value="([^"]+)"', coordinator.page)[0]
    form = {
        "key": key,
        "answer": "written_in",
        "client": client,
        "arrived": "2026-03-02T07:00",
        "reason": "forgotten",
    }
    with town.standing():
        assert (
            coordinator.browser.post(f"/phone/events/{told}/settle", form | {"arrived": "i går"}).status_code
            == 409
        )
        assert coordinator.browser.post(f"/phone/events/{told}/settle", form).status_code == 302
    assert Visit.objects.get().client.reference == client
    assert "Rättad" in page.goes("/phone/events/?all=1") and "Rättad" in Phone(town, "siri").goes(
        "/phone/events/?all=1"
    )


def test_the_page_without_coverage_takes_no_tap_before_its_script_does() -> None:
    """Such a tap would send the form as a form is sent, and be gone with the page."""
    page = text_of("/phone/offline/")
    forms = re.findall(r"<form[^>]* data-noted>.*?</form>", page, re.DOTALL)
    assert len(forms) == 4
    assert all(re.search(r"<button[^>]* disabled>", form) for form in forms)
