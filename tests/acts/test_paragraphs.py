# SPDX-License-Identifier: EUPL-1.2
"""Each paragraph: what it asks of whom and by when, what fulfils it, and what it refuses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, MEADOW, MONDAY, Town

FRIDAY = MONDAY + timedelta(days=4)


# --- A: the assessor


def test_a1_is_done_when_the_client_is_told_orally_and_in_writing(town: Town) -> None:
    client = town.new_client()
    assert town.owner("A1.inform") == ("assessor", None)
    assert town.the("A1.inform").due == MONDAY
    town.does("anna", "inform_client", client=client, way="oral")
    assert town.duties("A1")
    outcome = town.does("anna", "inform_client", client=client, way="written")
    assert [(closed.paragraph, closed.state) for closed in outcome.closed] == [("A1", "done")]


def test_a1_no_order_for_a_client_who_is_not_informed(town: Town) -> None:
    client = town.new_client()
    refused = town.refused("olle", "order_installation", "A1", client=client, locksmith=FIRM)
    assert (refused.code, refused.values) == ("order.too_early", {"paragraphs": ["A1", "A2", "A3"]})
    town.does("anna", "inform_client", client=client, way="oral")
    refused = town.refused("olle", "order_installation", "A1", client=client, locksmith=FIRM)
    assert refused.values == {"paragraphs": ["A1", "A2", "A3"]}, "it is told and not yet written"
    town.does("olle", "order_installation", client=client, locksmith=FIRM, reason="hem från sjukhus i kväll")


def test_a2_is_done_when_the_client_is_told_about_keys(town: Town) -> None:
    client = town.new_client()
    town.does("anna", "add_door", client=client, kind="gate")
    assert town.owner("A2.keys") == ("assessor", None)
    assert town.does("anna", "tell_about_keys", client=client).answer["keys"] == 2
    assert town.the("A2.keys", state="done").closed == MONDAY


def test_a2_is_asked_for_before_an_order(town: Town) -> None:
    client = town.new_client()
    for way in ("oral", "written"):
        town.does("anna", "inform_client", client=client, way=way)
    town.does("anna", "confirm_understanding", client=client)
    refused = town.refused("olle", "order_installation", "A2", client=client, locksmith=FIRM)
    assert (refused.code, refused.values) == ("order.too_early", {"paragraphs": ["A2"]})


def test_a3_is_done_when_the_client_has_understood(town: Town) -> None:
    client = town.new_client()
    assert town.owner("A3.understood") == ("assessor", None)
    town.does("anna", "confirm_understanding", client=client)
    assert not town.duties("A3")


def test_a3_is_asked_for_before_an_order(town: Town) -> None:
    client = town.new_client()
    for way in ("oral", "written"):
        town.does("anna", "inform_client", client=client, way=way)
    town.does("anna", "tell_about_keys", client=client)
    town.refused("olle", "order_installation", "A3", client=client, locksmith=FIRM)


def test_a4_asks_for_an_allocation_and_tells_the_provider(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, to=None, begins=FRIDAY)
    assert town.the("A4.allocate").due == FRIDAY
    assert town.names(client, "notice") == []
    town.allocate(decision, EAST, FRIDAY.isoformat())
    assert town.the("A4.allocate", state="done")
    assert town.owner("A4.tell") == ("provider", EAST)
    notice = town.the("A4.tell")
    town.refused("moa", "read_notice", "NotFound", notice=notice.id)
    town.does("olle", "read_notice", notice=notice.id)
    assert not town.duties("A4")


def test_a4_withdrawn_care_moots_the_duty(town: Town) -> None:
    client = town.new_client()
    town.grant(client, None, "safety_alarm", begins=town.day(5))
    assert town.owner("A4.allocate") == ("assessor", None)
    town.end(client, "safety_alarm", on=town.day(1))
    assert not town.duties("A4.allocate")
    assert town.the("A4.allocate", state="moot").closed == MONDAY


def test_a4_care_goes_to_a_provider(town: Town) -> None:
    decision = town.grant(town.client(), to=None)
    allocation = {"decision": decision, "reference": "F", "valid_from": town.day(0)}
    town.refused("anna", "allocate", "A4", allocations=[allocation | {"organisation": FIRM}])
    town.refused("anna", "allocate", "NotFound", allocations=[allocation | {"organisation": "5560000001"}])


def change_provider(town: Town, client: str, on: int = 7) -> None:
    values = {"former": EAST, "provider": MEADOW, "on": town.day(on), "reference": "F-new"}
    town.does("anna", "change_provider", client=client, **values)


def test_a5_tells_the_new_provider_of_the_one_before(town: Town) -> None:
    client = town.locked()
    change_provider(town, client)
    assert town.owner("A5.tell_new") == ("provider", MEADOW)
    assert town.the("A5.tell_new").kind == "notice"
    assert not town.duties("P1.order"), "there is a lock: nothing is ordered"


def test_a6_tells_the_former_provider_that_the_lock_stays(town: Town) -> None:
    client = town.locked()
    change_provider(town, client)
    assert town.owner("A6.tell_former") == ("provider", EAST)
    town.days_pass(8)
    assert not town.duties("P6")
    assert (
        town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM).code == "lock.needed"
    )


def test_a6_a_change_from_a_provider_without_the_client_is_refused(town: Town) -> None:
    client = town.new_client(EAST)
    values = {"client": client, "former": MEADOW, "provider": EAST, "on": town.day(3), "reference": "F-new"}
    town.refused("anna", "change_provider", "A6", **values)


def test_a7_the_lock_stays_while_the_alarm_does(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    ended = town.end(client)
    assert ("A7", "tell") in [(opened.paragraph, opened.ask) for opened in ended.opened]
    assert town.owner("A7.tell") == ("provider", EAST)
    town.days_pass(3)
    assert not town.duties("P6")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    town.refused("lars", "order_removal", "rule 1", client=client, locksmith=FIRM)


def test_a7_refused_when_there_is_nothing_to_end(town: Town) -> None:
    client = town.new_client()
    ends = {"service": "safety_alarm", "on": town.day(0), "reason": "x"}
    assert town.refused("anna", "end_care", "A7", client=client, **ends).code == "decision.nothing_to_end"


def test_a8_the_follow_up_is_asked_for_sixty_days_ahead(town: Town) -> None:
    client, last = town.client(), MONDAY + timedelta(days=70)
    town.grant(client, through=last)
    town.days_pass(9)
    assert not town.duties("A8")
    town.days_pass(1)
    assert town.the("A8.investigation").due == last == date(2026, 5, 11)
    assert town.the("A8.allocation").due == date(2026, 5, 4)
    assert town.owner("A8.investigation") == ("assessor", None)
    following = town.grant(client, to=None, begins=last + timedelta(days=1))
    assert town.names(client)[:2] == ["A1.inform", "A2.keys"]
    assert town.duties("A8.allocation") and not town.duties("A8.investigation")
    town.allocate(following, EAST, (last + timedelta(days=1)).isoformat())
    assert not town.duties("A8")


def test_a8_the_phone_loses_the_client_when_the_decision_has_ended(town: Town) -> None:
    client = town.locked()
    (decision,) = [f"B{n}" for n in range(town.count, town.count + 1)]
    town.does(
        "anna",
        "change_decisions",
        periods=[{"reference": decision, "valid_from": town.day(0), "valid_through": town.day(1)}],
    )
    town.days_pass(1)
    town.does("carin", "open_door", client=client, serial="L1")
    town.days_pass(1)
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")


# --- P: the provider


def test_p1_is_due_on_the_day_of_the_first_visit(town: Town) -> None:
    client = town.new_client()
    town.inform(client)
    assert town.owner("P1.order") == ("provider", EAST)
    assert town.the("P1.order").due is None
    town.days_pass(1, hour=14)
    town.visit(client)
    assert town.the("P1.order").due == town.today
    ordered = town.does("olle", "order_installation", client=client, locksmith=FIRM)
    assert ("P1", "done") in [(closed.paragraph, closed.state) for closed in ordered.closed]
    assert town.the("L1.install").due == date(2026, 3, 17), "ten working days"


def test_p1_one_order_per_door_and_for_own_clients_only(town: Town) -> None:
    client = town.new_client()
    town.order(client)
    refused = town.refused("olle", "order_installation", "P1", client=client, locksmith=FIRM, reason="x")
    assert (refused.code, refused.values) == ("order.already_open", {})  # it may be another provider's
    town.refused("moa", "order_installation", "NotFound", client=client, locksmith=FIRM, reason="x")
    town.refused("carin", "order_installation", "rule 7", client=client, locksmith=FIRM, reason="x")
    other = town.new_client()
    town.refused(
        "olle", "order_installation", "BadValue locksmith", client=other, locksmith=MEADOW, reason="x"
    )


def test_p1_no_order_without_care_or_with_a_lock(town: Town) -> None:
    locked = town.locked()
    town.refused("olle", "order_installation", "rule 2", client=locked, locksmith=FIRM, reason="x")
    client = town.new_client()
    town.end(client)
    town.days_pass(1)
    town.refused("olle", "order_installation", "P1", client=client, locksmith=FIRM, reason="x")


def test_p2_a_tag_from_the_first_visit(town: Town) -> None:
    client = town.new_client()
    assert town.owner("P2.place_tag") == ("provider", EAST)
    town.refused("carin", "register_visit", "P2", client=client, arrived=town.at(7), by="tag", tag="E1")
    town.does("carin", "place_tag", client=client, tag="E1")
    assert not town.duties("P2")
    town.does("carin", "register_visit", client=client, arrived=town.at(8), by="tag", tag="E1")
    assert town.the("P1.order").due == MONDAY


def test_p2_only_an_own_tag_can_be_placed(town: Town) -> None:
    client = town.new_client()
    town.refused("carin", "place_tag", "rule 5", client=client, tag="M1")
    town.refused("carin", "place_tag", "NotFound", client=client, tag="no such")


def test_p3_the_tag_is_taken_when_the_lock_is_mounted(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    order = town.order(client)
    assert not town.duties("P3")
    town.mount(order)
    assert town.owner("P3.take_tag") == ("provider", EAST)
    assert town.the("P3.take_tag").due == MONDAY + timedelta(days=7)
    town.days_pass(2, hour=14)
    town.visit(client)
    assert town.the("P3.take_tag").due == town.today, "by the next visit"
    town.does("carin", "take_tag", client=client, tag="E1")
    assert town.the("P3.take_tag", state="done")
    town.refused("carin", "take_tag", "rule 5", client=client, tag="E1")


def book(town: Town, order: str, presence: str) -> None:
    town.does(
        "laban",
        "book_order",
        order=order,
        starts=town.day(2) + "T13:00:00+01:00",
        ends=town.day(2) + "T14:00:00+01:00",
        presence=presence,
    )


def test_p4_a_carer_is_present_where_needed(town: Town) -> None:
    order = town.order(town.new_client())
    book(town, order, "none")
    assert not town.duties("P4")
    book(town, order, "carer")
    assert town.owner("P4.be_present") == ("provider", EAST)
    assert town.the("P4.be_present").due == MONDAY + timedelta(days=2)
    town.days_pass(2, hour=15)
    duty = town.the("P4.be_present").id
    town.refused("mikael", "attest", "NotFound", duty=duty)
    town.does("carin", "attest", duty=duty)
    assert not town.duties("P4")


def test_p4_the_report_fulfils_it_and_a_new_booking_reopens_it(town: Town) -> None:
    order = town.order(town.new_client())
    book(town, order, "carer")
    book(town, order, "carer")
    assert len(town.duties("P4")) == 1
    assert len(town.duties("P4", state="moot")) == 1
    town.days_pass(2)
    town.mount(order)
    assert len(town.duties("P4", state="done")) == 1


def test_p4_only_p4_is_attested_by_hand(town: Town) -> None:
    town.new_client()
    assert town.refused("olle", "attest", "P1", duty=town.the("P1.order").id).code == "duty.not_by_hand"


def test_p5_a_key_to_every_door_two_days_after_the_first_visit(town: Town) -> None:
    client = town.new_client()
    first = town.door(client)
    second = town.does("anna", "add_door", client=client, kind="gate").answer["door"]
    town.days_pass(0, hour=14)
    town.visit(client)
    assert town.the("P5.collect_keys").due == MONDAY + timedelta(days=2)
    assert (
        town.refused("carin", "receive_key", "P1", client=client, key="1", signed="client").code
        == "door.not_said_which"
    )
    town.does("carin", "receive_key", client=client, key="1", door=first, signed="client")
    town.refused("carin", "receive_key", "rule 5", client=client, key="1", door=second, signed="client")
    assert town.duties("P5.collect_keys")
    town.does("carin", "receive_key", client=client, key="2", door=second, signed="client")
    assert not town.duties("P5")
    town.refused("carin", "receive_key", "rule 5", client=client, key="2", door=second, signed="client")


def test_p5_keys_go_back_within_a_fortnight(town: Town) -> None:
    client = town.locked()
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.end(client)
    town.days_pass(1)
    assert town.the("P5.return_keys").due == town.today + timedelta(days=14)
    town.does("olle", "return_key", client=client, key="1", signed="client")
    assert not town.duties("P5")
    town.refused("olle", "return_key", "rule 5", client=client, key="1", signed="client")


def test_p6_the_removal_is_ordered_two_working_days_after_the_end(town: Town) -> None:
    client = town.locked()
    ended = town.end(client, on=town.day(4))
    assert ("P6", "told") in [(opened.paragraph, opened.ask) for opened in ended.opened]
    town.until(FRIDAY)
    assert not town.duties("P6.order")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    town.days_pass(1)
    assert town.owner("P6.order") == ("provider", EAST)
    assert town.the("P6.order").due == date(2026, 3, 10)
    town.does("olle", "order_removal", client=client, locksmith=FIRM)
    assert not town.duties("P6.order")
    assert town.the("L1.remove").due == date(2026, 3, 20)


def test_p6_without_a_lock_there_is_nothing_to_remove(town: Town) -> None:
    client = town.new_client()
    town.end(client)
    town.days_pass(1)
    assert not town.duties("P6.order")
    town.refused("olle", "order_removal", "P6", client=client, locksmith=FIRM)


def test_p7_the_tag_is_fetched_and_the_administrator_told(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.end(client)
    town.days_pass(1)
    assert town.the("P7.fetch").due == town.today + timedelta(days=7)
    town.refused("olle", "tell_tag_fetched", "P7", client=client, tag="E1")
    town.refused("carin", "take_tag", "NotFound", client=client, tag="E1")
    town.does("olle", "take_tag", client=client, tag="E1")
    assert town.names(client) == ["P7.tell"]
    assert town.the("P7.tell").due == town.today + timedelta(days=1)
    town.does("olle", "tell_tag_fetched", client=client, tag="E1")
    assert town.names(client) == []
    assert {d.paragraph for d in town.duties("P7", state="done")} == {"P7"}
    assert len(town.duties("P7", state="done")) == 2


# --- L: the locksmith


def test_l1_the_report_closes_the_order(town: Town) -> None:
    order = town.order(town.new_client())
    outcome = town.mount(order)
    assert outcome.mailed and not town.duties("L1")
    town.refused("laban", "report_installation", "L1", order=order, serial="L2")


def test_l1_the_report_matches_the_kind_of_order(town: Town) -> None:
    order = town.order(town.new_client())
    town.refused("laban", "report_removal", "L1", order=order, serial="L1")
    town.refused("nina", "report_installation", "NotFound", order=order, serial="L1")
    town.refused("olle", "report_installation", "rule 7", order=order, serial="L1")


def test_l1_a_lock_is_at_one_place(town: Town) -> None:
    town.locked(serial="L1")
    order = town.order(town.new_client())
    town.refused("laban", "report_installation", "rule 2", order=order, serial="L1")
    town.refused("laban", "report_installation", "NotFound", order=order, serial="L99")


def test_l1_the_lock_that_is_taken_down_is_the_one_at_the_door(town: Town) -> None:
    client = town.locked(serial="L1")
    town.end(client)
    town.days_pass(1)
    ordered = town.does("olle", "order_removal", client=client, locksmith=FIRM)
    town.refused("laban", "report_removal", "rule 2", order=ordered.answer["order"], serial="L2")


# --- S: the system administrator


def test_s1_an_email_to_the_provider_and_the_administrator(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    assert not town.mails()
    outcome = town.mount(order)
    assert [(mail.paragraph, sorted(mail.to)) for mail in outcome.mailed] == [
        ("S1", ["administrator", "provider"])
    ]
    (mail,) = town.mails()
    assert mail["about"]["number"] == order
    assert mail["about"]["serial"] == "L1"
    assert town.owner("S1.tell_assessor") == ("assessor", None)


def test_s2_the_provider_is_asked_too_after_a_day(town: Town) -> None:
    client = town.new_client()
    town.mount(town.order(client))
    duty = town.the("S2.link")
    assert (duty.role, duty.due) == ("administrator", MONDAY + timedelta(days=1))
    assert (duty.also_role, duty.also_from) == ("provider", MONDAY + timedelta(days=1))
    town.refused("carin", "open_door", "S2", client=client, serial="L1")
    town.link(client)
    assert not town.duties("S2")
    assert town.link(client).lines == []  # a second link of the same pair is the same link
    town.does("carin", "open_door", client=client, serial="L1")


def test_s2_the_provider_may_link_the_right_lock_only(town: Town) -> None:
    neighbour = town.locked(serial="L2")
    client = town.new_client()
    town.mount(town.order(client), "L1")
    assert (
        town.refused("siri", "link_lock", "rule 2", client=client, serial="L2").code
        == "lock.not_mounted_at_client"
    )
    town.refused("siri", "link_lock", "rule 2", client=client, serial="L3")
    town.refused("moa", "link_lock", "NotFound", client=client, serial="L1")
    town.does("olle", "link_lock", client=client, serial="L1")
    assert neighbour != client


def test_s3_an_email_then_the_link_goes(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    town.refused("siri", "unlink_lock", "S3", client=client, serial="L1")
    town.removed(client)
    (mail,) = town.mails("S3")
    assert sorted(role for role, _ in mail["to"]) == ["administrator", "provider"]
    assert town.the("S3.unlink").due == town.today
    assert town.owner("S3.unlink") == ("administrator", None)
    town.does("siri", "unlink_lock", client=client, serial="L1")
    assert not town.duties("S3.unlink")
    town.refused("siri", "unlink_lock", "S3", client=client, serial="L1")


def test_s3_the_link_of_a_client_with_care_stays(town: Town) -> None:
    client = town.locked()
    assert town.refused("siri", "unlink_lock", "S3", client=client, serial="L1").code == "link.needed"


# --- O: another municipality's clients


@pytest.fixture
def foreign_client(town: Town) -> str:
    return town.new_client(home_municipality=ELSEWHERE)


def test_o1_the_provider_is_told_and_no_duty_follows(town: Town, foreign_client: str) -> None:
    assert town.names(foreign_client) == []
    assert town.names(foreign_client, "notice") == ["O1.tell"]
    assert town.owner("O1.tell") == ("provider", EAST)


def test_o1_no_lock_tag_or_key_for_any_role(town: Town, foreign_client: str) -> None:
    town.refused("olle", "order_installation", "O1", client=foreign_client, locksmith=FIRM, reason="x")
    town.refused("olle", "place_tag", "O1", client=foreign_client, tag="E1")
    town.refused("olle", "receive_key", "O1", client=foreign_client, key="1", signed="client")
    town.refused("siri", "link_lock", "O1", client=foreign_client, serial="L1")
    for who in ("import", "demo"):
        town.refused(who, "order_installation", "O1", client=foreign_client, locksmith=FIRM, reason="x")
        town.refused(who, "place_tag", "O1", client=foreign_client, tag="E1")
        town.refused(who, "link_lock", "O1", client=foreign_client, serial="L1")
        town.refused(who, "order_removal", "P6", client=foreign_client, locksmith=FIRM)
    for act in ("tell_about_keys", "confirm_understanding"):
        town.refused("anna", act, "O1", client=foreign_client)
    town.does("anna", "add_door", client=foreign_client, kind="gate", label="Grinden")
    town.refused("olle", "order_installation", "O1", client=foreign_client, locksmith=FIRM, reason="x")


def test_o1_is_on_no_phone_and_its_visits_are_entered_by_the_coordinator(
    town: Town, foreign_client: str
) -> None:
    town.days_pass(0, hour=14)
    town.refused(
        "carin",
        "register_visit",
        "NotFound",
        client=foreign_client,
        arrived=town.at(13),
        by="hand",
        reason="other_municipality",
    )
    town.visit(foreign_client, "olle", reason="other_municipality")
    assert town.names(foreign_client) == []
