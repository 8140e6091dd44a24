# SPDX-License-Identifier: EUPL-1.2
"""The cases that the words imply and a naive system gets wrong (numbers as in the routine's list)."""

from datetime import date

import pytest

from tests.routine.story import ALARM, ALARMS, HOME_CARE, NIGHT, NORTH, SOUTH, START, Story
from troskel.routine import charges, client_state, coverage


def two_in_one_home():
    s = Story()
    home = s.home()
    (door,) = s.doors_of[home]
    anna, bo = s.client(home), s.client(home)
    return s, door, anna, bo, s.care(anna, NORTH, "2026-03-02"), s.care(bo, NORTH, "2026-03-02")


def test_case_1_a_couple_share_a_lock_one_ends_and_only_the_link_goes():
    s, door, anna, bo, annas, bos = two_in_one_home()
    assert len(s.open("P1")) == 1
    lock = s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    assert {d.client for d in s.open("S2")} == {anna, bo}
    link = s.linked(anna, lock, door)
    s.linked(bo, lock, door)
    s.ends(anna, annas, "2026-03-10")
    s.until("2026-03-11")
    assert not s.open("P6.order")
    assert s.the("S3.unlink_one").client == anna
    s.at_door("link.removed", anna, door, link=link, lock=lock)
    s.ends(bo, bos, "2026-03-20")
    s.until("2026-03-21")
    assert s.the("P6.order").door == door


def test_case_1_the_other_of_a_couple_gets_care_later_the_lock_is_there_and_is_linked():
    s = Story()
    home = s.home()
    (door,) = s.doors_of[home]
    anna, bo = s.client(home), s.client(home)
    s.care(anna, NORTH, "2026-03-02")
    s.lock_in_use(anna, door, NORTH)
    s.care(bo, NORTH, "2026-03-09")
    assert not s.open("P1.order")
    assert s.the("S2").client == bo


def test_case_2_removal_only_when_no_provider_is_left():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    by_day, by_night = s.care(anna, NORTH, "2026-03-02"), s.care(anna, NIGHT, "2026-03-02")
    s.lock_in_use(anna, door, NORTH)
    s.key_to(anna, door, NIGHT)
    assert [d.organisation for d in s.open("P5.collect")] == [NORTH]
    s.ends(anna, by_day, "2026-03-10")
    s.until("2026-03-12")
    assert not s.open("P6.order")
    s.ends(anna, by_night, "2026-03-20")
    s.until("2026-03-21")
    assert s.the("P6.order").organisation == NIGHT


def test_case_3_a_gate_that_serves_two_homes_keeps_its_lock_for_the_neighbour():
    s = Story()
    here, there = s.home(), s.home()
    gate = s.door(here, there, kind="gate")
    anna, bo = s.client(here), s.client(there)
    annas, bos = s.care(anna, NORTH, "2026-03-02"), s.care(bo, SOUTH, "2026-03-02")
    assert len(s.open("P1")) == 3  # two doors of their own and the gate once
    own_door = s.doors_of[here][0]
    for door in (own_door, gate):
        s.lock_in_use(anna, door, NORTH)
    s.ends(anna, annas, "2026-03-10")
    s.until("2026-03-11")
    assert [d.door for d in s.open("P6.order")] == [own_door]
    s.ends(bo, bos, "2026-03-20")
    s.until("2026-03-21")
    assert {d.door for d in s.open("P6.order")} == {own_door, gate}
    at_gate = next(d for d in s.open("P6.order") if d.door == gate)
    assert at_gate.organisation == SOUTH


def test_case_4_change_of_provider_before_the_lock_is_there():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.decision(anna, "2026-03-02")
    first = s.allocation(anna, decision, NORTH, "2026-03-02")
    tag, key = s.tag_to(anna, NORTH), s.key_to(anna, door, NORTH)
    assert s.the("P1.order").organisation == NORTH
    s.about("allocation.ended", anna, allocation=first, through=date(2026, 3, 15), confirmed=True)
    s.allocation(anna, decision, SOUTH, "2026-03-16")
    s.until("2026-03-16")
    assert s.the("P1.order").organisation == SOUTH
    assert s.the("P7.fetch").organisation == NORTH
    assert s.the("P5.return").organisation == NORTH
    assert s.the("P5.collect").organisation == SOUTH
    assert s.the("P2.place").organisation == SOUTH
    s.tag_from(anna, NORTH, tag)
    s.key_back(anna, door, NORTH, key)
    assert not s.open("P7") and not s.open("P5.return")
    assert not s.open("P6")


