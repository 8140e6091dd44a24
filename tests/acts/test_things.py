# SPDX-License-Identifier: EUPL-1.2
"""Things have exactly one holder (rule 5): signed handovers, transfers, lost and found, stock counts."""

from __future__ import annotations

import json

import pytest

from tests.town import EAST, FIRM, MEADOW, OFFICE, OTHER_FIRM, Town
from troskel.custody.models import Holding, Offer
from troskel.journal.models import Line


def holding_chain(number: str) -> list[Holding]:
    return list(Holding.objects.filter(thing__number=number).order_by("sequence"))


def change_provider(town: Town) -> str:
    """Changes the provider from East, which has a tag with the client and a key, to Meadow from today."""
    client = town.new_client(EAST)
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    values = {"former": EAST, "provider": MEADOW, "on": town.day(1), "reference": "F-new"}
    town.does("anna", "change_provider", client=client, **values)
    town.days_pass(1)
    return client


# --- signatures


@pytest.mark.parametrize("signed", ["client", "representative", "nobody"])
def test_p5_a_key_is_signed_for_at_the_handover_and_at_the_return(town: Town, signed: str) -> None:
    client = town.new_client()
    town.does("carin", "receive_key", client=client, key="1", signed=signed)
    town.does("olle", "return_key", client=client, key="1", signed=signed)
    with_client, with_provider, back = holding_chain("1")
    assert with_client.until == with_provider.since and with_provider.until == back.since
    assert (with_provider.taken_by_id, with_provider.signature) == (town.actor("carin").account, signed)
    assert (with_provider.given_by_id, back.signature) == (town.actor("olle").account, signed)


def test_p5_a_key_is_not_handed_over_without_saying_who_signed(town: Town) -> None:
    client = town.new_client()
    town.refused("carin", "receive_key", "BadValue signed", client=client, key="1")
    town.refused("carin", "receive_key", "BadValue signed", client=client, key="1", signed="the dog")


# --- straight from one provider to the next (case 4)


def test_p5_a_key_or_tag_still_out_gives_sight(town: Town) -> None:
    """Long after the time for return, a provider with a key or a tag with the client can still return it."""
    client, second = town.new_client(), town.new_client()
    for first, key, tag in ((client, "1", "E1"), (second, "2", "E2")):
        town.does("carin", "receive_key", client=first, key=key, signed="client")
        town.does("carin", "place_tag", client=first, tag=tag)
        town.end(first)
    town.does("olle", "return_key", client=second, key="2", signed="client")
    town.does("olle", "take_tag", client=second, tag="E2")
    town.days_pass(200)
    assert town.duties("P7.tell", second), "what is asked can be done, however late (rule 9)"
    town.does("olle", "tell_tag_fetched", client=second, tag="E2")
    town.refused("olle", "tell_tag_fetched", "NotFound", client=second, tag="E2")
    town.does("olle", "return_key", client=client, key="1", signed="client")
    town.does("olle", "take_tag", client=client, tag="E1")
    town.does("olle", "tell_tag_fetched", client=client, tag="E1")
    town.refused("olle", "tell_tag_fetched", "NotFound", client=client, tag="E1")
    town.is_sound()


def test_case_4_keys_go_directly_to_the_next_provider_if_the_client_agrees(town: Town) -> None:
    client = change_provider(town)
    keys = {"kind": "key", "numbers": ["1"]}
    assert town.refused("olle", "offer_things", "P5", **keys, to=MEADOW).code == "key.client_has_not_agreed"
    town.does("olle", "offer_things", **keys, to=MEADOW, agreed=True)
    assert town.owner("P5.offered") == ("provider", MEADOW)
    assert town.owner("P5.return_keys") == ("provider", EAST), "offered is not handed over"
    town.refused("lars", "accept_things", "rule 5", **keys)
    town.does("moa", "accept_things", **keys)
    assert not town.duties("P5.return_keys") and not town.duties("P5.collect_keys")
    *_, from_east, at_meadow = holding_chain("1")
    assert from_east.given_by_id == town.actor("olle").account
    assert at_meadow.taken_by_id == town.actor("moa").account
    town.refused("olle", "return_key", "rule 5", client=client, key="1", signed="client")
    town.is_sound()


