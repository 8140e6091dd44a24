# SPDX-License-Identifier: EUPL-1.2
"""What has been done can always be written down (design, rule 10): asked about once, then marked, then put right."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.town import EAST, FIRM, Town
from troskel.cli.output import system_actor
from troskel.duties.replay import discrepancies
from troskel.ground.refusals import BadValue
from troskel.journal.models import Line
from troskel.orders.models import Order
from troskel.reading import coverage
from troskel.runner.occurrence import FAR_BACK


def removal_with_care_again(town: Town) -> tuple[str, str]:
    """A removal is ordered; before it is reported the client has care again. Gives client and order."""
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.grant(client, EAST)
    return client, order


def marks_of(event: str) -> list[str]:
    line = Line.objects.filter(kind="acts", event=event).order_by("-number").first()
    assert line is not None
    return list(json.loads(line.body).get("though", []))


def test_rule_10_lock_taken_down_though_care_came_back(town: Town) -> None:
    client, order = removal_with_care_again(town)
    asked = town.refused("laban", "report_removal", "rule 1", order=order, serial="L1")
    assert (asked.code, asked.confirmable) == ("lock.needed", True)
    town.does("laban", "report_removal", order=order, serial="L1", done_though=["lock.needed"])
    assert marks_of("removal.reported") == ["lock.needed"]
    assert Order.objects.get(number=order).done_though == "lock.needed"
    assert town.duties("P1.order"), "another is to be ordered at once"
    assert town.duties("S3.unlink")
    town.refused("carin", "open_door", "rule 2", client=client, serial="L1")
    town.does("siri", "unlink_lock", client=client, serial="L1")
    town.does("olle", "order_installation", client=client, locksmith=FIRM, reason="nytt")
    assert not town.duties("P1.order")
    town.is_sound()
    assert discrepancies("0999") == []


def test_rule_10_only_what_was_asked_is_confirmed(town: Town) -> None:
    _, order = removal_with_care_again(town)
    other = {"order": order, "serial": "L1", "done_though": ["lock.not_found"]}
    assert town.refused("laban", "report_removal", "rule 1", **other).code == "lock.needed"


def test_rule_10_nothing_unusual_leaves_no_mark(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("laban", "report_removal", order=order, serial="L1", done_though=["lock.needed"])
    assert marks_of("removal.reported") == []


def test_rule_1_what_may_be_done_is_not_confirmed(town: Town) -> None:
    client = town.locked()
    assert not town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM).confirmable


# -- when it happened


def test_rule_10_it_has_not_happened_before_it_was_known(town: Town) -> None:
    client = town.new_client()
    early = town.now - timedelta(days=2)
    with pytest.raises(BadValue) as caught:
        town.tries("anna", "inform_client", {"client": client, "way": "oral"}, occurred=early)
    assert caught.value.code == "occurred.before_it_was_known"
    order = town.order(client)
    town.now += timedelta(hours=2)
    early = town.now - timedelta(hours=3)
    with pytest.raises(BadValue) as caught:
        town.tries("laban", "report_installation", {"order": order, "serial": "L1"}, occurred=early)
    assert caught.value.field == "occurred"
    town.tries(
        "laban",
        "report_installation",
        {"order": order, "serial": "L1"},
        occurred=town.now - timedelta(hours=1),
    )
    town.is_sound()


def test_rule_10_the_same_morning_may_be_before_the_client_was_registered(town: Town) -> None:
    client = town.new_client()
    town.tries(
        "anna", "inform_client", {"client": client, "way": "oral"}, occurred=town.now - timedelta(hours=1)
    )


def test_rule_10_far_back_only_with_a_reason_and_a_mark(town: Town) -> None:
    client = town.new_client()
    town.days_pass(40)
    at = town.now - FAR_BACK - timedelta(hours=2)
    values = {"client": client, "way": "oral"}
    with pytest.raises(BadValue) as caught:
        town.tries("anna", "inform_client", values, occurred=at)
    assert (caught.value.field, caught.value.code) == ("late_reason", "occurred.far_back")
    with pytest.raises(BadValue):
        town.tries("anna", "inform_client", values, occurred=at, late_reason="no such reason")
    town.tries("anna", "inform_client", values, occurred=at, late_reason="on_paper")
    assert marks_of("client.informed") == ["occurred.far_back"]
    town.tries("anna", "inform_client", values, occurred=town.now - FAR_BACK)
    assert marks_of("client.informed") == []


def test_rule_10_a_clock_that_is_a_little_fast_is_not_refused(town: Town) -> None:
    client = town.new_client()
    values = {"client": client, "way": "oral"}
    town.tries("anna", "inform_client", values, occurred=town.now + timedelta(minutes=4))
    assert Line.objects.filter(event="client.informed").get().occurred == town.now
    with pytest.raises(BadValue):
        town.tries("anna", "inform_client", values, occurred=town.now + timedelta(minutes=6))


# -- within a life


def test_rule_6_nothing_before_birth_or_after_death(town: Town) -> None:
    client = town.locked()
    town.refused("anna", "record_deaths", "BadValue on", deaths=[{"client": client, "on": town.day(1)}])
    town.refused("anna", "record_deaths", "BadValue on", deaths=[{"client": client, "on": "1899-01-01"}])
    move = {"client": client, "address": {"street": "Ny 1", "postcode": "99910", "town": "Byn"}}
    town.refused("anna", "move_clients", "BadValue on", moves=[{**move, "on": "1899-01-01"}])
    decision = {"client": client, "reference": "B99", "service": "safety_alarm"}
    long_ago = {"valid_from": "1901-01-01", "valid_through": "1901-02-01"}
    town.refused("anna", "make_decisions", "BadValue valid_from", decisions=[{**decision, **long_ago}])
    town.days_pass(3)
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(-1)}])
    town.refused("anna", "make_decisions", "rule 6", decisions=[{**decision, "valid_from": town.day(0)}])
    town.refused("anna", "inform_client", "rule 6", client=client, way="oral")
    town.refused("anna", "record_refusal", "rule 6", client=client, reason="other")
    town.refused("anna", "move_clients", "rule 6", moves=[{**move, "on": town.day(0)}])
    late = {"valid_from": town.day(-2), "valid_through": town.day(-1)}
    town.does("anna", "make_decisions", decisions=[{**decision, **late}])
    town.is_sound()


def test_a8_what_has_begun_is_ended_and_not_withdrawn(town: Town) -> None:
    client = town.client()
    reference = town.grant(client, EAST)
    allocation = reference.replace("B", "F")
    assert town.refused("anna", "withdraw_decisions", "A8", references=[reference]).code == "period.has_begun"
    town.refused("anna", "withdraw_allocations", "A6", references=[allocation])
    ending = {"reference": reference, "valid_through": town.day(-1)}
    town.does("anna", "end_decisions", endings=[ending])
    assert not phone(town), "an ending before the beginning makes no covered day"
    town.is_sound()


def test_a7_care_ended_before_it_began_covers_no_day(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST)
    town.days_pass(5)
    town.does("anna", "end_care", client=client, service="home_care", on=town.day(-6), reason="x")
    assert not phone(town)
    assert discrepancies("0999") == []
    town.is_sound()


def phone(town: Town) -> dict[str, int]:
    """How many clients each organisation's phones have today; those that have none are left out."""
    with town.standing():
        counts = coverage.phone_clients(system_actor(), town.today)
    return {orgnr: count for orgnr, count in counts.items() if count}


