# SPDX-License-Identifier: EUPL-1.2
"""Each paragraph: when it asks, whom, by when, and what fulfils it."""

from datetime import date

from tests.routine.story import ALARM, ALARMS, NIGHT, NORTH, SMITH, SOUTH, Story


def new_client(doors: int = 1) -> tuple[Story, object, object, tuple]:
    s = Story()
    home = s.home(doors)
    anna = s.client(home)
    decision = s.care(anna, NORTH, "2026-03-09")
    return s, anna, decision, s.doors_of[home]


def test_a1_is_done_when_told_both_orally_and_in_writing():
    s, anna, _, _ = new_client()
    assert s.the("A1").due == date(2026, 3, 9)
    assert s.the("A1").role == "assessor"
    s.about("client.informed", anna, way="oral")
    assert s.open("A1")
    s.about("client.informed", anna, way="written")
    assert s.closed("A1") == [("done", date(2026, 3, 2))]


def test_a2_and_a3_are_done_when_said_and_understood():
    s, anna, _, _ = new_client()
    s.about("client.told_about_keys", anna)
    s.about("client.understood", anna)
    assert s.closed("A2") == s.closed("A3.understood") == [("done", date(2026, 3, 2))]


def test_a3_is_moot_when_refused_and_the_assessor_hears_of_it():
    s, anna, _, _ = new_client()
    s.about("client.refused", anna, reason_code="no")
    assert s.closed("A3.understood") == [("moot", date(2026, 3, 2))]
    assert s.the("A3.refused").kind == "notice"


def test_a4_asks_for_an_allocation_and_tells_the_provider():
    s = Story()
    anna = s.client()
    decision = s.decision(anna, "2026-03-09")
    assert s.the("A4.allocate").due == date(2026, 3, 9)
    s.allocation(anna, decision, NORTH, "2026-03-09")
    assert s.closed("A4.allocate") == [("done", date(2026, 3, 2))]
    assert s.the("A4.tell").organisation == NORTH


def test_a4_a_notice_is_closed_by_being_read():
    s, anna, _, _ = new_client()
    s.about("notice.read", anna, duty=s.the("A4.tell").id, paragraph="A4")
    assert s.closed("A4.tell") == [("done", date(2026, 3, 2))]


def test_a5_a6_tell_the_new_and_the_former_provider():
    s, anna, decision, _ = new_client()
    first = next(iter(s.homes[s.home_of[anna]].facts.clients[anna].allocations))
    s.until("2026-04-01")
    s.about("allocation.ended", anna, allocation=first, through=date(2026, 4, 30), confirmed=True)
    assert not s.open("A5")
    s.allocation(anna, decision, SOUTH, "2026-05-01")
    assert s.the("A5").organisation == SOUTH
    assert s.the("A6").organisation == NORTH
    s.until("2026-05-02")
    assert len(s.open("A5")) == 1


def test_a5_a_provider_beside_another_is_not_a_change():
    s, anna, decision, _ = new_client()
    s.allocation(anna, decision, NIGHT, "2026-04-01")
    assert not s.open("A5") and not s.open("A6")


def test_a7_the_lock_stays_when_the_alarm_stays():
    s, anna, decision, _ = new_client()
    s.care(anna, ALARMS, "2026-03-09", service=ALARM)
    s.ends(anna, decision, "2026-03-31")
    assert s.the("A7").organisation == NORTH
    assert not s.open("P6")
    s.until("2026-04-15")
    assert not s.open("P6")


def test_a8_warns_sixty_days_before_and_is_done_by_the_follow_up():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-09", "2026-06-30")
    s.until("2026-04-30")
    assert not s.open("A8")
    s.until("2026-05-01")
    assert s.the("A8.investigation").due == date(2026, 6, 30)
    assert s.the("A8.allocation").due == date(2026, 6, 23)
    follow_up = s.decision(anna, "2026-07-01")
    assert s.closed("A8.investigation") == [("done", date(2026, 5, 1))]
    assert s.open("A8.allocation")
    s.allocation(anna, follow_up, NORTH, "2026-07-01")
    assert not s.open("A8")


