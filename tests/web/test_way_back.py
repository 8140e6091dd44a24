# SPDX-License-Identifier: EUPL-1.2
"""After an act one is back where one came from, with what has changed marked; numbers lead to what has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from tests.town import FIRM, Town
from tests.web.test_act_forms import case_of, inputs, screen
from troskel.web.shell.way_back import came_from
from troskel.web.text.numbers import with_links


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


@pytest.mark.parametrize("page", ["/", "/clients/", "/orders/?state=open"])
def test_an_act_leads_back_to_the_page_one_came_from_and_marks_the_client(town: Town, page: str) -> None:
    with town.standing():
        client = town.new_client()
        town.inform(client)
        case, browser = case_of(town, client), screen(town, "olle")
        origin = {"Referer": f"http://testserver{page}"}
        form = browser.get(f"/do/order_installation?client={case}", headers=origin).content.decode()
        given = {"locksmith": FIRM, "presence": "none", "step": "confirm"}
        done = browser.post("/do/order_installation", inputs(form) | given).content.decode()
        separator = "&" if "?" in page else "?"
        way = unescape(re.findall(r'data-variant="primary" href="([^"]+)"', done)[-1])
        assert way == f"{page}{separator}changed={case}"
        assert "Nyss ändrat" in browser.get(way).content.decode()
        assert "Nyss ändrat" not in browser.get(page).content.decode()


def test_a_number_leads_to_what_has_it_and_a_name_to_nothing(town: Town) -> None:
    client = town.locked()
    browser = screen(town, "olle")
    assert 'href="/number/L1"' in browser.get(f"/clients/{case_of(town, client)}").content.decode()
    assert case_of(town, client) in browser.get("/number/L1").content.decode()
    assert browser.get("/number/Andersson").status_code == 404


def test_numbers_in_a_text_are_links_and_the_rest_is_escaped() -> None:
    shown = with_links("Låset L1 <på> L12", ["L1"])
    assert shown == 'Låset <a class="ds-link whole" href="/number/L1">L1</a> &lt;på&gt; L12'


@pytest.mark.parametrize(
    "url", ["http://evil.example/", "//evil.example", "http://testserver/do/attest", "http://testserver/none"]
)
def test_one_goes_back_to_pages_of_ours_alone(url: str) -> None:
    assert came_from(url, "testserver") == ""
    assert came_from("http://testserver/?whose=all&changed=1", "testserver") == "/?whose=all"
