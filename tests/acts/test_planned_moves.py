# SPDX-License-Identifier: EUPL-1.2
"""A move that is known beforehand: the lock at the new door is ordered before the day (P1, cases 15 and 83)."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from tests.acts.examples import ActExample
from tests.town import EAST, FIRM, MEADOW, Town
from troskel.duties.models import Duty
from troskel.offers.duty_actions import suggestions
from troskel.people.models import Client, HomeDoor, PlannedMove, Residence

NEW = {"street": "Ny 1", "postcode": "99910", "town": "Byn", "apartment": "1"}
ON = "2026-03-12"


def planned(town: Town, **values: str) -> dict[str, str]:
    client = town.locked(**values)
    door = town.does("anna", "plan_move", client=client, address=NEW, on=ON).answer["door"]
    return {"client": client, "door": door}


EXAMPLES = {
    "plan_move": ActExample(
        "anna",
        lambda town: {"client": town.locked(), "address": NEW, "on": ON},
        "BadValue on",
        {"on": "2026-03-02"},
    ),
    "call_off_move": ActExample(
        "anna", lambda town: {"client": planned(town)["client"]}, "NotFound", {"client": "no such"}
    ),
}


def street(client: str) -> str:
    return Client.objects.select_related("home").get(reference=client).home.street


def test_83_the_new_doors_lock_hangs_before_the_day_and_the_old_one_opens_until_then(town: Town) -> None:
    values = planned(town)
    client = values["client"]
    assert town.owner("P1.order", client) == ("provider", EAST)
    assert town.names(client) == [
        "A1.inform",
        "A2.keys",
        "A3.understood",
        "P1.order",
        "P5.collect_keys",
        "S1.letter",
    ]
    number = town.does("olle", "order_installation", **values, locksmith=FIRM, reason="flytt").answer["order"]
    assert not town.duties("P1.order")
    town.until("2026-03-10")
    town.mount(number, "L2")
    assert not town.duties("S2.link"), "nobody is linked to a door they do not live behind"
    assert street(client) != "Ny 1"
    town.refused("olle", "order_removal", "rule 1", client=client, door=town.door(client), locksmith=FIRM)
    town.does("carin", "open_door", client=client, serial="L1")
    old_door = town.door(client)
    town.until(ON)
    assert street(client) == "Ny 1"
    assert town.owner("S2.link", client) == ("administrator", None)
    assert town.owner("P6.order", client) == ("provider", EAST)
    town.link(client, "L2")
    town.does("carin", "open_door", client=client, serial="L2")
    town.does("olle", "order_removal", client=client, door=old_door, locksmith=FIRM)
    stays = Residence.objects.filter(client__reference=client).order_by("id")
    assert [(str(r.valid_from), str(r.valid_through)) for r in stays] == [
        ("None", "2026-03-11"),
        (ON, "None"),
    ]
    assert PlannedMove.objects.get().outcome == "moved"
    town.is_sound()


def test_p1_what_is_to_be_told_anew_is_so_at_the_new_door_too(town: Town) -> None:
    """The lock at the old door is taken down; then the client understands after all, and is told of a new one (A1)."""
    client = town.locked()
    town.inform(client)
    town.does("anna", "record_refusal", client=client, reason="does_not_want", text="Nej.")
    town.does("anna", "plan_move", client=client, address=NEW, on=ON)
    town.removed(client)
    town.is_sound()
    town.does("anna", "confirm_understanding", client=client)
    assert {"A1.inform", "A2.keys"} <= set(town.names(client))
    asked = town.duties("P1.order", client)
    assert len(asked) == 2, "at either door"
    with town.standing():
        offered = suggestions(town.actor("olle"), [duty.id for duty in asked])
    for duty in asked:
        (way,) = offered[duty.id]
        assert "reason" in way.missing, "nothing is told yet: it is ordered with a reason"
        town.does("olle", way.act, **way.with_answers(locksmith=FIRM, reason="bråttom"))
    town.is_sound()


def test_what_happens_before_the_day_counts_at_the_new_door(town: Town) -> None:
    values = planned(town)
    client = values["client"]
    change = {"client": client, "former": EAST, "provider": MEADOW, "on": "2026-03-05", "reference": "F99"}
    town.does("anna", "change_provider", **change)
    town.until("2026-03-05")
    assert town.owner("P1.order", client) == ("provider", MEADOW)
    assert len(town.duties("P5.return_keys")) == 0
    notices = [d for d in town.duties("A5") if d.kind == "notice"]
    assert len(notices) == 1, "the change is told once, not once a home"
    town.until(ON)
    assert len([d for d in town.duties("A5") if d.kind == "notice"]) == 1
    town.is_sound()


def test_called_off_the_client_stays_and_the_order_is_cancelled(town: Town) -> None:
    values = planned(town)
    client = values["client"]
    number = town.does("olle", "order_installation", **values, locksmith=FIRM, reason="flytt").answer["order"]
    town.does("anna", "call_off_move", client=client)
    town.refused("anna", "call_off_move", "rule 6", client=client)
    assert town.owner("P6.cancel", client) == ("provider", EAST)
    town.does("olle", "cancel_order", order=number, reason="moved")
    assert not town.duties("P6")
    assert not town.duties("P1.order")
    town.until(ON)
    assert street(client) != "Ny 1"
    town.does("carin", "open_door", client=client, serial="L1")
    again = town.does("anna", "plan_move", client=client, address=NEW, on="2026-03-20").answer["door"]
    town.does("olle", "order_installation", client=client, door=again, locksmith=FIRM, reason="flytt")
    town.until("2026-03-20")
    assert street(client) == "Ny 1"
    town.is_sound()


def test_planned_twice_or_backwards_or_to_the_same_home(town: Town) -> None:
    client = planned(town)["client"]
    other = NEW | {"apartment": "2"}
    town.refused("anna", "plan_move", "rule 6", client=client, address=other, on=ON)
    town.refused("anna", "plan_move", "BadValue on", client=client, address=other, on="2026-03-01")
    lives = {"street": "Ängsvägen 1", "postcode": "99910", "town": "Byn", "apartment": "1001"}
    town.refused("anna", "plan_move", "rule 6", client=client, address=lives, on=ON)


def test_where_to_is_said_unless_the_address_is_protected(town: Town) -> None:
    client, hidden = town.new_client(), town.new_client(protection="S")
    town.refused("anna", "plan_move", "BadValue street", client=client, address={}, on=town.day(9))
    moved = {"client": client, "address": {"street": " ", "town": "Byn"}, "on": town.day(0)}
    town.refused("anna", "move_clients", "BadValue street", moves=[moved])
    town.does("anna", "plan_move", client=hidden, address={}, on=town.day(9))


def test_moved_earlier_or_elsewhere_than_planned(town: Town) -> None:
    client = planned(town)["client"]
    town.does("anna", "move_clients", moves=[{"client": client, "address": NEW, "on": town.day(0)}])
    assert PlannedMove.objects.get().outcome == "moved"
    town.until(ON)
    assert Residence.objects.filter(client__reference=client).count() == 2
    third = NEW | {"apartment": "3"}
    town.does("anna", "plan_move", client=client, address=third, on="2026-03-25")
    fourth = NEW | {"apartment": "4"}
    town.does("anna", "move_clients", moves=[{"client": client, "address": fourth, "on": town.day(0)}])
    assert PlannedMove.objects.order_by("id").last().outcome == "called_off"  # type: ignore[union-attr]
    town.until("2026-03-25")
    assert Client.objects.get(reference=client).home.apartment == "4"
    town.is_sound()


def test_who_dies_before_the_day_does_not_move(town: Town) -> None:
    values = planned(town)
    client = values["client"]
    town.does("olle", "order_installation", **values, locksmith=FIRM, reason="flytt")
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    town.days_pass(1)
    assert town.the("P6.cancel"), "nobody moves in there"
    assert len(town.duties("P6.order")) == 1
    town.until(ON)
    assert street(client) != "Ny 1"
    town.refused("anna", "plan_move", "P6", client=client, address=NEW | {"apartment": "9"}, on="2026-03-30")
    town.is_sound()


def test_a3_who_says_no_at_the_new_door_has_said_so_where_the_client_lives(town: Town) -> None:
    values = planned(town)
    client = values["client"]
    order = town.does("olle", "order_installation", **values, locksmith=FIRM, reason="x").answer["order"]
    town.does("laban", "report_failure", order=order, code="client_refused")
    assert {"A3.way_in", "A3.confirm", "P6.cancel"} <= set(town.names(client))
    town.does("anna", "decide_way_in", client=client, way="key")
    town.does("anna", "confirm_refusal", client=client)
    assert not {name for name in town.names(client) if name.startswith("A3.")}
    town.is_sound()


def test_rule_7_the_locksmith_takes_down_in_the_name_of_who_lived_there(town: Town) -> None:
    former, mover = town.locked(address=5), town.new_client(MEADOW)
    lives = {"street": "Vägen 5", "postcode": "99910", "town": "Byn", "apartment": ""}
    home = Client.objects.select_related("home").get(reference=former).home
    lives = {name: getattr(home, name) for name in lives}
    town.end(former)
    town.days_pass(1)
    ordered = town.does("olle", "order_removal", client=former, locksmith=FIRM)
    town.does("anna", "plan_move", client=mover, address=lives, on=ON)
    assert town.owner("P6.stop", mover) == ("provider", MEADOW)
    assert town.the("L1.remove").client.reference == former
    town.does("moa", "cancel_order", order=ordered.answer["order"], reason="care_again")
    assert not town.duties("P6.stop")


def test_keys_and_a_removal_at_the_door_ahead(town: Town) -> None:
    """What is asked of that door before the day can be done before the day."""
    values = planned(town)
    town.does("olle", "receive_key", **values, key="N9", signed="client")
    number = town.does("olle", "order_installation", **values, locksmith=FIRM, reason="flytt").answer["order"]
    town.mount(number, "L2")
    town.end(values["client"])
    town.days_pass(1)
    assert {duty.door_id for duty in town.duties("P6.order")} == {
        UUID(str(town.door(values["client"]))),
        UUID(str(values["door"])),
    }
    town.does("olle", "order_removal", **values, locksmith=FIRM)


def test_a_lock_left_behind_is_not_taken_down_in_the_name_of_who_never_came(town: Town) -> None:
    """One moves out, another plans to move in and does not: the removal is asked in the name of the first."""
    first, second = town.locked(), town.new_client()
    home = Client.objects.get(reference=first).home
    there = {"street": home.street, "postcode": home.postcode, "town": home.town, "apartment": home.apartment}
    door = town.door(first)
    town.does("anna", "plan_move", client=second, address=there, on=ON)
    town.does("anna", "move_clients", moves=[{"client": first, "address": NEW, "on": town.day(0)}])
    town.end(first)
    town.days_pass(2)
    town.does("anna", "call_off_move", client=second)
    duty = town.the("P6.order")
    assert (str(duty.door_id), duty.client and duty.client.reference) == (str(door), first)
    who = "olle" if duty.role == "provider" else "siri"
    town.does(who, "order_removal", client=first, door=str(door), locksmith=FIRM)


def test_a_lock_that_hangs_where_nobody_came_is_taken_down(town: Town) -> None:
    values = planned(town)
    number = town.does("olle", "order_installation", **values, locksmith=FIRM, reason="flytt").answer["order"]
    town.mount(number, "L2")
    town.does("anna", "call_off_move", client=values["client"])
    duty = town.the("P6.order")
    assert (str(duty.door_id), duty.client and duty.client.reference) == (
        str(values["door"]),
        values["client"],
    )
    who = "olle" if duty.role == "provider" else "siri"
    removal = town.does(who, "order_removal", **values, locksmith=FIRM).answer["order"]
    town.does("laban", "report_removal", order=removal, serial="L2")
    assert not town.duties("P6")
    town.is_sound()


def test_the_neighbours_behind_the_gate_ahead_are_not_reached(town: Town) -> None:
    values, neighbour = planned(town), town.new_client()
    town.until(ON)
    gate = town.does("anna", "add_door", client=values["client"], kind="gate").answer["door"]
    town.does("anna", "let_door_serve", client=neighbour, door=gate)
    second = town.new_client()
    town.does("anna", "plan_move", client=second, address=NEW, on=town.day(9))
    theirs = Client.objects.get(reference=neighbour).home.ways.exclude(door=gate).get().door_id
    town.refused("olle", "order_removal", "NotFound", client=second, door=str(theirs), locksmith=FIRM)


def test_rule_7_an_order_for_who_does_not_come_is_in_that_name_alone(town: Town) -> None:
    """Who lived there before has moved away, and is neither the locksmith's nor the provider's to know."""
    before = town.client(address=7)
    town.grant(before, MEADOW, begins=town.day(20))
    town.does("anna", "move_clients", moves=[{"client": before, "address": NEW, "on": town.day(0)}])
    coming = town.new_client(EAST)
    there = {"street": "Ängsvägen 7", "postcode": "99910", "town": "Byn", "apartment": "1001"}
    door = town.does("anna", "plan_move", client=coming, address=there, on=town.day(5)).answer["door"]
    town.order(coming, door=door)
    assert [duty.client.reference for duty in town.duties("L1.install") if duty.client] == [coming]
    town.does("anna", "call_off_move", client=coming)
    asked = [duty for duty in town.duties() if str(duty.door_id) == door and duty.kind == "duty"]
    assert {f"{duty.paragraph}.{duty.ask}" for duty in asked} == {"L1.install", "P6.cancel"}
    assert {duty.client.reference for duty in asked if duty.client} == {coming}
    town.does(
        "olle", "cancel_order", order=json.loads(town.the("L1.install").about)["number"], reason="mistake"
    )
    town.is_sound()


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("ended_first", [False, True])
def test_p5_a_key_to_the_door_where_nobody_came_goes_back_to_the_client(
    town: Town, lost: bool, ended_first: bool
) -> None:
    """It was collected before the day, and the move is called off: it still is the client's, and can be found again."""
    values = planned(town)
    client = values["client"]
    town.does("olle", "receive_key", **values, key="N9", signed="client")
    if ended_first:
        town.end(client)
        town.days_pass(1)
    town.does("anna", "call_off_move", client=client)
    if not ended_first:
        town.end(client)
        town.days_pass(1)
    assert str(values["door"]) in {
        str(door) for duty in town.duties("P5.return_keys") for door in doors_of(duty)
    }
    if lost:
        town.does("olle", "report_lost", kind="key", number="N9")
        town.does("olle", "report_found", kind="key", number="N9", client=client)
    town.does("olle", "return_key", client=client, key="N9", signed="client")
    assert not town.duties("P5.return_keys") and not town.duties("P5.fetch")
    town.is_sound()


def doors_of(duty: Duty) -> list[UUID]:
    """The doors of the home that the duty is about."""
    return list(HomeDoor.objects.filter(home=duty.home_id).values_list("door_id", flat=True))


def test_p1_a_faulty_lock_where_the_client_is_to_move_in_is_repaired_before_the_day(town: Town) -> None:
    """Who lived there has left; the lock stays for the one to come, whose provider is asked (rough seed 223)."""
    left = town.locked(address=7, serial="L2")
    home = Client.objects.select_related("home").get(reference=left).home
    town.does("carin", "tell_fault", client=left, serial="L2", code="jammed")
    client = town.locked()
    address = {name: getattr(home, name) for name in ("street", "postcode", "town", "apartment")}
    town.does("anna", "plan_move", client=client, address=address, on=ON)
    town.end(left)
    town.days_pass(2)
    duty = town.the("P1.repair", client)
    with town.standing():
        (way,) = suggestions(town.actor("olle"), [duty.id])[duty.id]
    town.does("olle", way.act, **way.with_answers(locksmith=FIRM))
    assert not town.duties("P1.repair")
    town.is_sound()
