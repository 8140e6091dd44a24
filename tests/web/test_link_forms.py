# SPDX-License-Identifier: EUPL-1.2
"""S2 and case 12 as the administrator meets them: the reported lock is proposed, a wrong one is hard to make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import MEADOW, Town
from tests.web.test_act_forms import MAX_QUERIES, case_of, inputs, screen, ways
from troskel.custody.models import Link
from troskel.ground.ids import new_id


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def typed(page: str, path: str) -> str:
    """What stands in a field that can be typed in."""
    (value,) = re.findall(rf'<input class="ds-input" [^>]*name="{path}" type="text" value="([^"]*)"', page)
    return str(value)


def test_s2_the_reported_lock_is_proposed_and_a_mismatch_is_said_before_anything_is_saved(town: Town) -> None:
    client = town.new_client()
    town.mount(town.order(client))
    browser = screen(town, "siri")
    (way,) = ways(browser.get("/").content.decode(), "Koppla låset till kunden")
    with CaptureQueriesContext(connection) as asked:
        form = browser.get(way).content.decode()
    cost = [one["sql"] for one in asked if not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", one["sql"])]
    assert len(cost) <= MAX_QUERIES, "\n".join(one[:90] for one in cost)
    assert typed(form, "serial") == "L1", "proposed, and free to be scanned over"
    assert "inte kopplat till kunden" in form and "Är L1 fel?" not in form
    wrong = browser.post("/do/link_lock", {**inputs(form), "serial": "L2"})
    page = wrong.content.decode()
    assert wrong.status_code == 409 and typed(page, "serial") == "L2", (
        "what was typed stands beside the report"
    )
    assert "Numret stämmer inte med låssmedens rapport. Vid kundens dörr sitter L1." in page
    assert not Link.objects.exists()
    preview = browser.post("/do/link_lock", {**inputs(page), "serial": "L1"}).content.decode()
    assert "stämmer inte med låssmedens rapport" not in preview
    source = browser.post("/do/link_lock", {**inputs(preview), "step": "confirm"}).content.decode()
    assert "Klart:" in source and "Är L1 fel? Rätta kopplingen" in source
    town.is_sound()


def test_case_12_a_link_is_corrected_from_there_and_what_was_is_seen(town: Town) -> None:
    client = town.new_client()
    gate = str(town.does("anna", "add_door", client=client, kind="gate", label="Grinden").answer["door"])
    town.consent(client, gate)
    for door, serial in ((town.door(client), "L1"), (gate, "L2")):
        town.mount(town.order(client, door=door), serial)
    town.link(client, "L1")
    browser = screen(town, "siri")
    offer = f"/do/correct_link?client={case_of(town, client)}&wrong=L1"
    linking = browser.get(f"/do/link_lock?client={case_of(town, client)}").content.decode()
    assert offer.replace("&", "&amp;") in linking and typed(linking, "serial") == "L2"
    form = browser.get(offer).content.decode()
    assert f'name="client" value="{case_of(town, client)}"' in form
    assert re.search(r'name="wrong" value="L1" checked', form) and typed(form, "right") == "L2"
    sent = {"client": case_of(town, client), "wrong": "L1", "right": "L2", "key": str(new_id())}
    source = browser.post("/do/correct_link", {**sent, "step": "confirm"}).content.decode()
    assert "Klart:" in source and "rättad" in source
    told = {link.lock.number: (link.until is None, link.corrects is not None) for link in Link.objects.all()}
    assert told == {"L1": (False, False), "L2": (True, True)}
    town.is_sound()


def test_case_1_of_a_couple_each_has_their_own_link(town: Town) -> None:
    one, other = town.new_client(address=1), town.new_client(address=1)
    town.does("anna", "confirm_sharing", client=other, shared=True)
    town.mount(town.order(one))
    town.link(one)
    browser = screen(town, "siri")
    pages = [
        browser.get(f"/do/link_lock?client={case_of(town, who)}").content.decode() for who in (one, other)
    ]
    assert [page.count("Är L1 fel?") for page in pages] == [1, 0]
    assert [typed(page, "serial") for page in pages] == ["", "L1"]


def test_rule_7_a_case_that_one_does_not_see_proposes_nothing(town: Town) -> None:
    client = town.new_client(MEADOW)
    town.mount(town.order(client, MEADOW))
    for case in (case_of(town, client), "2026-0099", "19300101-1234"):
        response = screen(town, "olle").get(f"/do/link_lock?client={case}")
        assert response.status_code == 404 and "Vid kundens dörrar" not in response.content.decode()
