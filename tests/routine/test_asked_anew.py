# SPDX-License-Identifier: EUPL-1.2
"""What was moot, or done, and is to be asked again; and what is never asked twice (found by `routine prove`)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tests.routine.story import NORTH, SOUTH, Story


def couple() -> tuple[Story, UUID, UUID, UUID, UUID]:
    """Anna and Bo share a door with a lock that both are linked to; Anna's home care has ended."""
    s = Story()
    home = s.home()
    anna, bo = s.client(home), s.client(home)
    ending = s.care(anna, NORTH, "2026-03-02")
    s.care(bo, NORTH, "2026-03-02")
    (door,) = s.doors_of[home]
    lock = s.lock_in_use(anna, door, NORTH)
    s.linked(bo, lock, door)
    s.until("2026-03-03")
    s.ends(anna, ending, "2026-03-03")
    s.until("2026-03-04")
    return s, anna, bo, door, lock


def told(s: Story, client: UUID) -> None:
    s.about("client.informed", client, way="oral")
    s.about("client.informed", client, way="written")
    s.about("client.told_about_keys", client)
    s.about("client.understood", client)


def test_the_link_of_one_who_left_goes_again_when_the_other_is_ours_again():
    s, anna, bo, *_ = couple()
    assert s.the("S3.unlink_one").client == anna
    s.about("client.municipality_changed", bo, own=False)
    assert not s.open("S3.unlink_one"), "nobody needs the lock: it is taken down"
    assert [d.client for d in s.open("P6.", "duty")] == [anna]
    s.about("client.municipality_changed", bo, own=True)
    assert s.the("S3.unlink_one").client == anna
    assert not s.open("P6.", "duty")


def test_the_link_of_anothers_client_goes_when_the_other_has_care_again():
    s, anna, bo, *_ = couple()
    s.about("client.municipality_changed", bo, own=False)
    assert not s.open("S3.unlink_not_ours")
    s.care(anna, NORTH, "2026-03-05")
    assert s.the("S3.unlink_not_ours").client == bo


def test_a_removal_is_asked_for_once_whoever_left():
    s, anna, bo, *_ = couple()
    s.about("client.refused", bo, reason_code="no")
    s.about("client.refusal_confirmed", bo)
    assert [d.ask for d in s.open("P6.", "duty")] == ["order"], "one has left: no longer by the wish alone"
    s.about("client.municipality_changed", anna, own=False)
    assert [d.ask for d in s.open("P6.", "duty")] == ["unwanted"], "by the wish of the one who is ours"


def test_a_key_lost_after_one_has_left_is_collected_for_the_other():
    s, anna, bo, door, _ = couple()
    key = s.key_to(anna, door, NORTH)
    s.key_to(bo, door, NORTH)
    assert not s.open("P5.collect_keys")
    other = next(k for k in s.homes[s.home_of[anna]].facts.doors[door].keys if k != key)
    s.key_back(bo, door, NORTH, other)
    s.at_door("key.lost", anna, door, key=key, organisation=NORTH)
    assert [d.client for d in s.open("P5.collect_keys")] == [bo]


def test_a_booked_repair_ends_p4():
    s, _, bo, door, lock = couple()
    s.at_door("lock.fault_told", bo, door, lock=lock, code="jammed")
    order = s.order(bo, door, NORTH, "repair", lock)
    starts = "2026-03-06T10:00:00+01:00"
    s.about_order("order.booked", bo, order, NORTH, starts=starts, ends=starts, presence="carer")
    assert s.open("P4.be_present")
    s.about_order("repair.reported", bo, order, NORTH, lock=lock, serial="SN1")
    assert [state for state, _ in s.closed("P4.be_present")] == ["done"]
    assert s.the("L1.mended").organisation == NORTH