def test_case_4_the_tag_is_handed_over_where_it_is(town: Town) -> None:
    client = change_provider(town)
    assert town.owner("P7.fetch") == ("provider", EAST)
    tags = {"kind": "tag", "numbers": ["E1"]}
    town.refused("moa", "offer_things", "rule 5", **tags, to=EAST)
    town.does("olle", "offer_things", **tags, to=MEADOW)
    town.does("moa", "accept_things", **tags)
    assert not town.duties("P7.fetch") and not town.duties("P2.place_tag")
    town.days_pass(0, hour=14)
    town.does("mikael", "register_visit", client=client, arrived=town.at(9), by="tag", tag="E1")
    town.mount(town.order(client, MEADOW))
    town.link(client)
    assert town.owner("P3.take_tag") == ("provider", MEADOW)
    town.does("mikael", "take_tag", client=client, tag="E1")
    town.is_sound()


def test_p5_a_withdrawn_offer_can_not_be_accepted(town: Town) -> None:
    change_provider(town)
    keys = {"kind": "key", "numbers": ["1"]}
    town.does("olle", "offer_things", **keys, to=MEADOW, agreed=True)
    town.refused("olle", "offer_things", "rule 5", **keys, to=MEADOW, agreed=True)
    town.refused("moa", "withdraw_offer", "rule 5", **keys)
    town.does("olle", "withdraw_offer", **keys)
    town.refused("moa", "accept_things", "rule 5", **keys)
    assert Offer.objects.get().outcome == "withdrawn"


def test_p5_a_return_to_the_client_ends_the_offer(town: Town) -> None:
    client = change_provider(town)
    keys = {"kind": "key", "numbers": ["1"]}
    town.does("olle", "offer_things", **keys, to=MEADOW, agreed=True)
    town.does("olle", "return_key", client=client, key="1", signed="client")
    town.refused("moa", "accept_things", "rule 5", **keys)


def test_s2_locks_in_stock_move_from_firm_to_firm(town: Town) -> None:
    locks = {"kind": "lock", "numbers": ["L1", "L2", "L3"]}
    town.refused("laban", "offer_things", "rule 5", **locks, to=EAST)
    town.refused("laban", "offer_things", "NotFound", kind="lock", numbers=["L1", "L99"], to=OTHER_FIRM)
    town.does("laban", "offer_things", **locks, to=OTHER_FIRM)
    town.does("nina", "accept_things", **locks)
    order = town.order(town.new_client())
    town.refused("laban", "report_installation", "rule 2", order=order, serial="L1")
    counted = town.does("nina", "count_stock", kind="lock", numbers=["L1", "L2", "L3"])
    assert counted.answer["missing"] == counted.answer["unexpected"] == []


# --- lost and found (case 13)


