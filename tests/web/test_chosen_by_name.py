# SPDX-License-Identifier: EUPL-1.2
"""Decisions, allocations and accounts are chosen in words, where a reference or a username had to be typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import EAST, Town
from tests.web.test_act_forms import case_of, screen
from tests.web.test_desk import text
from troskel.people.models import Account
from troskel.reading import accounts


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def form(town: Town, who: str, path: str) -> str:
    with town.standing():
        return screen(town, who).get(path).content.decode()


def offered(page: str, field: str) -> list[str]:
    """The values of the field's boxes, in order."""
    return re.findall(rf'<input class="ds-input" type="checkbox"[^>]* name="{field}" value="([^"]*)"', page)


def options(page: str) -> dict[str, str]:
    """The values of a list, or of few to choose of, by their words."""
    few = re.findall(r'type="radio"[^>]* value="([^"]+)"[^>]*><label[^>]*>([^<]*)<', page)
    return {words: value for value, words in re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)<', page) + few}


def test_decisions_that_have_not_begun_are_ticked(town: Town) -> None:
    client = town.client()
    town.grant(client)
    coming = [town.grant(client, begins=town.day(ahead)) for ahead in (10, 20)]
    case = case_of(town, client)
    page = form(town, "anna", f"/do/withdraw_decisions?client={case}")
    assert sorted(offered(page, "references")) == sorted(coming)
    assert "Vilka kunder?" not in page and "Hemtjänst" in text(page)
    posted = {"references": coming, "about": case, "key": "01a00000-0000-7000-8000-000000000001"}
    with town.standing():
        anna = screen(town, "anna")
        assert (
            "Ja, gör det"
            in anna.post("/do/withdraw_decisions", {**posted, "step": "preview"}).content.decode()
        )
        anna.post("/do/withdraw_decisions", {**posted, "step": "confirm"})
    case_page = form(town, "anna", f"/do/withdraw_decisions?client={case}")
    assert "Det går inte att göra för kunden" in case_page


def test_the_only_coming_allocation_is_ticked_already(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, begins=town.day(10))
    page = form(town, "anna", f"/do/withdraw_allocations?client={case_of(town, client)}")
    (reference,) = offered(page, "references")
    assert reference != decision
    assert re.search(rf'value="{reference}" checked', page)


def test_an_account_is_chosen_by_name_and_organisation(town: Town) -> None:
    own = options(form(town, "olle", "/do/close_account"))
    assert own["Carin, Hemtjänsten Öst"] == "carin"
    theirs = {row.username.partition("/")[2] for row in Account.objects.filter(organisation__orgnr=EAST)}
    assert set(own.values()) == theirs
    assert "moa" in options(form(town, "siri", "/do/close_account")).values()


def test_a_closed_account_is_opened_again_by_name(town: Town) -> None:
    assert "carin" not in options(form(town, "olle", "/do/reopen_account")).values()
    town.does("olle", "close_account", username="carin")
    assert list(options(form(town, "olle", "/do/reopen_account")).values()) == ["carin"]
    assert "carin" not in options(form(town, "olle", "/do/close_account")).values()


def test_the_page_of_an_account_leads_to_its_forms(town: Town) -> None:
    carin = Account.objects.get(username__endswith="/carin")
    address = f"/accounts/{carin.id}/sign-in"
    page = form(town, "siri", address)
    for act in ("change_account", "place_in_unit", "move_account", "close_account"):
        assert f'action="/do/{act}"' in page
    sent = dict(
        re.findall(
            r'type="hidden" name="([a-z-]+)" value="([^"]*)"', page.split('action="/do/close_account"')[1]
        )
    )
    with town.standing():
        opened = screen(town, "siri").post("/do/close_account", sent).content.decode()
    assert '<option value="carin" selected>' in opened
    assert f'href="{address}"' in opened, "the way back"
    town.does("olle", "close_account", username="carin")
    closed = form(town, "siri", address)
    assert 'action="/do/reopen_account"' in closed and 'action="/do/close_account"' not in closed


def test_the_account_forms_ask_as_much_of_the_database_for_few_as_for_many(town: Town) -> None:
    def asked() -> int:
        with town.standing(), CaptureQueriesContext(connection) as queries:
            screen(town, "siri").get("/do/close_account")
        return len(queries)

    asked()
    few = asked()
    for number in range(6):
        town.does(
            "siri",
            "register_account",
            username=f"ny{number}",
            name="Ny Person",
            role="carer",
            organisation=EAST,
        )
    assert asked() == few


def test_too_many_to_choose_of_are_typed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MAX_TO_CHOOSE", 2)
    assert '<input class="ds-input" id="f-username" name="username"' in form(
        town, "siri", "/do/close_account"
    )