def test_what_was_said_at_the_old_home_is_not_said_again_at_the_new():
    s = Story()
    old, new = s.home(), s.home()
    anna = s.client(old)
    decision = s.care(anna, NORTH, "2026-03-02")
    s.until("2026-03-20")
    (first,) = s.homes[old].facts.clients[anna].allocations
    s.about("allocation.ended", anna, allocation=first, decision=decision, organisation=NORTH,
            through=date(2026, 3, 22), confirmed=True)  # fmt: skip
    s.allocation(anna, decision, SOUTH, "2026-03-23")
    assert len(s.open("A5.tell_new")) == 1
    s.moves(anna, new, "2026-03-20")
    assert len(s.open("A5.tell_new")) == len(s.open("A6.tell_former")) == 1
    assert not s.open("P6.told"), "to move is not to lose one's care"


def test_a_mounting_that_is_taken_back_asks_for_the_tag_and_sends_no_letter():
    s = Story()
    home = s.home()
    anna = s.client(home)
    s.care(anna, NORTH, "2026-03-02")
    told(s, anna)
    (door,) = s.doors_of[home]
    order = s.order(anna, door, NORTH)
    lock = s.mounted(anna, order, NORTH)
    s.linked(anna, lock, door)
    assert s.open("S1.letter") and not s.open("P2")
    s.about_order("report.taken_back", anna, order, NORTH, kind="installation", lock=lock, presence="none")
    assert not s.open("S1.letter") and not s.open("S1.tell_assessor")
    assert s.the("P2.place_tag").organisation == NORTH
    assert not s.open("A1"), "the client has been told"


def test_a_mounting_taken_back_of_one_who_has_left_is_cancelled():
    s = Story()
    home = s.home()
    anna = s.client(home)
    decision = s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[home]
    order = s.order(anna, door, NORTH)
    lock = s.mounted(anna, order, NORTH)
    s.until("2026-03-03")
    s.ends(anna, decision, "2026-03-03")
    s.until("2026-03-04")
    assert s.open("P6.order")
    s.about_order("report.taken_back", anna, order, NORTH, kind="installation", lock=lock, presence="none")
    assert s.open("P6.cancel") and not s.open("P6.order")


def test_a_lock_mounted_at_one_who_refused_is_talked_about():
    s = Story()
    home = s.home()
    anna = s.client(home)
    s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[home]
    order = s.order(anna, door, NORTH)
    s.about("client.refused", anna, reason_code="no")
    assert not s.open("A3.confirm")
    s.mounted(anna, order, NORTH)
    assert s.open("A3.confirm")


def test_care_that_goes_on_after_the_lock_came_down_is_told_about_anew():
    s = Story()
    home = s.home()
    anna = s.client(home)
    decision = s.care(anna, NORTH, "2026-03-02")
    told(s, anna)
    (door,) = s.doors_of[home]
    lock = s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    s.until("2026-03-03")
    s.ends(anna, decision, "2026-03-03")
    s.until("2026-03-04")
    removal = s.order(anna, door, NORTH, "removal", lock)
    s.about_order("removal.reported", anna, removal, NORTH, lock=lock, serial="SN1")
    assert not s.open("A1")
    s.about("decision.changed", anna, decision=decision, through=None, **{"from": date(2026, 3, 2)})
    assert s.open("A1") and s.open("A2") and s.open("A3.understood") and s.open("P1.order")


def test_one_who_left_and_became_anothers_gives_the_tag_back_once():
    s = Story()
    anna = s.client()
    decision = s.care(anna, NORTH, "2026-03-02")
    s.tag_to(anna, NORTH)
    s.until("2026-03-03")
    s.ends(anna, decision, "2026-03-03")
    s.until("2026-03-04")
    s.about("client.municipality_changed", anna, own=False)
    assert [d.ask for d in s.open("P7.")] == ["fetch"]