def test_a8_is_moot_when_the_ending_is_confirmed_or_the_client_dies():
    for last_word in ("decision.ended", "client.died"):
        s = Story()
        anna = s.client()
        decision = s.care(anna, NORTH, "2026-03-09", "2026-04-30")
        assert len(s.open("A8")) == 2
        if last_word == "client.died":
            s.about("client.died", anna, on=date(2026, 3, 2))
        else:
            s.ends(anna, decision, "2026-04-30")
        assert [state for state, _ in s.closed("A8")] == ["moot", "moot"]


def test_a8_five_working_days_before_reckons_with_holidays():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02", "2026-04-07")  # Tuesday after Easter
    assert s.the("A8.allocation").due == date(2026, 3, 27)


def test_p1_is_due_on_the_day_of_the_first_visit():
    s, anna, _, (door,) = new_client()
    p1 = s.the("P1")
    assert (p1.organisation, p1.door, p1.due) == (NORTH, door, None)
    s.until("2026-03-09").visit(anna, NORTH)
    assert s.the("P1").due == date(2026, 3, 9)
    assert [name.paragraph for name in s.last.changed].count("P1") == 1
    s.order(anna, door, NORTH)
    assert s.closed("P1") == [("done", date(2026, 3, 9))]


def test_p1_one_duty_a_door():
    s, anna, _, doors = new_client(doors=2)
    assert {d.door for d in s.open("P1")} == set(doors)
    s.order(anna, doors[0], NORTH)
    assert [d.door for d in s.open("P1")] == [doors[1]]


def test_p1_opens_again_when_the_order_is_cancelled_though_needed():
    s, anna, _, (door,) = new_client()
    order = s.order(anna, door, NORTH)
    s.about_order("order.cancelled", anna, order, NORTH, reason_code="wrong_door")
    assert s.the("P1").door == door
    assert s.the("L1.cancelled").organisation == SMITH


def test_p1_does_not_open_again_where_no_lock_can_be_fitted():
    s, anna, _, (door,) = new_client()
    order = s.order(anna, door, NORTH)
    s.about_order("order.cancelled", anna, order, NORTH, reason_code="cannot_be_fitted")
    assert not s.open("P1.order")
    assert s.the("P1.not_fitted").role == "assessor"


def test_p1_goes_to_home_care_though_the_alarm_came_first():
    s = Story()
    anna = s.client()
    s.care(anna, ALARMS, "2026-03-09", service=ALARM)
    assert s.the("P1").organisation == ALARMS
    s.care(anna, NORTH, "2026-03-09")
    assert s.the("P1").organisation == NORTH


def test_p2_each_provider_places_its_own_tag():
    s, anna, decision, _ = new_client()
    s.allocation(anna, decision, NIGHT, "2026-03-09")
    assert {d.organisation for d in s.open("P2")} == {NORTH, NIGHT}
    s.tag_to(anna, NORTH)
    assert [d.organisation for d in s.open("P2")] == [NIGHT]


def test_p2_is_moot_when_linked():
    s, anna, _, (door,) = new_client()
    s.lock_in_use(anna, door, NORTH)
    assert [state for state, _ in s.closed("P2")] == ["moot"]


def test_p3_the_tag_back_by_the_next_visit_at_most_seven_days():
    s, anna, _, (door,) = new_client()
    tag = s.tag_to(anna, NORTH)
    order = s.order(anna, door, NORTH)
    s.until("2026-03-10").mounted(anna, order, NORTH)
    assert s.the("P3").due == date(2026, 3, 17)
    s.visit(anna, NORTH, on="2026-03-09")  # a late phone: before the lock was mounted
    assert s.the("P3").due == date(2026, 3, 17)
    s.until("2026-03-12").visit(anna, NORTH)
    assert s.the("P3").due == date(2026, 3, 12)
    s.until("2026-03-13").visit(anna, NORTH)
    assert s.the("P3").due == date(2026, 3, 12)
    s.tag_from(anna, NORTH, tag)
    assert s.closed("P3") == [("done", date(2026, 3, 13))]


