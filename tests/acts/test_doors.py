# SPDX-License-Identifier: EUPL-1.2
"""Doors of several homes, owners' consent (case 3), and homes that prove not to be shared (rule 1)."""

from __future__ import annotations

import pytest

from tests.town import EAST, ELSEWHERE, FIRM, Town


def gate_of_two(town: Town) -> tuple[str, str, str]:
    """Two neighbours behind one gate, each with a door of their own. Returns both clients and the gate's id."""
    first, second = town.client(), town.client()
    gate = town.does("anna", "add_door", client=first, kind="gate", label="Grinden").answer["door"]
    town.does("anna", "let_door_serve", client=second, door=gate)
    return first, second, gate


def test_case_3_one_order_for_the_gate_of_two_homes_and_a_link_for_each(town: Town) -> None:
    first, second, gate = gate_of_two(town)
    town.refused("anna", "let_door_serve", "rule 1", client=first, door=gate)
    town.grant(first)
    town.grant(second)
    town.consent(first, gate)
    at_the_gate = [d for d in town.duties("P1.order") if str(d.door_id) == gate]
    assert len(at_the_gate) == 1
    town.mount(town.order(first, door=gate), "L1")
    assert {d.client.reference for d in town.duties("S2.link") if d.client} == {first, second}
    town.link(first)
    town.link(second)
    town.does("carin", "open_door", client=second, serial="L1")
    town.end(first)
    town.days_pass(1)
    assert town.the("S3.unlink_one", first)
    assert not [d for d in town.duties("P6.order") if str(d.door_id) == gate]
    town.refused("olle", "order_removal", "rule 1", client=first, locksmith=FIRM, door=gate)
    town.is_sound()


def test_case_3_a_gate_added_later_asks_for_its_own_lock(town: Town) -> None:
    """The client has long had a lock at the apartment: the gate is new all the same."""
    client = town.locked()
    gate = town.does("anna", "add_door", client=client, kind="gate").answer["door"]
    assert town.owner("P1.consent") == ("administrator", None)
    town.consent(client, gate)
    assert str(town.the("P1.order").door_id) == gate
    assert town.owner("P5.collect_keys") == ("provider", EAST)


def test_p1_an_order_needs_consent_and_a_withdrawn_one_is_needed_again(town: Town) -> None:
    client = town.client()
    entrance = town.does("anna", "add_door", client=client, kind="entrance").answer["door"]
    town.grant(client)
    values = {"client": client, "locksmith": FIRM, "reason": "x", "door": entrance}
    town.refused("olle", "order_installation", "P1", **values)
    town.refused(
        "siri", "record_consent", "P1", client=client, door=town.door(client), owner="Jag", way="own"
    )
    town.refused("siri", "record_consent", "BadValue since", client=client, door=entrance, owner="Brf", way="oral",
                 since=town.day(1))  # fmt: skip
    town.consent(client, entrance)
    town.does("siri", "withdraw_consent", client=client, door=entrance)
    town.refused("olle", "order_installation", "P1", **values)
    assert town.owner("P1.consent") == ("administrator", None)
    town.consent(client, entrance)
    town.does("olle", "order_installation", **values)
    town.is_sound()


def test_rule_1_a_shared_home_is_separated(town: Town) -> None:
    first, second = town.locked(address=77), town.new_client(address=77)
    town.link(second)
    town.does("anna", "separate_home", client=second, apartment="1102")
    assert town.the("S3.unlink_one", second), "the other's link to the neighbour's lock goes"
    town.does("siri", "unlink_lock", client=second, serial="L1")
    assert town.the("P1.order", second).door_id and str(town.the("P1.order", second).door_id) == town.door(
        second
    )
    town.does("carin", "open_door", client=first, serial="L1")
    town.end(first)
    town.days_pass(1)
    town.removed(first)
    town.is_sound()