# -- what was known then, and what is known now


def phones(town: Town, day: int, known: str = "then") -> dict[str, int]:
    with town.standing():
        on = town.today + timedelta(days=day)
        return coverage.phone_clients(system_actor(), on, coverage.Known(known))


def test_rule_12_an_allocation_dated_back_opened_no_phone(town: Town) -> None:
    client = town.client()
    reference = town.grant(client, to=None)
    town.days_pass(3)
    allocation = {"decision": reference, "reference": "F-late", "organisation": EAST}
    town.does("anna", "allocate", allocations=[{**allocation, "valid_from": town.day(-3)}])
    town.days_pass(1)
    assert [phones(town, day) for day in (-4, -3, -2, -1, 0)] == [{}, {}, {}, {EAST: 1}, {EAST: 1}]
    assert [phones(town, day, "now") for day in (-4, -1)] == [{EAST: 1}, {EAST: 1}]


def test_rule_12_a_decision_shortened_later_opened_the_phone(town: Town) -> None:
    client = town.client()
    reference = town.grant(client, EAST)
    town.days_pass(10)
    period = {"reference": reference, "valid_from": town.day(-10), "valid_through": town.day(-6)}
    town.does("anna", "change_decisions", periods=[period])
    town.days_pass(1)
    assert [phones(town, day) for day in (-11, -2, -1)] == [{EAST: 1}, {EAST: 1}, {EAST: 1}], (
        "until it was known"
    )
    assert [phones(town, day, "now") for day in (-11, -2, -1)] == [{EAST: 1}, {}, {}]
    visit = {"client": client, "arrived": (town.now - timedelta(days=2)).isoformat(), "by": "hand"}
    town.does("olle", "register_visit", **visit, reason="forgotten")
    assert marks_of("visit.registered") == [], "it was made in good faith"
    visit["arrived"] = (town.now - timedelta(days=12)).isoformat()
    asked = town.refused("olle", "register_visit", "rule 4", **visit, reason="forgotten")
    assert asked.confirmable
    town.does("olle", "register_visit", **visit, reason="forgotten", done_though=["visit.not_allocated"])
    assert marks_of("visit.registered") == ["visit.not_allocated"]
    assert town.duties("A8.visited_anyway")
    town.is_sound()


def test_rule_12_nobody_knew_of_a_client_who_was_entered_later(town: Town) -> None:
    town.days_pass(5)
    town.grant(town.client(), EAST, begins=town.day(-3))
    town.days_pass(1)
    assert phones(town, -3) == {EAST: 1}, "only what is known now can be told"


def test_o1_case_1_a_lock_that_the_other_at_home_needs_is_mounted_for_them(town: Town) -> None:
    """Nothing is unusual about it: the order was made in the name of one, who has become another municipality's."""
    ordered_for = town.new_client(address=1)
    needs_it = town.new_client(address=1)
    order = town.order(ordered_for)
    change = {"client": ordered_for, "home_municipality": "0998"}
    town.does("anna", "change_clients", changes=[change])
    assert town.the("L1.install").client.reference == needs_it
    reported = town.mount(order)
    assert not town.duties("P6.")
    (letter,) = town.duties("S1.letter")
    assert letter.client.reference == needs_it
    town.does("siri", "send_letter", order=order)
    assert not town.duties("S1.letter")
    assert "though" not in Line.objects.get(event="installation.reported").body
    assert reported