def test_p3_arises_for_a_tag_placed_after_the_lock():
    s, anna, _, (door,) = new_client()
    s.lock_in_use(anna, door, NORTH)
    s.tag_to(anna, NORTH)
    assert s.the("P3").organisation == NORTH


def test_p4_on_the_day_booked_when_a_carer_must_be_there():
    s, anna, _, (door,) = new_client()
    order = s.order(anna, door, NORTH)
    booked = {"starts": "2026-03-12T10:00:00+01:00", "ends": "2026-03-12T12:00:00+01:00"}
    s.about_order("order.booked", anna, order, NORTH, presence="client", **booked)
    assert not s.open("P4")
    s.about_order("order.booked", anna, order, NORTH, presence="carer", **booked)
    assert s.the("P4").due == date(2026, 3, 12)
    again = {"starts": "2026-03-16T10:00:00+01:00", "ends": "2026-03-16T12:00:00+01:00"}
    s.about_order("order.booked", anna, order, NORTH, presence="carer", **again)
    assert s.the("P4").due == date(2026, 3, 16)
    assert [state for state, _ in s.closed("P4")] == ["moot"]
    s.about("duty.attested", anna, duty=s.the("P4").id, paragraph="P4", ask="be_present")
    assert not s.open("P4")


def test_p5_a_key_to_each_door_two_days_after_the_first_visit():
    s, anna, _, doors = new_client(doors=2)
    s.until("2026-03-09").visit(anna, NORTH)
    assert s.the("P5.collect").due == date(2026, 3, 11)
    s.key_to(anna, doors[0], NORTH)
    assert s.open("P5.collect")
    s.key_to(anna, doors[1], NORTH)
    assert s.closed("P5.collect") == [("done", date(2026, 3, 9))]


def test_p5_keys_back_within_fourteen_days():
    s, anna, decision, (door,) = new_client()
    key = s.key_to(anna, door, NORTH)
    s.ends(anna, decision, "2026-03-20")
    assert not s.open("P5.return")
    s.until("2026-03-21")
    assert s.the("P5.return").due == date(2026, 4, 4)
    s.key_back(anna, door, NORTH, key)
    assert not s.open("P5")


def test_p6_two_working_days_after_the_telling_or_the_end_whichever_is_later():
    s, anna, decision, (door,) = new_client()
    lock = s.lock_in_use(anna, door, NORTH)
    s.until("2026-03-23")
    s.ends(anna, decision, "2026-03-27")  # a Friday
    assert s.the("P6.told").organisation == NORTH
    assert not s.open("P6.order")
    s.until("2026-03-28")
    assert (s.the("P6.order").due, s.the("P6.order").organisation) == (date(2026, 3, 31), NORTH)
    s.order(anna, door, NORTH, "removal", lock)
    assert s.closed("P6.order") == [("done", date(2026, 3, 28))]


def test_p6_told_late():
    s, anna, decision, (door,) = new_client()
    s.lock_in_use(anna, door, NORTH)
    s.until("2026-04-20")
    s.ends(anna, decision, "2026-03-31")
    assert s.the("P6.order").due == date(2026, 4, 22)


def test_p6_a_decision_that_merely_runs_out_removes_nothing():
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-09", "2026-04-30")
    s.lock_in_use(anna, s.doors_of[s.home_of[anna]][0], NORTH)
    s.until("2026-06-01")
    assert not s.open("P6")
    s.about("ending.confirmed", anna)
    assert s.the("P6.order").due == date(2026, 6, 3)


def test_p7_fetch_the_tag_and_tell_the_administrator():
    s, anna, decision, _ = new_client()
    tag = s.tag_to(anna, NORTH)
    s.ends(anna, decision, "2026-03-20")
    s.until("2026-03-21")
    assert s.the("P7.fetch").due == date(2026, 3, 28)
    s.until("2026-03-23").tag_from(anna, NORTH, tag)
    assert not s.open("P7.fetch")
    assert s.the("P7.tell").due == date(2026, 3, 24)
    s.about("tag.return_told", anna, tag=tag, organisation=NORTH)
    assert not s.open("P7")


