# SPDX-License-Identifier: EUPL-1.2
"""The fifteen cases that a naive system gets wrong (numbers as in the routine's list)."""

from __future__ import annotations

from datetime import timedelta

from tests.town import ALARM, EAST, FIRM, MEADOW, MONDAY, Town
from troskel.custody.models import Holding, Link
from troskel.orders.models import Order


def couple(town: Town) -> tuple[str, str]:
    """Two clients of one home, both with home care by East."""
    return town.new_client(address=77), town.new_client(address=77)


def test_case_1_one_of_a_couple_ends_the_lock_stays_and_one_link_goes(town: Town) -> None:
    first, second = couple(town)
    assert len(town.duties("P1.order")) == 1, "one order for one door"
    order = town.order(first)
    town.mount(order)
    town.does("siri", "send_letter", order=order)
    assert {d.client.reference for d in town.duties("S2") if d.client} == {first, second}
    town.link(first)
    town.link(second)
    town.end(first)
    town.days_pass(1)
    assert town.names(first) == ["S3.unlink_one"]
    assert not town.duties("P6.order")
    refused = town.refused("olle", "order_removal", "rule 1", client=first, locksmith=FIRM)
    assert (refused.code, refused.values) == ("lock.needed", {}), "it tells that someone has care, not who"
    town.refused("siri", "unlink_lock", "S3", client=second, serial="L1")
    town.does("siri", "unlink_lock", client=first, serial="L1")
    town.does("carin", "open_door", client=second, serial="L1")
    assert town.names(first) == []


def test_case_1_the_last_of_a_couple_ends_and_the_lock_goes(town: Town) -> None:
    first, second = couple(town)
    town.mount(town.order(first))
    town.link(first)
    town.link(second)
    town.end(first)
    town.end(second)
    town.days_pass(1)
    assert len(town.duties("P6.order")) == 1
    town.removed(first)
    assert {d.client.reference for d in town.duties("S3.unlink") if d.client} == {first, second}
    for client in (first, second):
        town.does("siri", "unlink_lock", client=client, serial="L1")
    assert town.names() == ["S1.letter", "S3.letter"]
    for order in ("W-2026-0001", "W-2026-0002"):
        town.does("siri", "send_letter", order=order)
    assert town.names() == []


def test_case_1_both_are_unlinked_after_the_last_removal(town: Town) -> None:
    """The link of the client whose care ended first is removed after the removal of the lock (S3)."""
    first, second = couple(town)
    town.mount(town.order(first))
    town.link(first)
    town.link(second)
    town.end(first)
    town.days_pass(1)
    assert town.duties("S3.unlink_one", first)
    town.end(second)
    town.days_pass(1)
    assert not town.duties("S3.unlink_one")
    town.removed(second)
    assert {d.client.reference for d in town.duties("S3.unlink") if d.client} == {first, second}
    town.does("siri", "unlink_lock", client=first, serial="L1")
    town.is_sound()


def test_case_2_removal_only_when_no_provider_is_left(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(3))
    night = town.grant(client, MEADOW)
    town.mount(town.order(client))
    town.link(client)
    for who, key in (("carin", "1"), ("mikael", "2")):
        town.does(who, "receive_key", client=client, key=key, signed="client")
        town.does(who, "open_door", client=client, serial="L1")
    town.days_pass(4)
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")
    town.does("mikael", "open_door", client=client, serial="L1")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    town.does(
        "anna", "end_decisions", endings=[{"reference": night, "valid_through": town.day(0), "reason": "x"}]
    )
    town.days_pass(1)
    assert town.owner("P6.order") == ("provider", MEADOW)