def test_a_death_taken_back_is_asked_about_as_if_nothing_had_happened():
    s = Story()
    anna, bo = s.client(), s.client()
    s.decision(anna, "2026-03-09")
    s.decision(bo, "2026-03-09")
    s.care(anna, SOUTH, "2026-03-09")
    asked = sorted((d.paragraph, d.ask, d.due) for d in s.open(kind="duty") if d.client == anna)
    assert {paragraph for paragraph, *_ in asked} >= {"A1", "A2", "A3", "A4", "P1", "P2", "P5"}
    s.about("client.died", anna, on="2026-03-02")
    assert not [d for d in s.open(kind="duty") if d.client == anna]
    s.about("client.died", anna, on=None)
    assert sorted((d.paragraph, d.ask, d.due) for d in s.open(kind="duty") if d.client == anna) == asked


def test_a_no_taken_back_leaves_nothing_to_decide():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[s.home_of[anna]]
    s.lock_in_use(anna, door, NORTH)
    s.about("client.refused", anna, reason_code="no")
    assert s.open("A3.way_in") and s.open("A3.confirm")
    s.about("information.taken_back", anna, what="refused")
    assert not s.open("A3.way_in") and not s.open("A3.confirm")


def test_a_lock_that_is_unwanted_is_so_when_the_death_is_taken_back():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[s.home_of[anna]]
    s.lock_in_use(anna, door, NORTH)
    s.about("client.refused", anna, reason_code="no")
    s.about("client.refusal_confirmed", anna)
    s.about("client.died", anna, on="2026-03-02")
    s.until("2026-03-03")
    assert [d.ask for d in s.open("P6.", "duty")] == ["order"]
    s.about("client.died", anna, on=None)
    assert [d.ask for d in s.open("P6.", "duty")] == ["unwanted"]


def test_the_door_ahead_is_asked_about_like_the_door_at_home():
    s = Story()
    anna, ahead = s.client(), s.home()
    s.care(anna, NORTH, "2026-03-09")
    (here,), (there,) = s.doors_of[s.home_of[anna]], s.doors_of[ahead]
    homes = {"from_home": s.home_of[anna], "to_home": ahead}
    s.line("move.planned", list(homes.values()), anna, on=date(2026, 3, 20), **homes)
    for door in (here, there):
        s.order(anna, door, NORTH)
    s.about("client.municipality_changed", anna, own=False)
    assert {d.door for d in s.open("P6.cancel")} == {here, there}


def test_who_is_told_later_of_a_move_orders_at_both_doors():
    s = Story()
    anna, ahead = s.client(), s.home()
    homes = {"from_home": s.home_of[anna], "to_home": ahead}
    s.line("move.planned", list(homes.values()), anna, on=date(2026, 3, 20), **homes)
    s.care(anna, NORTH, "2026-03-09")
    assert {d.door for d in s.open("P1.order")} == {*s.doors_of[s.home_of[anna]], *s.doors_of[ahead]}


def test_a_removal_is_stopped_where_somebody_is_to_move_in():
    s = Story()
    anna, bo = s.client(), s.client()
    ending = s.care(anna, NORTH, "2026-03-02")
    s.care(bo, SOUTH, "2026-03-02")
    old = s.home_of[anna]
    (door,) = s.doors_of[old]
    lock = s.lock_in_use(anna, door, NORTH)
    s.ends(anna, ending, "2026-03-02")
    s.until("2026-03-03")
    s.order(anna, door, NORTH, "removal", lock)
    homes = {"from_home": s.home_of[bo], "to_home": old}
    s.line("move.planned", list(homes.values()), bo, on=date(2026, 3, 20), **homes)
    assert (s.the("P6.stop").door, s.the("P6.stop").organisation) == (door, SOUTH)


def test_an_ending_that_is_no_longer_confirmed_stops_the_removal():
    s, anna, bo, door, lock = couple()
    decision = s.care(anna, NORTH, "2026-03-04")
    s.about("client.died", bo, on="2026-03-03")
    s.ends(anna, decision, "2026-03-04")
    s.until("2026-03-05")
    s.order(anna, door, NORTH, "removal", lock)
    assert not s.open("P6.", "duty")
    s.ends(anna, decision, "2026-03-04", confirmed=False)
    assert [d.ask for d in s.open("P6.", "duty")] == ["stop"]


