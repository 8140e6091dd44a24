# SPDX-License-Identifier: EUPL-1.2
"""Beside the form where a safety alarm is decided: would anybody get in? It tells the assessor, and hinders nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import EAST, Town
from tests.web.test_act_forms import inputs, screen
from tests.web.test_tonight_page import shown, text_of
from troskel.care.models import Decision


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


DECISION = {"decisions.client": "2026-0001", "decisions.valid_from": "2026-03-02", "step": "preview"}


def previewed(town: Town, service: str, *, language: str = "sv") -> str:
    with town.standing():
        browser = screen(town, "anna")
        browser.post("/language", {"language": language})
        hidden = inputs(browser.get("/do/make_decisions").content.decode())
        typed = {"key": hidden["key"][0], **DECISION, "decisions.service": service}
        answer = browser.post("/do/make_decisions", typed)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_an_alarm_is_decided_the_assessor_is_told_what_is_missing(town: Town) -> None:
    town.client()
    page = previewed(town, "safety_alarm")
    assert "Steg 2 av 2" in page, "it hinders nothing"
    note = text_of(page)
    assert "Kommer någon in om kunden larmar? Larmpatrullen: ingen kommer in" in note
    assert "Lägenhetsdörr Det sitter inget låsvred. Ingen nyckel är lämnad." in note
    assert "Det hindrar inte beslutet." in note
    assert "Kommer någon in" not in previewed(town, "home_care")


def test_the_note_says_so_where_the_way_is_open(town: Town) -> None:
    town.locked()
    note = text_of(previewed(town, "safety_alarm"))
    assert "Larmpatrullen: vägen är öppen Lägenhetsdörr Låsvredet öppnas med telefonen." in note
    assert "hindrar inte" not in note


def test_nothing_is_told_where_no_alarm_is_decided(town: Town) -> None:
    """The form of a decision, in which nothing is chosen yet, and other acts about the client."""
    town.client()
    assert "Kommer någon in" not in shown(
        town, "anna", "/do/make_decisions", **{"decisions.client": "2026-0001"}
    )
    town.grant("2026-0001", EAST)
    assert "Kommer någon in" not in shown(town, "anna", "/do/end_care", client="2026-0001")


def test_the_decision_is_made_whether_anybody_gets_in_or_not(town: Town) -> None:
    town.client()
    with town.standing():
        browser = screen(town, "anna")
        hidden = inputs(browser.get("/do/make_decisions").content.decode())
        typed = {"key": hidden["key"][0], **DECISION, "decisions.service": "safety_alarm", "step": "confirm"}
        assert browser.post("/do/make_decisions", typed).status_code == 200
    assert [decision.service for decision in Decision.objects.all()] == ["safety_alarm"]


def test_the_note_in_english(town: Town) -> None:
    town.client()
    note = text_of(previewed(town, "safety_alarm", language="en"))
    assert "Does anybody get in if the client raises the alarm?" in note
    assert "This does not stop the decision." in note