def test_case_5_care_ends_while_the_installation_is_open():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.care(anna, NORTH, "2026-03-02")
    order = s.order(anna, door, NORTH)
    s.ends(anna, decision, "2026-03-05")
    s.until("2026-03-06")
    assert s.the("P6.cancel").organisation == NORTH
    s.about_order("order.cancelled", anna, order, NORTH, reason_code="ended")
    assert s.names() == []


def test_case_6_care_again_while_the_removal_is_ordered():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.care(anna, NORTH, "2026-03-02")
    lock = s.lock_in_use(anna, door, NORTH)
    s.ends(anna, decision, "2026-03-05")
    s.until("2026-03-06")
    order = s.order(anna, door, NORTH, "removal", lock)
    s.care(anna, SOUTH, "2026-03-09")
    assert s.the("P6.stop").organisation == SOUTH
    s.about_order("order.cancelled", anna, order, SOUTH, reason_code="care_again")
    assert not s.open("P6.order") and not s.open("P6.stop")


def test_case_6_care_again_before_the_removal_is_ordered():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.care(anna, NORTH, "2026-03-02")
    s.lock_in_use(anna, door, NORTH)
    s.ends(anna, decision, "2026-03-05")
    s.until("2026-03-06")
    s.decision(anna, "2026-03-09")
    assert [state for state, _ in s.closed("P6.order")] == ["moot"]


def test_case_7_the_alarm_ends_later_and_its_organisation_orders_the_removal():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    home_care = s.care(anna, NORTH, "2026-03-02")
    alarm = s.care(anna, ALARMS, "2026-03-02", service=ALARM)
    s.lock_in_use(anna, door, NORTH)
    s.ends(anna, home_care, "2026-03-10")
    s.until("2026-04-10")
    assert s.the("A7").organisation == NORTH
    assert not s.open("P6")
    s.ends(anna, alarm, "2026-04-15")
    assert s.the("P6.told").organisation == ALARMS
    s.until("2026-04-16")
    assert (s.the("P6.order").organisation, s.the("P6.order").due) == (ALARMS, date(2026, 4, 17))


def test_case_8_a_gap_of_one_day_takes_no_lock_down_and_a8_is_done_late():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02", "2026-04-30")
    s.lock_in_use(anna, door, NORTH)
    s.key_to(anna, door, NORTH)
    s.care(anna, NORTH, "2026-05-02")  # a day too late
    s.until("2026-05-01")
    assert {d.ask for d in s.open("A8")} == {"investigation", "allocation"}
    s.until("2026-05-05")
    assert not s.open("P6") and not s.open("P5") and not s.open("P7")
    assert not s.open("A8"), "the gap is over"
    assert s.closed("A8") == [("done", date(2026, 5, 2))] * 2, "done, and late"


def test_case_8_a_gap_that_is_over_is_not_warned_of_again_when_the_next_decision_ends():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02", "2026-03-20")
    s.care(anna, NORTH, "2026-03-23", "2026-04-10")
    s.until("2026-04-12")
    assert {(d.ask, d.about["through"]) for d in s.open("A8")} == {
        ("investigation", "2026-04-10"),
        ("allocation", "2026-04-10"),
    }


def test_case_8_written_in_time_but_not_allocated():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02", "2026-04-30")
    s.decision(anna, "2026-05-01")
    assert [d.ask for d in s.open("A8")] == ["allocation"]


def test_case_8_no_gap():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02", "2026-04-30")
    s.care(anna, NORTH, "2026-05-01")
    assert not s.open("A8")


def test_case_9_the_visit_comes_before_the_order_and_the_phone_is_late():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02")
    s.until("2026-03-12")
    s.visit(anna, NORTH, on="2026-03-05")
    assert s.the("P1").due == date(2026, 3, 5)  # a week late, and known as such
    s.visit(anna, NORTH, on="2026-03-04")
    assert s.the("P1").due == date(2026, 3, 4)


def test_case_9_the_visit_is_known_before_the_allocation():
    s = Story()
    anna = s.client()
    decision = s.decision(anna, "2026-03-02")
    s.visit(anna, NORTH)
    s.allocation(anna, decision, NORTH, "2026-03-02")
    assert s.the("P1").due == date(2026, 3, 2)