def test_an_ending_that_is_put_off_asks_for_what_fell_away():
    s = Story()
    anna = s.client()
    decision = s.care(anna, NORTH, "2026-03-02")
    s.ends(anna, decision, "2026-03-02")
    s.until("2026-03-03")
    assert not [d for d in s.open(kind="duty") if d.paragraph in ("A1", "P1", "P2", "P5")]
    s.ends(anna, decision, "2026-03-20")
    assert {d.paragraph for d in s.open(kind="duty")} >= {"A1", "P1"}


def test_a_decision_whose_days_change_is_allocated_once():
    s = Story()
    anna = s.client()
    decision = s.decision(anna, "2026-03-09")
    s.about(
        "decision.changed", anna, decision=decision, through=date(2026, 6, 1), **{"from": date(2026, 3, 9)}
    )
    s.ends(anna, decision, "2026-05-01", confirmed=False)
    assert len(s.open("A4.allocate")) == 1


def test_nothing_is_followed_up_of_one_who_died_today():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02", "2026-03-04")
    s.until("2026-03-06")
    assert s.open("A8.allocation")
    s.about("client.died", anna, on=date(2026, 3, 6))
    assert not s.open("A8")


def test_no_month_as_our_own_client_is_billed():
    """Ours, another's in May, ours in June, another's again: January to April are nobody else's to pay for."""
    s = Story("2026-01-02")
    anna = s.client()
    s.care(anna, NORTH, "2026-01-05")
    for day, own in (("2026-05-01", False), ("2026-06-01", True), ("2026-07-01", False)):
        s.until(day)
        s.about("client.municipality_changed", anna, own=own)
    s.until("2026-08-01")
    assert sorted(d.about["month"] for d in s.open("O2.bill")) == ["2026-05", "2026-07"]


def test_who_became_anothers_by_mistake_is_not_billed():
    s = Story("2026-01-02")
    anna = s.client()
    s.care(anna, NORTH, "2026-01-05")
    s.until("2026-05-04")
    s.about("client.municipality_changed", anna, own=False)
    s.about("client.municipality_changed", anna, own=True)
    s.until("2026-06-01")
    assert not s.open("O2.bill")


def test_a_lock_that_is_to_be_taken_down_is_mended_once_it_is_not():
    s, anna, bo, door, lock = couple()
    s.about("client.died", bo, on="2026-03-03")
    order = s.order(anna, door, NORTH, "removal", lock)
    s.at_door("lock.fault_told", anna, door, lock=lock, code="jammed", organisation=NORTH)
    s.care(anna, NORTH, "2026-03-04")
    assert s.open("P6.stop") and not s.open("P1.repair"), "the open order stands in the way"
    s.about_order("order.cancelled", anna, order, NORTH, reason_code="care_again")
    assert s.open("P1.repair") and not s.open("P6.stop")


def test_the_key_to_anothers_client_goes_back_when_the_care_has_run_out():
    s = Story()
    home = s.home()
    anna = s.client(home)
    decision = s.care(anna, NORTH, "2026-03-02")
    s.key_to(anna, s.doors_of[home][0], NORTH)
    s.about("client.municipality_changed", anna, own=False)
    s.about(
        "decision.changed", anna, decision=decision, through=date(2026, 3, 5), **{"from": date(2026, 3, 2)}
    )
    s.until("2026-03-05")
    assert not s.open("P5")
    s.until("2026-03-06")
    assert s.the("P5.return_keys").organisation == NORTH


def test_the_repair_waits_for_a_provider_and_is_asked_of_it():
    s = Story()
    home = s.home()
    anna = s.client(home)
    decision = s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[home]
    lock = s.lock_in_use(anna, door, NORTH)
    s.at_door("lock.fault_told", anna, door, lock=lock, code="jammed")
    assert s.the("P1.repair").organisation == NORTH
    s.until("2026-03-05")
    s.about(
        "decision.changed", anna, decision=decision, through=date(2026, 3, 5), **{"from": date(2026, 3, 2)}
    )
    s.until("2026-03-06")
    assert not s.open("P1.repair")
    s.care(anna, SOUTH, "2026-03-09")
    assert s.the("P1.repair").organisation == SOUTH


