# SPDX-License-Identifier: EUPL-1.2
"""What stands beside a duty: one button for an act, what is known filled in, and a choice where there are several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.town import Town
from tests.web.test_act_forms import case_of, inputs, screen, ways
from troskel.custody.models import Thing
from troskel.ground.ids import new_id
from troskel.people.models import Door
from troskel.reading.discretion import door_names


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def test_a1_what_is_left_of_the_conversation_is_ticked_but_for_that_the_client_has_understood(
    town: Town,
) -> None:
    client = town.new_client()
    browser = screen(town, "anna")
    (way,) = set(ways(browser.get("/").content.decode(), "Skriv in samtalet"))

    def ticked() -> list[str]:
        page = browser.get(way).content.decode()
        return re.findall(r'type="checkbox"[^>]* name="(\w+)"[^>]* checked', page)

    assert ticked() == ["oral", "written", "keys"]
    town.does("anna", "inform_client", client=client, way="oral")
    assert ticked() == ["written", "keys"]


def test_p5_with_several_doors_one_is_chosen_by_what_it_is_called(town: Town) -> None:
    client = town.new_client()
    gate = town.does("anna", "add_door", client=client, kind="gate", label="Grinden").answer["door"]
    town.inform(client)
    browser = screen(town, "olle")
    buttons = ways(browser.get(f"/clients/{case_of(town, client)}").content.decode(), "Ta emot en nyckel")
    assert [way for way in buttons if "duty=" in way] == buttons[:1]
    form = browser.get(buttons[0]).content.decode()
    assert "Lägenhetsdörr" in form
    assert ">Grinden<" in form
    sent = {**inputs(form), "door": str(gate), "key": "N1", "signed": "client"}
    assert sent["client"] == [case_of(town, client)]
    preview = browser.post("/do/receive_key", sent).content.decode()
    assert ">Grinden<" in preview
    confirmed = {**inputs(preview), "step": "confirm"}
    for _ in range(2):
        assert "Klart:" in browser.post("/do/receive_key", confirmed).content.decode()
    assert Thing.objects.get(number="N1").door_id == UUID(str(gate))
    town.is_sound()


def test_a_choice_made_while_the_duty_was_open_is_sent_again_as_it_was(town: Town) -> None:
    client = town.new_client()
    form = {"client": case_of(town, client), "door": town.door(client), "key": "N1", "signed": "client"}
    values = {**form, "duty-id": str(new_id()), "step": "preview"}
    preview = screen(town, "olle").post("/do/receive_key", values).content.decode()
    assert f'name="door" value="{town.door(client)}"' in preview


def test_only_doors_of_the_municipality_are_named(town: Town) -> None:
    town.new_client()
    door = Door.objects.get()
    assert door_names(town.actor("olle"), [door.id, new_id()]) == {door.id: ("apartment", door.label)}
