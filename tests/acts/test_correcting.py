# SPDX-License-Identifier: EUPL-1.2
"""Corrections: what was written down wrongly is put right, both stand in the journal, and duties follow (rule 10)."""

from __future__ import annotations

from typing import Any

from tests.acts.examples import ActExample
from tests.town import EAST, FIRM, OTHER_FIRM, Town
from troskel.custody.models import Holding
from troskel.journal.models import Line


def reported(town: Town) -> dict[str, Any]:
    order = town.order(town.new_client())
    town.does("laban", "report_installation", order=order, serial="L2")
    return {"order": order, "serial": "L3"}


def booked(town: Town) -> dict[str, Any]:
    order = town.order(town.new_client())
    town.does(
        "laban", "book_order", order=order, starts=town.at(10).isoformat(), ends=town.at(11).isoformat()
    )
    return {"order": order}


def told(town: Town) -> dict[str, Any]:
    client = town.new_client()
    town.does("anna", "inform_client", client=client, way="oral")
    return {"client": client, "what": "oral"}


EXAMPLES = {
    "correct_report": ActExample("laban", reported, "NotFound", {"order": "no such"}),
    "correct_booking": ActExample("laban", booked, "P4", again=True),
    "correct_information": ActExample("anna", told, "A1", again=True),
}


def place_of(serial: str) -> tuple[str, Any]:
    holding = Holding.objects.get(thing__kind="lock", thing__number=serial, until=None)
    return holding.kind, holding.holder


def names(town: Town, *asks: str) -> list[str]:
    return sorted(ask for ask in asks for _ in town.duties(ask))


# -- a locksmith's report


def test_rule_10_another_lock_than_reported(town: Town) -> None:
    values = reported(town)
    door = place_of("L2")
    town.does("laban", "correct_report", **values)
    assert place_of("L3") == door
    assert place_of("L2")[0] == "organisation"
    (duty,) = town.duties("S2.link")
    assert str(Holding.objects.get(thing__number="L3", until=None).thing_id) in duty.about
    assert Line.objects.filter(event__in=["installation.reported", "lock.corrected"]).count() == 2
    client = duty.client.reference
    town.refused("siri", "link_lock", "rule 2", client=client, serial="L2")
    town.does("siri", "link_lock", client=client, serial="L3")
    assert not town.duties("S2.link")
    town.is_sound()


