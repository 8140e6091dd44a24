# SPDX-License-Identifier: EUPL-1.2
"""An alarm is raised by name, ranked, and shows its area before it is taken (rule 4)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.town import ALARM, Town
from tests.web.test_act_forms import case_of, screen
from tests.web.test_desk import page, text
from troskel.access.models import Alarm
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.people.models import Home


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def alarmed(town: Town, last_name: str, **values: Any) -> str:
    """A client whose alarm the patrol answers."""
    client = town.client(last_name=last_name, **values)
    town.grant(client, ALARM, "safety_alarm")
    return client


def found(town: Town, who: str, question: str) -> str:
    with town.standing():
        answer = screen(town, who).post("/alarms/find", {"question": question})
    assert answer.status_code == 200
    return answer.content.decode()


def test_whoever_answers_alarms_finds_the_client_by_name_and_raises_the_alarm(town: Town) -> None:
    client = alarmed(town, "Dahlström")
    town.new_client(last_name="Dahlgren")  # no alarm of ours
    source = found(town, "rut", "dahl")
    assert "Åke Dahlström" in source and "Dahlgren" not in source
    shown = Line.objects.filter(event="alarm_clients.found").get()
    assert shown.body.count('"') and "dahl" not in shown.body.lower()
    for question in ("", "d", "%", "Dahlgren"):
        assert "Ingen sådan kund" in found(town, "rut", question), question
    values = {"client": case_of(town, client), "urgency": "urgent", "key": str(new_id())}
    with town.standing():
        browser = screen(town, "rut")
        for _ in range(2):  # a double click is one alarm
            assert browser.post("/alarms/raise", values)["Location"] == "/alarms/"
    assert Alarm.objects.get().urgency == "urgent"
    assert "Mycket bråttom" in text(page(town, "rut", "/alarms/"))
    town.is_sound()


def test_a_protected_name_is_not_found_by_those_who_may_not_know_it(town: Town) -> None:
    client = alarmed(town, "Hemlig", protection="S")
    assert "Hemlig" not in text(found(town, "rut", "hemlig"))
    by_number = text(found(town, "rut", case_of(town, client)))
    assert case_of(town, client) in by_number and "Hemlig" not in by_number
    town.does("rut", "raise_alarm", client=client)
    assert "Området visas när du har tagit larmet." in text(page(town, "rut", "/alarms/"))


def test_the_area_and_the_wait_are_shown_before_an_alarm_is_taken_and_the_most_urgent_stands_first(
    town: Town,
) -> None:
    first = town.does("lars", "raise_alarm", client=alarmed(town, "Ett")).answer["alarm"]
    town.now += timedelta(minutes=12)
    other = alarmed(town, "Två")
    Home.objects.filter(clients__reference=other).update(postcode="99920", town="Staden")
    second = town.does("lars", "raise_alarm", client=other).answer["alarm"]
    order = order_of(town)
    assert order == [str(first), str(second)], "the oldest first"
    said = text(page(town, "rut", "/alarms/"))
    assert "I 999 10 Byn" in said and "I 999 20 Staden" in said and "Ängsvägen" not in said
    assert "har väntat" in said
    with town.standing():
        ranked = screen(town, "rut").post(
            f"/alarms/{second}/rank", {"urgency": "urgent", "key": str(new_id())}
        )
    assert ranked["Location"] == "/alarms/"
    assert order_of(town) == [str(second), str(first)]
    town.does("rut", "rank_alarm", alarm=second, urgency="can_wait")
    assert order_of(town) == [str(first), str(second)]
    town.does("lars", "close_alarm", alarm=second, outcome="helped")
    assert town.refused("rut", "rank_alarm", "rule 6", alarm=second, urgency="usual").code == "alarm.closed"
    town.is_sound()


def order_of(town: Town) -> list[str]:
    return re.findall(r'action="/alarms/([0-9a-f-]+)/accept"', page(town, "rut", "/alarms/"))


def test_a_repeated_alarm_is_never_less_urgent(town: Town) -> None:
    client = alarmed(town, "Tre")
    for urgency, kept in (
        ("can_wait", "can_wait"),
        ("usual", "usual"),
        ("urgent", "urgent"),
        ("usual", "urgent"),
    ):
        town.does("lars", "raise_alarm", client=client, urgency=urgency)
        assert Alarm.objects.get().urgency == kept


def test_no_rule_of_ours_stands_on_a_form_as_if_it_were_a_paragraph(town: Town) -> None:
    form = page(town, "lars", "/do/raise_alarm")
    assert "rule" not in text(form) and "chip" not in form.split("<main")[1]
    assert 'class="chip"' in page(town, "laban", "/do/book_order")