def test_the_locksmith_is_told_of_who_lives_there_or_of_whom_it_is_ordered_for():
    """One of ours who has moved on is nobody's business at that door (rule 7)."""
    s = Story()
    home, elsewhere = s.home(), s.home()
    bo, anna = s.client(home), s.client(elsewhere)
    decision = s.care(bo, NORTH, "2026-03-02")
    s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[home]
    lock = s.lock_in_use(bo, door, NORTH)
    s.about("client.municipality_changed", bo, own=False)
    s.order(bo, door, NORTH, "removal", lock)
    assert s.the("L1.remove").client == bo
    s.until("2026-03-04")
    s.moves(anna, home, "2026-03-04")
    assert s.the("L1.remove").client == anna
    s.until("2026-03-06")
    s.moves(anna, s.home(), "2026-03-06")
    assert s.the("L1.remove").client == bo, "none of ours lives there: for whom it is ordered"
    s.until("2026-03-10")
    s.moves(anna, home, "2026-03-10")
    s.ends(bo, decision, "2026-03-10")
    s.until("2026-03-11")
    s.about("client.died", bo, on="2026-03-11")
    s.until("2026-03-12")
    s.moves(anna, s.home(), "2026-03-12")
    assert s.the("L1.remove").client == bo, "nobody lives there at all"


def test_where_no_provider_has_who_lives_there_it_stays_in_the_name_of_the_order():
    """Bo's care is over and he lives there still. Anna moves in, and on (rough seed 51)."""
    s = Story()
    home, elsewhere = s.home(), s.home()
    bo, anna = s.client(home), s.client(elsewhere)
    ending = s.care(bo, NORTH, "2026-03-02")
    s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[home]
    lock = s.lock_in_use(bo, door, NORTH)
    s.until("2026-03-03")
    s.ends(bo, ending, "2026-03-03")
    s.until("2026-03-04")
    s.order(bo, door, NORTH, "removal", lock)
    s.about("client.municipality_changed", bo, own=False)
    s.about("client.municipality_changed", bo, own=True)
    s.until("2026-03-05")
    s.moves(anna, home, "2026-03-05")
    assert s.the("L1.remove").client == anna
    s.until("2026-03-07")
    s.moves(anna, s.home(), "2026-03-07")
    assert s.the("L1.remove").client == bo


def test_the_link_of_anothers_client_goes_when_one_of_ours_is_to_move_in():
    """Until then the lock was to come down. It stays now, for the one to come (rough seed 155)."""
    s = Story()
    home, elsewhere = s.home(), s.home()
    bo, anna = s.client(home), s.client(elsewhere)
    s.care(bo, NORTH, "2026-03-02")
    s.care(anna, NORTH, "2026-03-02")
    (door,) = s.doors_of[home]
    lock = s.lock_in_use(bo, door, NORTH)
    s.about("client.municipality_changed", bo, own=False)
    s.order(bo, door, NORTH, "removal", lock)
    assert not s.open("S3.unlink_not_ours")
    s.line("move.planned", [elsewhere, home], anna, from_home=elsewhere, to_home=home, on="2026-03-10")
    assert s.the("P6.stop").door == door
    assert s.the("S3.unlink_not_ours").client == bo


def test_the_link_of_anothers_client_goes_when_the_others_death_was_a_mistake():
    s, anna, bo, *_ = couple()
    s.care(anna, NORTH, "2026-03-05")
    s.about("client.died", anna, on="2026-03-04")
    s.about("client.municipality_changed", bo, own=False)
    assert not s.open("S3.unlink_not_ours"), "nobody needs the lock: it comes down"
    s.about("client.died", anna, on=None)
    assert s.the("S3.unlink_not_ours").client == bo