def test_case_3_an_order_a_link_and_a_key_for_each_lock(town: Town) -> None:
    client = town.client()
    gate = town.does("anna", "add_door", client=client, kind="gate", label="Grinden").answer["door"]
    town.grant(client)
    door = next(d for d in (town.door(client),) if d != gate)
    assert len(town.duties("P1.order")) == 1, "the gate waits for its owner's consent"
    assert town.owner("P1.consent") == ("administrator", None)
    refused = town.refused(
        "olle", "order_installation", "P1", client=client, locksmith=FIRM, reason="x", door=gate
    )
    assert (refused.code, refused.values) == ("owner.has_not_consented", {"door_kind": "gate"})
    town.consent(client, gate)
    assert not town.duties("P1.consent")
    assert len(town.duties("P1.order")) == 2
    refused = town.refused("olle", "order_installation", "P1", client=client, locksmith=FIRM, reason="x")
    assert (refused.code, refused.values) == ("door.not_said_which", {"count": 2})
    first, second = town.order(client, door=door), town.order(client, door=gate)
    town.mount(first, "L1")
    town.mount(second, "L2")
    assert len(town.duties("S2.link")) == 2
    town.link(client, "L1")
    town.refused("carin", "open_door", "S2", client=client, serial="L2")
    town.link(client, "L2")
    for serial in ("L1", "L2"):
        town.does("carin", "open_door", client=client, serial=serial)
    town.end(client)
    town.days_pass(1)
    assert len(town.duties("P6.order")) == 2
    town.does("olle", "order_removal", client=client, locksmith=FIRM, door=door)
    assert len(town.duties("P6.order")) == 1


def test_case_4_a_change_of_provider(town: Town) -> None:
    client = town.new_client(EAST)
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    order = town.order(client)
    values = {"former": EAST, "provider": MEADOW, "on": town.day(3), "reference": "F-new"}
    town.does("anna", "change_provider", client=client, **values)
    town.days_pass(3)
    town.refused(
        "carin",
        "register_visit",
        "NotFound",
        client=client,
        arrived=town.at(7),
        by="hand",
        reason="forgotten",
    )
    town.visit(client, "mikael")
    assert {
        (d.paragraph, d.ask)
        for d in town.duties("P")
        if d.organisation and d.organisation.orgnr == EAST and d.kind == "duty"
    } == {
        ("P5", "return_keys"),
        ("P7", "fetch"),
    }
    assert Order.objects.get(number=order).state == "placed", "the order goes on"
    town.does("mikael", "place_tag", client=client, tag="M1")
    town.does("olle", "take_tag", client=client, tag="E1")
    town.does("olle", "return_key", client=client, key="1", signed="client")
    town.mount(order)
    town.link(client)
    town.does("mikael", "take_tag", client=client, tag="M1")
    town.does("mikael", "open_door", client=client, serial="L1")
    assert not [
        d for d in town.duties("P") if d.organisation and d.organisation.orgnr == EAST and d.kind == "duty"
    ]