def test_case_10_refused_the_tag_goes_on_and_a_yes_opens_the_order_again():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02")
    s.about("client.refused", anna, reason_code="no")
    assert not s.open("P1.order")
    assert s.open("P2")
    s.about("client.understood", anna)
    assert s.open("P1.order")


def test_case_11_a_failed_order_stays_open():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02")
    order = s.order(anna, door, NORTH)
    s.about_order("order.failed", anna, order, NORTH, code="nobody_home")
    assert s.open("L1") and not s.open("P1")


def test_case_12_the_wrong_lock_linked_does_not_fulfil_s2():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02")
    right = s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    wrong = s.id("lock")
    link = s.linked(anna, wrong, door)
    assert s.open("S2.link")
    s.at_door("link.removed", anna, door, link=link, lock=wrong)
    s.at_door("link.made", anna, door, link=s.id("link"), lock=right, corrects=link)
    assert not s.open("S2.link")


def test_case_15_death_ends_everything_the_day_after():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02")
    s.care(anna, ALARMS, "2026-03-02", service=ALARM)
    s.lock_in_use(anna, door, NORTH)
    s.until("2026-03-10")
    s.about("client.died", anna, on=date(2026, 3, 9))
    assert (s.the("P6.order").organisation, s.the("P6.order").due) == (NORTH, date(2026, 3, 12))
    assert not s.open("A7")


def test_case_15_a_move_removes_at_one_door_and_installs_at_the_other():
    s = Story()
    old, new = s.home(), s.home()
    anna = s.client(old)
    s.care(anna, NORTH, "2026-03-02")
    s.lock_in_use(anna, s.doors_of[old][0], NORTH)
    s.key_to(anna, s.doors_of[old][0], NORTH)
    s.moves(anna, new, "2026-03-10")
    assert s.the("P1.order").door == s.doors_of[new][0]
    assert not s.open("P6.order")
    s.until("2026-03-10")
    assert s.the("P6.order").door == s.doors_of[old][0]
    assert s.the("P5.return").home == old
    assert s.the("P5.collect").home == new
    assert s.open("A1")[0].home == new
    s.about("client.informed", anna, way="oral")
    s.about("client.informed", anna, way="written")
    assert not s.open("A1")


def test_case_15_keys_are_collected_at_the_new_home_though_they_never_were_at_the_old():
    s = Story()
    old, new = s.home(), s.home()
    anna = s.client(old)
    s.care(anna, NORTH, "2026-03-02")
    s.moves(anna, new, "2026-03-10")
    assert {d.home for d in s.open("P5.collect")} == {old, new}
    s.until("2026-03-10")
    assert {d.home for d in s.open("P5.collect")} == {d.home for d in s.open("P2")} == {new}


def test_case_15_in_hospital_nothing_is_removed():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02")
    before = s.names()
    s.about("suspension.began", anna, **{"from": date(2026, 3, 3), "reason": "hospital"})
    s.until("2026-04-01")
    assert s.names() == before


def test_take_over_asks_nothing_but_what_lies_ahead():
    s = Story()
    home = s.home()
    (door,) = s.doors_of[home]
    anna = s.client(home, take_over="2026-03-02", settling=True)
    decision = s.decision(anna, "2024-01-01", "2026-04-15")
    s.allocation(anna, decision, SOUTH, "2024-01-01", "2025-12-31")
    s.allocation(anna, decision, NORTH, "2026-01-01", "2026-04-15")
    s.at_door(
        "lock.taken_over",
        anna,
        door,
        lock=s.id("lock"),
        serial="S",
        since=date(2024, 2, 1),
        link=s.id("link"),
    )
    s.taken_over(date(2026, 3, 2))
    assert {d.paragraph for d in s.open()} == {"A8"}
    assert not s.mails()
    s.until("2026-03-05")
    assert {d.paragraph for d in s.open()} == {"A8"}


