# SPDX-License-Identifier: EUPL-1.2
"""Nobody opens: each step is written when it is done, and it ends when somebody knows, or with the manager."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.acts.examples import ActExample
from tests.phone.simulated_phone import Phone
from tests.town import MEADOW, Town
from tests.web.test_act_forms import case_of, screen
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.reading.unanswered_doors import doors_in_doubt, unanswered_doors


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> Iterator[None]:
    settings.DEMO = True
    return iter([None])


def at_the_door(town: Town) -> dict[str, Any]:
    return {"client": town.new_client(), "step": "looked_around"}


EXAMPLES = {"note_no_answer": ActExample("carin", at_the_door, "NotFound", by="mikael")}


def notes(town: Town, client: str, *steps: str, who: str = "carin") -> None:
    for step in steps:
        town.does(who, "note_no_answer", client=client, step=step)


def shown(town: Town, who: str = "olle") -> Any:
    with clock.frozen_at(town.now):
        return unanswered_doors(town.actor(who))


def page_of(town: Town, who: str, path: str) -> str:
    with town.standing():
        page = screen(town, who).get(path).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def test_each_step_stands_in_the_journal_with_its_time(town: Town) -> None:
    client = town.new_client()
    notes(town, client, "looked_around", "called", "found")
    lines = Line.objects.filter(event="door.unanswered").order_by("number")
    assert [json.loads(line.body)["step"] for line in lines] == ["looked_around", "called", "found"]
    assert len({line.occurred for line in lines}) == 3 and lines[0].actor == town.actor("carin").account
    (door,) = shown(town)
    assert [(one.step, one.at, one.carer) for one in door.steps] == [
        (json.loads(line.body)["step"], line.occurred, "Carin") for line in lines
    ]
    town.is_sound()


def test_it_ends_in_one_of_three_ways_and_not_before_something_is_tried(town: Town) -> None:
    client = town.new_client()
    town.refused("carin", "note_no_answer", "P2", client=client, step="found")
    notes(town, client, "looked_around", "called", "relatives", "colleague")
    town.refused("carin", "note_no_answer", "P2", client=client, step="handed_over")
    (door,) = shown(town)
    assert not door.is_known and not door.is_with_manager
    notes(town, client, "manager", "handed_over")
    (door,) = shown(town)
    assert door.is_with_manager and not door.is_known
    notes(town, client, "away", who="olle")
    (door,) = shown(town)
    assert door.is_known and not door.is_with_manager
    notes(town, client, "looked_around")
    assert [one.is_known for one in shown(town)] == [False, True], "the next time is another"


def test_the_coordinator_sees_it_at_once_and_until_somebody_knows(town: Town) -> None:
    client, other = town.new_client(), town.new_client(MEADOW)
    assert "öppnade inte" not in page_of(town, "olle", "/")
    notes(town, client, "looked_around", "called")
    notes(town, other, "looked_around", who="mikael")
    assert "En kund öppnade inte, och ingen vet var kunden är." in page_of(town, "olle", "/")
    page = page_of(town, "olle", "/visits/unanswered")
    assert "Ringt kunden Carin" in page and case_of(town, client) in page and case_of(town, other) not in page
    assert len(shown(town, "anna")) == 2 and {
        one.carer for door in shown(town, "anna") for one in door.steps
    } == {""}
    town.now += timedelta(days=1)
    assert "En kund öppnade inte" in page_of(town, "olle", "/"), "a night changes nothing"
    notes(town, client, "found", who="olle")
    assert "öppnade inte" not in page_of(town, "olle", "/")
    town.now += timedelta(days=2)
    assert shown(town) == []


def test_the_phone_leads_through_the_steps(town: Town) -> None:
    client = town.new_client()
    phone = Phone(town, "carin")

    def offered() -> list[str]:
        part = phone.page.partition('id="unanswered"')[2].partition("</details>")[0]
        return re.findall(r'name="step" value="([a-z_]+)"', part)

    phone.client(client)
    assert offered() == ["looked_around", "called", "relatives", "colleague", "manager"]

    def press(step: str) -> str:
        phone.client(client)
        return phone.sends(client, phone.form(do="no_answer", step=step))

    assert "Antecknat. Din samordnare ser det." in press("looked_around")
    assert "08." in phone.page.partition('id="unanswered"')[2], "when it was done"
    assert offered() == ["called", "relatives", "colleague", "manager", "found", "away"]
    press("manager")
    assert offered() == ["called", "relatives", "colleague", "found", "away", "handed_over"]
    press("handed_over")
    assert offered() == ["found", "away"]
    press("away")
    assert offered() == ["looked_around", "called", "relatives", "colleague", "manager"]
    town.is_sound()


def test_as_many_queries_for_many_doors_as_for_one(town: Town) -> None:
    coordinator = town.actor("olle")

    def cost() -> tuple[int, int]:
        with clock.frozen_at(town.now), CaptureQueriesContext(connection) as all_of_them:
            unanswered_doors(coordinator)
        with clock.frozen_at(town.now), CaptureQueriesContext(connection) as counted:
            doors_in_doubt(coordinator)
        return len(all_of_them), len(counted)

    notes(town, town.new_client(), "looked_around")
    cost()
    one = cost()
    for _ in range(4):
        notes(town, town.new_client(), "looked_around", "called", "found")
    assert cost() == one and one[1] == 1