def test_case_5_care_ends_while_an_installation_is_open_and_the_order_is_cancelled(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    town.end(client)
    town.days_pass(1)
    assert town.owner("P6.cancel") == ("provider", EAST)
    assert town.the("P6.cancel").due == town.today
    town.refused("olle", "cancel_order", "BadValue reason", order=order, reason="därför")
    town.does("olle", "cancel_order", order=order, reason="care_ended")
    assert not town.duties("P6.cancel") and not town.duties("P6.order")
    assert town.owner("L1.cancelled") == ("locksmith", FIRM)
    town.refused("laban", "report_installation", "L1", order=order, serial="L1")
    town.refused("olle", "cancel_order", "L1", order=order, reason="care_ended")


def test_case_5_the_order_is_cancelled_by_the_one_who_had_the_client_last(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(1))
    town.grant(client, MEADOW, through=town.day(3))
    order = town.order(client, EAST)
    town.end(client, on=town.day(3))
    town.days_pass(4)
    assert town.owner("P6.cancel") == ("provider", MEADOW)
    town.refused("lars", "cancel_order", "NotFound", order=order, reason="care_ended")
    town.does("moa", "cancel_order", order=order, reason="care_ended")
    assert not town.duties("P6.cancel")


def test_case_5_another_behind_the_door_still_needs_the_order(town: Town) -> None:
    first, second = couple(town)
    town.order(first)
    town.end(first)
    town.days_pass(1)
    assert not town.duties("P6.cancel")
    assert second


def test_case_6_care_again_while_a_removal_is_ordered_and_it_is_stopped(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.grant(client)
    assert town.owner("P6.stop") == ("provider", EAST)
    assert town.the("P6.stop").due == town.today
    town.does("olle", "cancel_order", order=order, reason="care_again")
    assert not town.duties("P6.stop") and not town.duties("P6.order")
    town.does("carin", "open_door", client=client, serial="L1")


def test_case_6_the_stopped_removal_cannot_be_carried_out(town: Town) -> None:
    """Rule 1 holds at the locksmith's report too: the client has care again, whatever the order says."""
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.grant(client)
    town.does("olle", "cancel_order", order=order, reason="care_again")
    town.refused("laban", "report_removal", "L1", order=order, serial="L1")


def test_case_6_a_lock_that_has_been_taken_down_opens_nothing(town: Town) -> None:
    """Care again between the removal and S3: the link is there still, the lock is in the locksmith's stock."""
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    town.removed(client)
    town.grant(client)
    town.refused("carin", "open_door", "rule 2", client=client, serial="L1")


def test_case_7_the_alarm_ends_last_and_its_provider_orders_the_removal(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    town.end(client)
    town.days_pass(10)
    assert not town.duties("P6.order")
    town.end(client, "safety_alarm")
    town.days_pass(1)
    assert town.owner("P6.order") == ("provider", ALARM)
    town.does("lars", "order_removal", client=client, locksmith=FIRM)
    assert not town.duties("P6.order")


def gaps(town: Town, on_day: int = 0) -> list[str]:

    from troskel.reading import coverage

    with town.standing():
        gaps_found = coverage.gaps(town.actor("anna"), town.today + timedelta(days=on_day), 30)
    return [str(day) for gap in gaps_found for day in gap.days]


def test_case_8_a_decision_that_follows_the_day_after_leaves_no_gap(town: Town) -> None:
    client = town.locked()
    town.does(
        "anna",
        "end_allocations",
        endings=[{"reference": f"F{town.count}", "valid_through": town.day(6), "confirmed": False}],
    )
    assert len(gaps(town)) == 24
    town.grant(client, begins=town.day(7))
    assert gaps(town) == []
    town.days_pass(7)
    town.does("carin", "open_door", client=client, serial="L1")


def test_case_8_a_decision_that_follows_one_day_late_leaves_a_day_without_the_phone(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(6))
    town.grant(client, begins=town.day(8))
    assert gaps(town) == [town.day(7)]
    assert town.duties("A8.investigation")
    town.days_pass(7)
    town.refused(
        "carin",
        "register_visit",
        "NotFound",
        client=client,
        arrived=town.at(7),
        by="hand",
        reason="no_tag_yet",
    )
    town.days_pass(1, hour=14)
    town.visit(client)
    assert not town.duties("P6.order") and not town.duties("P7")


def test_case_8_an_unallocated_decision_is_the_same_gap(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(6))
    town.grant(client, to=None, begins=town.day(7))
    assert gaps(town)[0] == town.day(7)
    assert [d.ask for d in town.duties("A8")] == ["allocation"]


def test_case_9_the_first_visit_before_the_order(town: Town) -> None:
    client = town.new_client()
    town.inform(client)
    town.days_pass(0, hour=14)
    town.visit(client)
    assert town.the("P1.order").due == MONDAY
    town.days_pass(1)
    from troskel.reading import worklist

    with town.standing():
        states = {(row.paragraph, row.state) for row in worklist.duties_on(town.actor("anna"), town.today)}
    assert ("P1", "late") in states
    town.does("olle", "order_installation", client=client, locksmith=FIRM)
    assert town.the("P1.order", state="done").closed == MONDAY + timedelta(days=1)


def test_case_9_a_late_report_makes_the_order_late(town: Town) -> None:
    client = town.new_client()
    arrived = town.at(7)
    town.days_pass(3)
    town.does("carin", "register_visit", client=client, arrived=arrived, by="hand", reason="phone_failed")
    assert town.the("P1.order").due == MONDAY


def test_case_10_a_client_who_refuses_gets_no_order_and_keeps_the_tag(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("olle", "record_refusal", client=client, reason="does_not_want", text="Vill inte.")
    assert not town.duties("P1") and not town.duties("A3.understood")
    assert town.owner("A3.refused") == ("assessor", None)
    town.refused("olle", "order_installation", "A3", client=client, locksmith=FIRM, reason="ändå")
    town.does("carin", "register_visit", client=client, arrived=town.at(8), by="tag", tag="E1")
    town.inform(client)
    assert town.duties("P1.order"), "understood after all: the order is asked for again"
    town.does("olle", "order_installation", client=client, locksmith=FIRM)


def test_case_10_the_clients_words_are_not_in_the_journal_line(town: Town) -> None:
    from troskel.journal.models import Line

    client = town.new_client()
    town.does("anna", "record_refusal", client=client, reason="other", text="Hemligt skäl")
    line = Line.objects.order_by("-number").first()
    assert line is not None and line.event == "client.refused"
    assert "Hemligt" not in line.body
    assert "Hemligt" in line.detail.text


def test_case_11_nobody_at_home_and_it_is_booked_again(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    hours = {"starts": town.at(13), "ends": town.at(14), "presence": "carer"}
    town.does("laban", "book_order", order=order, **hours)
    town.refused("laban", "report_failure", "BadValue code", order=order, code="hunden bet mig")
    town.does("laban", "report_failure", order=order, code="nobody_home", text="Ringde på två gånger.")
    assert Order.objects.get(number=order).state == "placed"
    assert not town.duties("P4") and town.duties("L1.install")
    town.does("laban", "book_order", order=order, **hours)
    town.mount(order)
    outcomes = list(Order.objects.get(number=order).bookings.order_by("id").values_list("outcome", flat=True))
    assert len(outcomes) == 2 and outcomes[0] == "nobody_home"


def test_case_11_the_door_cannot_take_a_lock(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    town.does("laban", "report_failure", order=order, code="door_does_not_fit")
    town.does("olle", "cancel_order", order=order, reason="cannot_be_fitted")
    assert town.owner("P1.not_fitted") == ("assessor", None)
    assert not town.duties("P1.order"), "not asked for again"


def test_case_12_a_wrong_link_is_refused_and_its_history_is_kept(town: Town) -> None:
    first, second = couple(town)
    town.mount(town.order(first))
    town.link(first)
    town.link(second)
    town.end(first)
    town.days_pass(1)
    town.does("siri", "unlink_lock", client=first, serial="L1")
    (link,) = Link.objects.filter(client__reference=first)
    assert link.until is not None and link.since < link.until
    town.refused("siri", "link_lock", "rule 2", client=town.new_client(), serial="L1")


def test_case_12_a_wrong_link_is_corrected_and_both_are_kept(town: Town) -> None:
    client = town.client()
    door = town.door(client)
    gate = town.does("anna", "add_door", client=client, kind="gate", label="Grinden").answer["door"]
    town.consent(client, gate)
    town.grant(client)
    town.mount(town.order(client, door=door), "L1")
    town.mount(town.order(client, door=gate), "L2")
    town.link(client, "L2")
    town.days_pass(2)
    town.does("siri", "correct_link", client=client, wrong="L2", right="L1")
    wrong, right = Link.objects.filter(client__reference=client).order_by("since", "id")
    assert (wrong.lock.number, right.lock.number) == ("L2", "L1")
    assert wrong.until == right.since
    assert right.corrects == wrong
    town.does("carin", "open_door", client=client, serial="L1")
    town.refused("carin", "open_door", "S2", client=client, serial="L2")
    town.is_sound()


def test_case_13_the_record_shows_who_had_a_tag_and_when(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.days_pass(1)
    town.does("olle", "take_tag", client=client, tag="E1")
    chain = list(Holding.objects.filter(thing__number="E1").order_by("sequence"))
    assert [holding.kind for holding in chain] == ["organisation", "client", "organisation"]
    assert [holding.until for holding in chain[:-1]] == [holding.since for holding in chain[1:]]
    assert chain[1].taken_by_id == town.actor("carin").account
    assert chain[1].given_by_id == town.actor("olle").account


def test_case_14_a_protected_client_is_listed_by_case_number_only(town: Town) -> None:
    from troskel.reading.phone import phone_list

    client = town.new_client(protection="S")
    with town.standing():
        (listed_client,) = phone_list(town.actor("carin"))
    assert listed_client.protected and listed_client.person is None
    assert client


def test_case_15_a_client_dies(town: Town) -> None:
    client = town.locked()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")
    town.days_pass(1)
    assert town.names(client) == ["P5.return_keys", "P6.order", "P7.fetch"]
    town.removed(client)
    town.does("siri", "unlink_lock", client=client, serial="L1")
    town.does("olle", "take_tag", client=client, tag="E1")
    town.does("olle", "tell_tag_fetched", client=client, tag="E1")
    town.does("olle", "return_key", client=client, key="1", signed="client")
    assert town.names(client) == []


def test_case_15_a_death_that_was_a_mistake(town: Town) -> None:
    client = town.locked()
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    town.days_pass(1)
    assert town.duties("P6.order")
    town.does("anna", "take_back_death", client=client)
    assert town.refused("anna", "take_back_death", "P6", client=client).code == "client.not_dead"
    assert not town.duties("P6.order")
    town.does("carin", "open_door", client=client, serial="L1")


NEW = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn", "apartment": "1201"}


def test_case_15_a_client_moves_removal_at_one_door_installation_at_the_other(town: Town) -> None:
    client = town.locked()
    before = town.door(client)
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.inform(client)
    town.does("anna", "move_clients", moves=[{"client": client, "address": NEW, "on": town.day(0)}])
    assert {"P1.order", "P2.place_tag", "P5.collect_keys"} <= set(town.names(client))
    assert {"P5.return_keys", "P6.order"} <= set(town.names(client))
    town.refused("carin", "open_door", "S2", client=client, serial="L1")
    after = town.door(client)
    assert str(town.the("P1.order").door_id) == after
    assert str(town.the("P6.order").door_id) == before
    town.mount(town.order(client), "L2")
    town.link(client, "L2")
    town.does("carin", "open_door", client=client, serial="L2")


def test_case_15_after_a_move_the_old_door_is_left_empty(town: Town) -> None:
    client = town.locked()
    before = town.door(client)
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.does("anna", "move_clients", moves=[{"client": client, "address": NEW, "on": town.day(0)}])
    town.does("olle", "return_key", client=client, key="1", signed="client")
    assert not town.duties("P5.return_keys")
    ordered = town.does("olle", "order_removal", client=client, locksmith=FIRM, door=before)
    assert not town.duties("P6.order")
    town.does("laban", "report_removal", order=ordered.answer["order"], serial="L1")
    town.does("siri", "unlink_lock", client=client, serial="L1")
    assert not town.duties("S3.unlink")
    assert not Link.objects.filter(until=None).exists()
    town.is_sound()


def test_case_15_the_day_turns_where_one_has_died_and_another_has_moved_away(town: Town) -> None:
    """The home that wakes is not the one the other lives in now: both are needed, and nothing else wakes it."""
    first, second = couple(town)
    town.does("anna", "record_deaths", deaths=[{"client": first, "on": town.day(0)}])
    town.does("anna", "move_clients", moves=[{"client": second, "address": NEW, "on": town.day(0)}])
    town.days_pass(1)
    town.is_sound()


def test_case_15_one_of_a_couple_moves_and_the_lock_stays_for_the_other(town: Town) -> None:
    first, second = couple(town)
    town.mount(town.order(first))
    town.link(first)
    town.link(second)
    town.does("anna", "move_clients", moves=[{"client": first, "address": NEW, "on": town.day(0)}])
    assert not town.duties("P6.order")
    assert town.the("S3.unlink_one", first)
    town.does("siri", "unlink_lock", client=first, serial="L1")
    assert not town.duties("S3.unlink")
    town.does("carin", "open_door", client=second, serial="L1")
    town.is_sound()
