# SPDX-License-Identifier: EUPL-1.2
"""What the ways of a client's life cost from the start page: clicks, and fields that are filled in.

Counted on the pages themselves, without a browser: each is one form, reached from the client's page by a search.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from tests.town import EAST, MEADOW, Town
from tests.web.test_act_forms import case_of, inputs, screen


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


class Counting:
    """Somebody who finds a client by search, chooses what has happened, fills the form in and confirms."""

    def __init__(self, town: Town, who: str) -> None:
        self.browser = screen(town, who)
        self.clicks = self.fields = 0

    def finds(self, case: str) -> str:
        self.fields += 1
        self.clicks += 2  # "Sök", and the client
        self.browser.post("/search", {"question": case})
        assert f"/clients/{case}" in self.browser.get("/search").content.decode()
        return self.browser.get(f"/clients/{case}").content.decode()

    def opens(self, page: str, act: str, query: str = "") -> str:
        self.clicks += 1
        ways = [unescape(way) for way in re.findall(rf'href="(/do/{act}(?:\?[^"]*{query}[^"]*)?)"', page)]
        assert ways, f"no way to {act}"
        self.address = f"/do/{act}"
        return self.browser.get(ways[0]).content.decode()

    def answers(self, form: str, **values: str) -> None:
        """Fills in what is not filled in already, sees what follows and confirms."""
        self.fields += len(values)
        kept = {
            name: re.findall(rf'name="{name}"[^>]*value="([^"]*)" checked', form) for name in _radios(form)
        }
        known = {name: found[0] for name, found in kept.items() if found}
        sent = inputs(form) | _texts(form) | known | values | {"step": "preview"}
        seen = self.browser.post(self.address, sent).content.decode()
        self.clicks += 1
        if "Klart:" not in seen:
            assert "Inget är gjort ännu" in seen, re.sub(r"<[^>]+>", " ", seen.split("<main")[1])[:900]
            seen = self.browser.post(self.address, inputs(seen) | {"step": "confirm"}).content.decode()
            self.clicks += 1
        assert "Klart:" in seen, re.sub(r"<[^>]+>", " ", seen.split("<main")[1])[:900]

    def has_cost(self, clicks: int, fields: int) -> None:
        assert self.clicks <= clicks
        assert self.fields <= fields


def _radios(form: str) -> set[str]:
    return set(re.findall(r'type="radio"[^>]*name="([^"]+)"', form))


def _texts(form: str) -> dict[str, str]:
    """What stands in the visible fields already."""
    return {
        name: value
        for name, value in re.findall(
            r'<input class="ds-input" id="[^"]+" name="([^"]+)" type="[^"]+" value="([^"]*)"', form
        )
        if value
    }


CLIENT_WAYS: dict[str, tuple[str, Callable[[Town], dict[str, str]], int]] = {
    "change_provider": ("", lambda town: {"provider": MEADOW, "on": town.day(3)}, 3),
    "end_care": ("home_care", lambda town: {"on": town.day(3), "reason": "flyttar"}, 3),
    "record_deaths": ("", lambda town: {"deaths.on": town.day(0)}, 2),
    "move_to_special_housing": ("", lambda town: {"on": town.day(3)}, 2),
    "suspend_access": ("", lambda town: {"since": town.day(0), "reason": "hospital"}, 3),
    "move_clients": (
        "",
        lambda town: {
            "moves.address.street": "Nya gatan 4",
            "moves.address.postcode": "99910",
            "moves.address.town": "Byn",
            "moves.address.apartment": "1101",
            "moves.on": town.day(0),
        },
        6,
    ),
}


@pytest.mark.parametrize("act", CLIENT_WAYS)
def test_a_clients_way_is_one_form_found_by_search(town: Town, act: str) -> None:
    """Five clicks: search, client, what has happened, and the two steps of what is hard to undo."""
    query, values, fields = CLIENT_WAYS[act]
    case = case_of(town, town.locked())
    with town.standing():
        anna = Counting(town, "anna")
        anna.answers(anna.opens(anna.finds(case), act, query), **values(town))
        anna.has_cost(5, fields)


def test_a_wrong_serial_is_put_right_from_the_order(town: Town) -> None:
    """Its number is searched for; what it found says how to put the report right."""
    order = town.order(town.new_client())
    town.mount(order, "L1")
    with town.standing():
        siri = Counting(town, "siri")
        siri.clicks, siri.fields = 1, 1
        siri.browser.post("/search", {"question": order})
        form = siri.opens(siri.browser.get("/search").content.decode(), "correct_report")
        siri.answers(form, serial="L2")
        siri.has_cost(4, 2)


def test_a_provider_is_closed_in_one_form(town: Town) -> None:
    """All clients, orders and things go over to another: the list of all ways, the form, the two steps."""
    town.locked()
    with town.standing():
        siri = Counting(town, "siri")
        siri.clicks = 1
        form = siri.opens(siri.browser.get("/do/").content.decode(), "succeed_organisation")
        values = {"organisation": EAST, "successor": MEADOW, "on": town.day(7), "reason": "bankruptcy"}
        siri.answers(form, **values)
        siri.has_cost(4, 4)