def test_case_13_a_lost_tag_and_who_had_it(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.refused("mikael", "report_lost", "rule 5", kind="tag", number="E1")
    placed = town.now
    town.days_pass(3)
    outcome = town.does("carin", "report_lost", kind="tag", number="E1", text="Låg i soporna.")
    assert outcome.answer["held_by"] == "client" and outcome.answer["since"] < placed.isoformat()
    assert town.owner("P7.lost") == ("administrator", None)
    assert town.owner("P2.place_tag") == ("provider", EAST), "the visits need another tag"
    town.refused("carin", "register_visit", "P2", client=client, arrived=town.now, by="tag", tag="E1")
    town.refused("carin", "place_tag", "rule 5", client=client, tag="E1")
    line = Line.objects.get(event="tag.lost")
    assert "soporna" not in line.body and "soporna" in line.detail.text
    town.does("olle", "report_found", kind="tag", number="E1")
    town.does("carin", "place_tag", client=client, tag="E1")
    assert [holding.kind for holding in holding_chain("E1")] == [
        "organisation",
        "client",
        "lost",
        "organisation",
        "client",
    ]
    town.is_sound()


def test_case_13_a_lost_key_is_replaced_and_returned_when_found(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.does("carin", "report_lost", kind="key", number="1")
    assert town.owner("P5.lost") == ("administrator", None)
    assert town.owner("P5.collect_keys") == ("provider", EAST)
    town.refused("carin", "report_lost", "rule 5", kind="key", number="1")
    town.end(client)
    town.days_pass(1)
    assert not town.duties("P5.return_keys")
    town.refused("olle", "report_found", "NotFound", kind="key", number="1")
    town.does("olle", "report_found", kind="key", number="1", client=client)
    assert town.owner("P5.return_keys") == ("provider", EAST)
    town.does("olle", "return_key", client=client, key="1", signed="client")
    assert not town.duties("P5.return_keys")
    town.is_sound()


def test_case_13_a_lock_at_a_door_is_not_lost(town: Town) -> None:
    town.locked()
    assert (
        town.refused("laban", "report_lost", "rule 2", kind="lock", number="L1").code == "lock.hangs_at_door"
    )
    town.does("siri", "report_lost", kind="lock", number="L2")
    town.refused("laban", "report_found", "rule 5", kind="lock", number="L3")


def test_p7_a_stock_is_counted(town: Town) -> None:
    counted = town.does("olle", "count_stock", kind="tag", numbers=["E1", "E2", "M1", "Z9"])
    assert counted.answer["missing"] == ["E3", "E4", "E5", "E6", "E7", "E8"]
    assert counted.answer["unexpected"] == ["M1", "Z9"]
    assert len(holding_chain("E3")) == 1, "nothing is lost by being counted"
    assert OFFICE and FIRM


def test_p2_p5_what_was_there_before_the_take_over_is_collected_and_placed(town: Town) -> None:
    """A list of keys and tags comes when the client is already asked about: nothing is asked for that is there."""
    client = town.new_client()
    assert {"P2.place_tag", "P5.collect_keys"} <= set(town.names(client))
    town.does("import", "take_over_keys", keys=[{"client": client, "door": "", "holder": EAST, "count": 1}])
    assert "P5.collect_keys" not in town.names(client)
    town.does("import", "take_over_tags", tags=[{"client": client, "tag": "OLD1"}])
    assert "P2.place_tag" not in town.names(client)
    town.is_sound()


def test_key_that_is_with_its_client_is_lost_and_the_administrator_is_told(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.does("carin", "return_key", client=client, key="1", signed="client")
    lost = town.does("siri", "report_lost", kind="key", number="1")
    assert lost.answer["held_by"] == "client"
    assert town.owner("P5.lost", client) == ("administrator", None)
    body = json.loads(Line.objects.get(number=lost.lines[-1]).body)
    assert body["organisation"] is None and body["last"]["kind"] == "client"
    town.is_sound()


def test_p5_p7_s2_what_is_told_of_things_later_is_asked_about_as_what_happens_is(town: Town) -> None:
    """Keys of a provider without the client, a tag of who has ended, and a lock that hangs already."""
    client, ended = town.new_client(), town.new_client()
    town.days_pass(1)
    town.end(ended)
    town.days_pass(1)
    town.does("import", "take_over_keys", keys=[{"client": client, "door": "", "holder": MEADOW, "count": 1}])
    assert town.the("P5.return_keys", client).organisation.orgnr == MEADOW
    town.does("import", "take_over_tags", tags=[{"client": ended, "tag": "OLD1"}])
    assert town.the("P7.fetch", ended).organisation.orgnr == EAST
    town.does("import", "take_over_locks", locks=[{"client": client, "door": "", "serial": "OLD2"}])
    again = [{"client": client, "door": "", "serial": "OLD3"}]
    assert town.refused("import", "take_over_locks", "rule 2", locks=again).code == "door.has_another_lock"
    town.is_sound()


def test_s2_a_couples_lock_is_told_of_one_after_the_other(town: Town) -> None:
    one = town.new_client(address=1)
    other = town.new_client(address=1)
    town.does("import", "take_over_locks", locks=[{"client": one, "door": "", "serial": "OLD2"}])
    assert town.names(other).count("S2.link") == 1
    town.does("import", "take_over_locks", locks=[{"client": other, "door": "", "serial": "OLD2"}])
    assert "S2.link" not in town.names(other)
    town.is_sound()