def test_l1_ten_working_days():
    s, anna, _, (door,) = new_client()
    order = s.order(anna, door, NORTH)
    assert (s.the("L1").due, s.the("L1").role, s.the("L1").organisation) == (
        date(2026, 3, 16),
        "locksmith",
        SMITH,
    )
    s.mounted(anna, order, NORTH)
    assert [state for state, _ in s.closed("L1")] == ["done"]


def test_s1_tells_provider_and_administrator_by_email_and_the_assessor():
    s, anna, _, (door,) = new_client()
    s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    (mail,) = s.mails("S1")
    assert mail.to == (("provider", NORTH), ("administrator", None))
    assert mail.about["serial"] == "SN1"
    assert s.the("S1.tell_assessor").role == "assessor"


def test_s2_link_the_next_working_day_then_also_the_provider():
    s, anna, _, (door,) = new_client()
    order = s.order(anna, door, NORTH)
    s.until("2026-03-06")
    lock = s.mounted(anna, order, NORTH)  # a Friday
    s2 = s.the("S2")
    assert (s2.role, s2.due, s2.also_role, s2.also_organisation) == (
        "administrator",
        date(2026, 3, 9),
        "provider",
        NORTH,
    )
    assert s2.also_from == date(2026, 3, 9)
    s.linked(anna, lock, door)
    assert [state for state, _ in s.closed("S2")] == ["done"]


def test_s2_someone_looks_at_an_unknown_home():
    s = Story()
    home = s.home()
    anna = s.client(home, take_over="2026-03-02", settling=True)
    s.care(anna, NORTH, "2025-01-01")
    s.line("home.unknown", [home], home=home)
    assert (s.the("S2.look").organisation, s.the("S2.look").due) == (NORTH, date(2026, 4, 1))
    s.line("home.looked_at", [home], home=home)
    assert not s.open("S2.look")


def test_s3_unlink_the_same_working_day():
    s, anna, decision, (door,) = new_client()
    order = s.order(anna, door, NORTH)
    lock = s.mounted(anna, order, NORTH)
    link = s.linked(anna, lock, door)
    s.ends(anna, decision, "2026-03-10")
    s.until("2026-03-14")  # a Saturday
    removal = s.order(anna, door, NORTH, "removal", lock)
    s.about_order("removal.reported", anna, removal, NORTH, lock=lock, serial="SN1")
    assert (s.the("S3.unlink").due, s.the("S3.unlink").role) == (date(2026, 3, 16), "administrator")
    assert s.mails("S3")[0].to == (("provider", NORTH), ("administrator", None))
    s.at_door("link.removed", anna, door, link=link, lock=lock)
    assert not s.open("S3.unlink")


def test_o1_another_municipalitys_client_has_neither_lock_nor_tag():
    s = Story()
    anna = s.client(own=False)
    s.care(anna, NORTH, "2026-03-09")
    assert s.names() == []
    assert s.names("notice") == ["O1.tell"]


def test_p5_a_door_told_of_later_needs_its_key_too():
    s, anna, _, (door,) = new_client()
    s.key_to(anna, door, NORTH)
    assert not s.open("P5")
    second = s.door(s.home_of[anna])
    assert (s.the("P5.collect_keys").organisation, s.the("P5.collect_keys").client) == (NORTH, anna)
    s.key_to(anna, second, NORTH)
    assert not s.open("P5")


def test_p6_told_has_nothing_to_say_of_one_granted_care_again():
    s, anna, decision, _ = new_client()
    s.ends(anna, decision, "2026-04-30")
    assert s.open("P6.told")
    s.care(anna, NORTH, "2026-05-01")
    assert not s.open("P6.told")
    assert [state for state, _ in s.closed("P6.told")] == ["moot"]