def test_take_over_asks_back_what_is_with_who_has_nobody_there():
    """A key of a provider that has left, and lock and tag of one who has died: they hang there now (P5, P6, P7)."""
    s = Story()
    home = s.home()
    (door,) = s.doors_of[home]
    anna = s.client(home, take_over="2026-03-02", settling=True)
    decision = s.decision(anna, "2024-01-01")
    s.allocation(anna, decision, NORTH, "2024-01-01")
    holder = {"kind": "organisation", "id": SOUTH}
    s.at_door("key.taken_over", anna, door, key=s.id("key"), holder=holder)
    alone = s.client(s.home(), take_over="2026-03-02", settling=True)
    s.allocation(alone, s.decision(alone, "2024-01-01"), NORTH, "2024-01-01")
    s.about("client.died", alone, on=date(2026, 2, 20))
    (other,) = s.doors_of[s.home_of[alone]]
    lock = {"lock": s.id("lock"), "serial": "S", "since": date(2024, 2, 1), "link": s.id("link")}
    s.at_door("lock.taken_over", alone, other, **lock)
    s.about("tag.taken_over", alone, tag=s.id("tag"), organisation=NORTH)
    s.taken_over(date(2026, 3, 2))
    assert s.the("P5.return_keys").organisation == SOUTH
    assert (s.the("P6.order").client, s.the("P7.fetch").client) == (alone, alone)
    assert len(s.open()) == 3 and not s.mails()


def test_take_over_care_that_begins_later_is_new():
    s = Story()
    anna = s.client(take_over="2026-03-02", settling=True)
    s.care(anna, NORTH, "2026-03-09")
    assert s.open("P1") and s.open("A1")


@pytest.mark.parametrize("day", ["2026-02-20", "2026-03-01"])
def test_take_over_does_not_hang_on_the_clock(day):
    """The day of the extract lies before the clock's, or the night is resumed after midnight."""
    s = Story()
    home = s.home()
    anna = s.client(home, take_over=day, settling=True)
    other = s.client(own=False, take_over=day, settling=True)
    s.until("2026-03-03")
    decision = s.decision(anna, "2024-01-01")
    s.allocation(anna, decision, SOUTH, "2024-01-01", "2025-12-31")
    s.allocation(anna, decision, NORTH, "2026-01-01")
    s.care(other, NORTH, "2024-01-01")
    assert not s.open() and not s.mails()
    s.taken_over(date.fromisoformat(day))
    assert not s.open()
    s.allocation(anna, decision, NIGHT, "2026-03-10")
    assert {d.organisation for d in s.open("P5")} == {NIGHT}


def test_take_over_finished_frees_the_homes_it_names():
    s = Story()
    here, there = s.client(take_over=START, settling=True), s.client(take_over=START, settling=True)
    s.line("take_over.finished", [s.home_of[here]], day=START)
    settling = {c.client: c.settling for state in s.homes.values() for c in state.facts.clients.values()}
    assert settling == {here: False, there: True}


def test_case_5_a_decision_taken_back_before_it_began_leaves_the_order_to_who_made_it():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.care(anna, NORTH, "2026-03-20")
    s.order(anna, door, NORTH)
    s.about("decision.withdrawn", anna, decision=decision)
    facts = s.homes[s.home_of[anna]].facts.clients[anna]
    assert client_state.nothing_remains(facts) and client_state.has_left(facts, s.today)
    assert charges.last_provider([facts]) is None
    assert client_state.providers_to_the_end(facts) == []
    assert s.the("P6.cancel").organisation == NORTH
    assert s.names() == ["L1.install", "P6.cancel"]


def test_case_8_a_coming_decision_taken_back_does_not_confirm_what_ran_out():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02", "2026-03-31")
    s.lock_in_use(anna, door, NORTH)
    coming = s.care(anna, SOUTH, "2026-05-01")
    s.until("2026-04-10")
    s.about("decision.withdrawn", anna, decision=coming)
    facts = s.homes[s.home_of[anna]].facts.clients[anna]
    assert not client_state.ending_is_known(facts, HOME_CARE)
    assert client_state.last_decision(facts, HOME_CARE).through == date(2026, 3, 31)
    assert charges.last_provider([facts]).organisation == NORTH
    assert not coverage.provider_has_left(facts, NORTH, s.today)
    assert not s.open("P6")
    s.about("ending.confirmed", anna)
    assert s.the("P6.order").organisation == NORTH
    assert [d.organisation for d in s.open("P6.told")] == [NORTH]


def test_case_8_a_coming_decision_no_longer_told_of_does_not_hide_the_ending():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    now = s.care(anna, NORTH, "2026-03-02")
    s.lock_in_use(anna, door, NORTH)
    coming = s.care(anna, SOUTH, "2026-05-01", "2026-12-31")
    s.ends(anna, now, "2026-03-31")
    s.until("2026-04-10")
    s.ends(anna, coming, "2026-04-09", confirmed=False)
    assert s.the("P6.order").organisation == NORTH


