# SPDX-License-Identifier: EUPL-1.2
"""Door code and way in: on the phone of whoever comes to the door, and nowhere that lasts (design, rule 8)."""

from __future__ import annotations

import json
from typing import Any

from tests.acts.examples import ActExample
from tests.town import FIRM, MEADOW, Town
from troskel.journal.models import Detail, Line
from troskel.outbox.models import OutboxMessage
from troskel.people.models import AccessNote, Client
from troskel.reading import client_page, phone

CODE = "portkod 4711#"


def written(town: Town) -> dict[str, Any]:
    client = town.new_client()
    town.does("olle", "write_access_note", client=client, text="gamla koden")
    return {"client": client}


EXAMPLES = {
    "write_access_note": ActExample(
        "olle", lambda town: {**written(town), "text": CODE}, "rule 6", again=True
    ),
    "remove_access_note": ActExample("olle", written, "rule 6", again=True),
}


def on_page(town: Town, who: str, client: str) -> str:
    case = Client.objects.get(reference=client).case_number
    with town.standing():
        return client_page.client_page(town.actor(who), case, visits_since=town.today).access_note


def on_phone(town: Town, who: str) -> list[str]:
    with town.standing():
        return [row.access_note for row in phone.phone_list(town.actor(who))]


def test_those_who_come_see_it_and_it_is_written_in_no_line(town: Town) -> None:
    client = town.locked()
    town.does("olle", "write_access_note", client=client, text=CODE)
    assert on_phone(town, "carin") == [CODE]
    assert on_page(town, "olle", client) == on_page(town, "anna", client) == CODE
    town.does("olle", "order_repair", client=client, locksmith=FIRM, fault="jammed")
    assert on_page(town, "laban", client) == "", "the locksmith comes by appointment"
    kept = [json.dumps(list(table.objects.values()), default=str) for table in (Line, Detail, OutboxMessage)]
    assert not any("4711#" in text for text in kept), "with the sign: an id may hold the digits"


def test_it_belongs_to_the_home_and_is_replaced(town: Town) -> None:
    client, spouse = town.new_client(address=1), town.new_client(MEADOW, address=1)
    town.does("olle", "write_access_note", client=client, text="gamla koden")
    town.does("moa", "write_access_note", client=spouse, text=CODE)
    assert on_phone(town, "carin") == on_phone(town, "mikael") == [CODE]
    assert AccessNote.objects.count() == 1, "the old code is kept nowhere"
    address = {"street": "Ny 1", "postcode": "99910", "town": "Byn", "apartment": "1"}
    town.does("anna", "move_clients", moves=[{"client": client, "address": address, "on": town.day(0)}])
    assert on_phone(town, "carin") == [""], "another home"
    town.does("moa", "remove_access_note", client=spouse)
    assert on_phone(town, "mikael") == [""]


def test_whoever_may_not_see_the_address_sees_no_code(town: Town) -> None:
    client = town.new_client(protection="F")
    town.does("anna", "write_access_note", client=client, text=CODE)
    assert on_phone(town, "carin") == [""]
    town.does("siri", "entrust_client", client=client, username="carin")
    assert on_phone(town, "carin") == [CODE]
    town.refused("moa", "write_access_note", "NotFound", client=client, text=CODE)
    town.refused("olle", "write_access_note", "BadValue text", client=client, text="")


def test_a_second_address_for_a_time_is_a_note_and_the_lock_stays(town: Town) -> None:
    client = town.locked()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does(
        "olle", "write_access_note", client=client, text="Bor hos dottern, Strandvägen 2, till och med söndag"
    )
    town.visit(client, by="tag", tag="E1", reason="")
    assert not town.duties("P6")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    assert on_phone(town, "carin")[0].startswith("Bor hos dottern")
    town.does("olle", "remove_access_note", client=client)
    town.does("carin", "open_door", client=client, serial="L1")
    town.is_sound()
