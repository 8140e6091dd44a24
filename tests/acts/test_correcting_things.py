# SPDX-License-Identifier: EUPL-1.2
"""Corrections of things: who has a key, whose door it opens (rules 5 and 10)."""

from __future__ import annotations

from typing import Any

from tests.acts.examples import ActExample
from tests.town import EAST, MEADOW, OTHER_FIRM, Town
from troskel.custody.models import Holding
from troskel.journal.models import Line
from troskel.offers.duty_actions import suggestions
from troskel.people.models import Client


def wrong_door(town: Town) -> dict[str, Any]:
    """A key is written down at the wrong client's door."""
    first, second = town.new_client(), town.new_client()
    town.does("carin", "receive_key", client=first, key="7", signed="client")
    return {"kind": "key", "number": "7", "opens": second}


EXAMPLES = {
    "correct_holder": ActExample("olle", wrong_door, "NotFound", by="moa"),
}


def id_of(client: str) -> Any:
    return Client.objects.get(reference=client).id


def holder(number: str) -> tuple[str, Any]:
    holding = Holding.objects.get(thing__number=number, until=None)
    return holding.kind, holding.holder


def test_rule_5_key_written_down_at_the_wrong_door(town: Town) -> None:
    values = wrong_door(town)
    first, second = "K1", values["opens"]
    town.refused("carin", "receive_key", "rule 5", client=second, key="7", signed="client")
    assert [duty.client.reference for duty in town.duties("P5.collect_keys")] == [second]
    town.does("olle", "correct_holder", **values)
    assert [duty.client.reference for duty in town.duties("P5.collect_keys")] == [first]
    assert not Line.objects.filter(event="key.lost").exists()
    town.does("carin", "return_key", client=second, key="7", signed="client")
    town.is_sound()


def test_rule_5_key_given_to_the_wrong_person_is_fetched(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.does("carin", "receive_key", client=first, key="7", signed="client")
    given = {"client": second, "key": "7", "signed": "client"}
    assert town.refused("carin", "return_key", "rule 5", **given).confirmable
    assert not town.refused("mikael", "return_key", "NotFound", **given).confirmable
    town.does("carin", "return_key", **given, done_though=["key.opens_no_door"])
    assert holder("7") == ("client", id_of(second)), "who can get in is known"
    (duty,) = town.duties("P5.fetch_back")
    assert (duty.client.reference, duty.organisation.orgnr) == (second, EAST)
    assert town.duties("P5.collect_keys", first), "the provider has no key to that door"
    assert town.refused("carin", "receive_key", "rule 5", **given).confirmable
    town.does("carin", "receive_key", **given, done_though=["key.other_door"])
    assert not town.duties("P5.fetch_back")
    assert not town.duties("P5.collect_keys", first), "it opens the first client's door again"
    town.does("carin", "return_key", **{**given, "client": first})
    town.is_sound()


def test_rule_5_key_with_the_wrong_person_is_lost_or_corrected(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.does("carin", "receive_key", client=first, key="7", signed="client")
    town.does("olle", "correct_holder", kind="key", number="7", client=second)
    assert town.duties("P5.fetch_back")
    town.does("siri", "report_lost", kind="key", number="7")
    assert not town.duties("P5.fetch_back")
    town.is_sound()


def test_rule_5_tag_is_with_another_client_than_it_says(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.does("carin", "place_tag", client=first, tag="E1")
    town.refused("moa", "correct_holder", "NotFound", kind="tag", number="E1", client=second)
    town.refused("olle", "correct_holder", "BadValue opens", kind="tag", number="E1", opens=second)
    town.refused("olle", "correct_holder", "BadValue organisation", kind="tag", number="E1")
    town.does("olle", "correct_holder", kind="tag", number="E1", client=second)
    assert holder("E1") == ("client", id_of(second))
    assert [duty.client.reference for duty in town.duties("P2.place_tag")] == [first]
    town.does("olle", "correct_holder", kind="tag", number="E1", organisation=EAST)
    assert len(town.duties("P2.place_tag")) == 2
    town.is_sound()


def test_rule_5_lock_in_stock_of_another_firm(town: Town) -> None:
    town.refused("laban", "correct_holder", "rule 5", kind="lock", number="L1", organisation=MEADOW)
    town.locked()
    town.refused("laban", "correct_holder", "rule 5", kind="lock", number="L1", organisation=OTHER_FIRM)
    town.does("laban", "correct_holder", kind="lock", number="L2", organisation=OTHER_FIRM)
    town.is_sound()


def test_rule_9_the_administrator_says_where_a_key_is_and_who_had_it_fetches_it(town: Town) -> None:
    """Also where the person has become another municipality's, has a second door, or is nobody that it knows."""
    first, second = town.new_client(), town.new_client(MEADOW)
    town.does("carin", "receive_key", client=first, key="7", signed="client")
    town.does("carin", "return_key", client=first, key="7", signed="client")
    town.does("siri", "correct_holder", kind="key", number="7", client=second)
    assert town.owner("P5.fetch_back", second) == ("provider", EAST)
    town.does("anna", "add_door", client=second, kind="gate", label="grind")
    change = {"client": second, "home_municipality": "0998"}
    town.does("anna", "change_clients", changes=[change])
    fetched = {"client": second, "key": "7", "signed": "client"}
    assert town.refused("olle", "receive_key", "rule 5", **fetched).confirmable
    town.does("olle", "receive_key", **fetched, done_though=["key.other_door"])
    assert not town.duties("P5.fetch_back")
    assert holder("7")[0] == "organisation"
    town.is_sound()


def test_rule_9_a_key_whose_provider_has_closed_is_the_administrators(town: Town) -> None:
    first, second = town.new_client(), town.new_client(MEADOW)
    town.does("carin", "receive_key", client=first, key="7", signed="client")
    town.does("siri", "correct_holder", kind="key", number="7", client=first)
    closing = {"organisation": EAST, "successor": MEADOW, "on": town.day(0), "reference": "N1"}
    town.does("siri", "succeed_organisation", **closing, reason="bankruptcy")
    town.does("siri", "correct_holder", kind="key", number="7", client=second)
    assert town.owner("P5.fetch_back", second) == ("administrator", None)
    with town.standing():
        duty = town.the("P5.fetch_back").id
        (way,) = suggestions(town.actor("siri"), [duty])[duty]
    town.does("siri", way.act, **way.with_answers(organisation=MEADOW))
    assert not town.duties("P5.fetch_back")