def test_rule_2_two_locks_were_swapped(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    orders = [town.order(client) for client in (first, second)]
    for client, order, serial in zip((first, second), orders, ("L1", "L2"), strict=True):
        town.does("laban", "report_installation", order=order, serial=serial)
        town.does("siri", "link_lock", client=client, serial=serial)
    doors = [place_of("L1"), place_of("L2")]
    asked = town.refused("laban", "correct_report", "rule 2", order=orders[0], serial="L2")
    assert asked.confirmable
    town.does("laban", "correct_report", order=orders[0], serial="L2", done_though=["lock.not_in_stock"])
    assert [place_of("L2"), place_of("L1")] == doors
    assert names(town, "S2.link", "S3.unlink") == ["S2.link", "S2.link", "S3.unlink", "S3.unlink"]
    town.refused("carin", "open_door", "rule 2", client=first, serial="L1")
    town.does("siri", "correct_link", client=first, wrong="L1", right="L2")
    town.does("siri", "correct_link", client=second, wrong="L2", right="L1")
    assert names(town, "S2.link", "S3.unlink") == []
    town.does("carin", "open_door", client=first, serial="L2")
    town.is_sound()


def test_l1_what_was_reported_has_not_been_done(town: Town) -> None:
    values = reported(town)
    town.does("laban", "correct_report", order=values["order"])
    assert place_of("L2")[0] == "organisation"
    assert names(town, "L1.install", "S2.link") == ["L1.install"]
    town.does("laban", "report_installation", **values)
    assert names(town, "L1.install", "S2.link") == ["S2.link"]
    town.is_sound()


def test_l1_a_removal_that_has_not_been_done(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    door = place_of("L1")
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("laban", "report_removal", order=order, serial="L1")
    assert names(town, "S3.unlink") == ["S3.unlink"]
    town.does("laban", "correct_report", order=order)
    assert place_of("L1") == door
    assert names(town, "L1.remove", "S3.unlink") == ["L1.remove"]
    town.does("laban", "report_removal", order=order, serial="L1")
    assert names(town, "L1.remove", "S3.unlink") == ["S3.unlink"]
    town.is_sound()


def test_l1_a_report_is_corrected_before_what_followed_it(town: Town) -> None:
    client = town.locked()
    order = "W-2026-0001"
    repair = {"client": client, "locksmith": FIRM, "fault": "jammed"}
    mended = town.does("olle", "order_repair", **repair).answer["order"]
    town.does("laban", "report_repair", order=mended, serial="L1", replaced_by="L2")
    assert town.refused("laban", "correct_report", "L1", order=order, serial="L3").code == "report.overtaken"
    town.does("laban", "correct_report", order=mended, serial="L3")
    assert place_of("L3")[0] == "door"
    town.is_sound()


# -- reports of what was not in the books


def test_rule_10_a_lock_of_another_firms_stock(town: Town) -> None:
    order = town.order(town.new_client())
    town.does("siri", "register_things", kind="lock", numbers=["N1"], organisation=OTHER_FIRM)
    values = {"order": order, "serial": "N1"}
    assert town.refused("laban", "report_installation", "rule 2", **values).confirmable
    town.does("laban", "report_installation", **values, done_though=["lock.not_in_stock"])
    assert place_of("N1")[0] == "door"
    assert names(town, "S2.check_number", "S2.link") == ["S2.check_number", "S2.link"]
    town.is_sound()


def test_rule_10_a_lock_that_nobody_knows(town: Town) -> None:
    values = {"order": town.order(town.new_client()), "serial": "X99"}
    assert town.refused("laban", "report_installation", "NotFound", **values).confirmable
    town.refused("laban", "report_installation", "BadValue serial", **{**values, "serial": "X" * 51})
    town.does("laban", "report_installation", **values, done_though=["lock.not_found"])
    assert place_of("X99")[0] == "door"
    (duty,) = town.duties("S2.check_number")
    town.does("siri", "attest", duty=duty.id)
    assert not town.duties("S2.check_number")
    town.is_sound()


def test_rule_10_a_lock_that_hung_at_another_door_by_the_books(town: Town) -> None:
    town.locked()
    values = {"order": town.order(town.new_client()), "serial": "L1"}
    town.refused("laban", "report_installation", "rule 2", **values)
    asked = town.refused("laban", "report_installation", "S3", **values, done_though=["lock.not_in_stock"])
    assert asked.code == "lock.still_linked" and asked.confirmable
    town.does(
        "laban", "report_installation", **values, done_though=["lock.not_in_stock", "lock.still_linked"]
    )
    assert names(town, "S2.look", "S3.unlink") == ["S2.look", "S3.unlink"], (
        "nobody knows what hangs there now"
    )
    town.is_sound()


def test_rule_10_another_lock_came_down_than_the_books_had_there(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    assert town.refused("laban", "report_removal", "rule 2", order=order, serial="L2").confirmable
    town.does("laban", "report_removal", order=order, serial="L2", done_though=["lock.not_at_door"])
    assert place_of("L1") == ("lost", None), "nobody knows where the one in the books is"
    assert names(town, "S2.check_number", "S3.unlink") == ["S2.check_number", "S3.unlink"]
    town.does("siri", "unlink_lock", client=client, serial="L1")
    town.is_sound()


def test_rule_10_mounted_or_removed_though_the_order_was_cancelled(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    town.does("olle", "cancel_order", order=order, reason="mistake")
    values = {"order": order, "serial": "L1"}
    assert town.refused("laban", "report_installation", "L1", **values).confirmable
    town.does("laban", "report_installation", **values, done_though=["order.not_open"])
    assert names(town, "P1.order", "S2.link") == ["S2.link"]
    assert not town.refused("laban", "report_installation", "L1", **values).confirmable, "it is done once"
    town.is_sound()


# -- a booking, and what a client has been told


def test_p4_a_booking_by_mistake(town: Town) -> None:
    order = town.order(town.new_client())
    times = {"starts": town.at(10).isoformat(), "ends": town.at(11).isoformat()}
    town.does("laban", "book_order", order=order, **times, presence="carer")
    assert names(town, "P4.be_present") == ["P4.be_present"]
    town.does("laban", "correct_booking", order=order)
    assert names(town, "P4.be_present", "L1.install") == ["L1.install"]
    town.does("laban", "book_order", order=order, **times)
    town.is_sound()


def test_a1_a2_a3_written_down_on_the_wrong_client(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST)
    town.does("anna", "inform_client", client=client, way="oral")
    town.does("anna", "inform_client", client=client, way="written")
    town.does("anna", "tell_about_keys", client=client)
    town.does("anna", "confirm_understanding", client=client)
    asks = ("A1.inform", "A2.keys", "A3.understood")
    assert names(town, *asks) == []
    for what in ("oral", "keys", "understood"):
        town.does("anna", "correct_information", client=client, what=what)
    assert names(town, *asks) == list(asks)
    assert Line.objects.filter(event="client.informed").count() == 2, "what was written down stands"
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    town.does("anna", "correct_information", client=client, what="refused")
    assert names(town, "P1.order") == ["P1.order"]
    town.is_sound()


def test_a_repair_is_not_taken_back_once_the_lock_has_come_down(town: Town) -> None:
    """The lock does not hang there again because of a repair that was not made."""
    client = town.locked()
    mended = town.does("olle", "order_repair", client=client, locksmith=FIRM, fault="jammed").answer["order"]
    town.does("laban", "report_repair", order=mended, serial="L1")
    town.does("laban", "correct_report", order=mended)
    town.does("laban", "report_repair", order=mended, serial="L1")
    town.end(client)
    town.days_pass(1)
    town.removed(client)
    refusal = town.refused("laban", "correct_report", "L1", order=mended)
    assert refusal.code == "report.overtaken"
    town.days_pass(3)
    assert not town.duties("P6.order")
    town.is_sound()