def test_case_6_someone_moves_in_while_the_removal_is_ordered():
    s = Story()
    home = s.home()
    anna, bo = s.client(home), s.client()
    (door,) = s.doors_of[home]
    decision = s.care(anna, NORTH, "2026-03-02")
    lock = s.lock_in_use(anna, door, NORTH)
    s.care(bo, SOUTH, "2026-03-02")
    s.ends(anna, decision, "2026-03-05")
    s.until("2026-03-10")
    s.order(anna, door, NORTH, "removal", lock)
    assert not s.open("P6.stop")
    s.moves(bo, home, "2026-03-12")
    assert s.the("P6.stop").organisation == SOUTH


def test_case_6_a_death_that_was_a_mistake_stops_the_removal():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02")
    lock = s.lock_in_use(anna, door, NORTH)
    s.about("client.died", anna, on=date(2026, 3, 2))
    s.until("2026-03-04")
    s.order(anna, door, NORTH, "removal", lock)
    s.about("client.died", anna, on=None)
    assert s.the("P6.stop").organisation == NORTH


def test_case_6_the_municipalitys_own_again_stops_the_removal():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02")
    lock = s.lock_in_use(anna, door, NORTH)
    s.about("client.municipality_changed", anna, own=False)
    s.order(anna, door, NORTH, "removal", lock)
    assert not s.open("P6.stop")
    s.about("client.municipality_changed", anna, own=True)
    assert s.the("P6.stop").organisation == NORTH


def test_case_6_an_allocation_that_goes_on_after_all_names_who_stops_the_removal():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.decision(anna, "2026-03-02")
    allocation = s.allocation(anna, decision, NORTH, "2026-03-02", "2026-03-04")
    lock = s.lock_in_use(anna, door, NORTH)
    s.about("client.died", anna, on=date(2026, 3, 2))
    s.until("2026-03-06")
    s.order(anna, door, NORTH, "removal", lock)
    s.about("client.died", anna, on=None)
    s.about("allocation.changed", anna, allocation=allocation, through=None)
    assert s.the("P6.stop").organisation == NORTH


def test_case_6_care_again_and_the_lock_taken_down_all_the_same_asks_for_an_installation():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.care(anna, NORTH, "2026-03-02")
    lock = s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    link = s.linked(anna, lock, door)
    s.ends(anna, decision, "2026-03-05")
    s.until("2026-03-10")
    removal = s.order(anna, door, NORTH, "removal", lock)
    s.care(anna, SOUTH, "2026-03-12")
    s.about_order("removal.reported", anna, removal, NORTH, lock=lock, serial="SN1")
    assert s.the("P1.order").organisation == SOUTH, "no lock hangs there, whatever is still linked"
    assert {"A1.inform", "A2.keys", "A3.understood", "P2.place_tag"} <= set(s.names())
    s.at_door("link.removed", anna, door, link=link, lock=lock)
    assert s.the("P1.order").organisation == SOUTH


def test_case_6_the_link_is_gone_before_the_lock():
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    decision = s.care(anna, NORTH, "2026-03-02")
    lock = s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    link = s.linked(anna, lock, door)
    s.ends(anna, decision, "2026-03-05")
    s.until("2026-03-10")
    removal = s.order(anna, door, NORTH, "removal", lock)
    s.at_door("link.removed", anna, door, link=link, lock=lock)
    s.care(anna, SOUTH, "2026-03-12")
    assert not s.open("P1")
    s.about_order("removal.reported", anna, removal, NORTH, lock=lock, serial="SN1")
    assert s.the("P1.order").organisation == SOUTH


def test_case_10_refused_after_the_order_cancels_it_unless_another_wants_the_lock():
    s = Story()
    home = s.home()
    (door,) = s.doors_of[home]
    anna, bo = s.client(home), s.client(home)
    s.care(anna, NORTH, "2026-03-09")
    s.care(bo, NORTH, "2026-03-09")
    order = s.order(anna, door, NORTH)
    s.about("client.refused", anna, reason_code="no")
    assert not s.open("P6.cancel")
    s.about("client.refused", bo, reason_code="no")
    assert s.the("P6.cancel").organisation == NORTH
    s.about("client.understood", anna)
    assert [state for state, _ in s.closed("P6.cancel")] == ["moot"]
    s.about("client.refused", anna, reason_code="no")
    s.about_order("order.cancelled", anna, order, NORTH, reason_code="refused")
    assert not s.open("P6.cancel") and not s.open("P1")