def test_rule_1_a_lone_client_has_nobody_to_be_separated_from(town: Town) -> None:
    client = town.client()
    assert (
        town.refused("anna", "separate_home", "rule 1", client=client, apartment="1102").code
        == "home.not_shared"
    )


def test_p6_a_removal_is_stopped_when_the_gate_serves_a_neighbour_with_care(town: Town) -> None:
    first, second = town.client(), town.new_client()
    gate = town.does("anna", "add_door", client=first, kind="gate", label="Grinden").answer["door"]
    town.grant(first)
    town.consent(first, gate)
    town.mount(town.order(first, door=gate), "L1")
    town.end(first)
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=first, locksmith=FIRM, door=gate).answer["order"]
    town.does("anna", "let_door_serve", client=second, door=gate)
    assert town.owner("P6.stop") == ("provider", EAST)
    town.does("olle", "cancel_order", order=order, reason="care_again")
    assert not town.duties("P6.stop") and not town.duties("P6.order")
    town.is_sound()


def test_o1_a_gate_that_begins_to_serve_a_neighbour_keeps_its_lock_and_loses_the_link_of_another_municipalitys(
    town: Town,
) -> None:
    """The lock was to be taken down; now a neighbour needs it, so that only the client's own link goes."""
    first, second = town.client(), town.new_client()
    gate = town.does("anna", "add_door", client=first, kind="gate", label="Grinden").answer["door"]
    town.grant(first)
    town.consent(first, gate)
    town.mount(town.order(first, door=gate), "L1")
    town.link(first)
    town.does("anna", "change_clients", changes=[{"client": first, "home_municipality": ELSEWHERE}])
    assert not town.duties("S3.unlink_not_ours")
    town.does("anna", "let_door_serve", client=second, door=gate)
    assert town.the("S3.unlink_not_ours").client.reference == first
    town.does("siri", "unlink_lock", client=first, serial="L1")
    assert not town.duties("S3.unlink_not_ours")
    town.is_sound()


@pytest.mark.parametrize("is_planned", [True, False])
def test_rule_2_who_moves_to_a_neighbours_behind_the_same_gate_keeps_the_link(
    town: Town, is_planned: bool
) -> None:
    first, second, gate = gate_of_two(town)
    town.grant(first)
    town.grant(second)
    town.consent(first, gate)
    town.mount(town.order(first, door=gate), "L1")
    town.link(first)
    town.link(second)
    there = {"street": "Ängsvägen 2", "postcode": "99910", "town": "Byn", "apartment": "1001"}
    if is_planned:
        town.does("anna", "plan_move", client=first, address=there, on=town.day(1))
    else:
        town.does("anna", "move_clients", moves=[{"client": first, "address": there, "on": town.day(0)}])
    town.days_pass(1)
    assert not town.duties("S2") and not town.duties("S3")
    town.does("carin", "open_door", client=first, serial="L1")
    town.end(first)
    town.days_pass(1)
    assert town.the("S3.unlink_one", first)
    town.does("siri", "unlink_lock", client=first, serial="L1")
    town.is_sound()


def test_p5_no_key_is_asked_for_once_one_who_moves_in_has_brought_it(town: Town) -> None:
    """The provider has the gate's key from the first client; it opens for the second when they live together."""
    first, second, gate = gate_of_two(town)
    for client in (first, second):
        town.grant(client)
        town.does(
            "carin",
            "receive_key",
            client=client,
            key=f"{client}-1",
            door=town.door(client),
            signed="client",
        )
    town.does("carin", "receive_key", client=first, key="gate", door=gate, signed="client")
    assert town.the("P5.collect_keys").client.reference == second
    there = {"street": "Ängsvägen 2", "postcode": "99910", "town": "Byn", "apartment": "1001"}
    town.does("anna", "move_clients", moves=[{"client": first, "address": there, "on": town.day(0)}])
    assert not town.duties("P5.collect_keys")
    town.is_sound()
