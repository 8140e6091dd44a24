# SPDX-License-Identifier: EUPL-1.2
"""Faulty locks: faults reported, repairs ordered, locks repaired or replaced; stored parts; presence."""

from __future__ import annotations

from tests.town import EAST, FIRM, Town
from troskel.custody.models import Link
from troskel.orders.models import Order


def repair_order(town: Town, client: str, **values: str) -> str:
    values = {"locksmith": FIRM, "fault": "jammed"} | values
    return str(town.does("olle", "order_repair", client=client, **values).answer["order"])


def test_l1_a_lock_is_repaired(town: Town) -> None:
    client = town.locked()
    town.refused("olle", "order_repair", "BadValue fault", client=client, locksmith=FIRM, fault="ugly")
    order = repair_order(town, client, text="Kärvar när det är kallt.")
    assert town.owner("L1.repair") == ("locksmith", FIRM)
    town.refused("laban", "report_installation", "L1", order=order, serial="L2")
    town.refused("laban", "report_repair", "rule 2", order=order, serial="L2")
    town.does("laban", "report_repair", order=order, serial="L1")
    assert not town.duties("L1.repair")
    assert town.owner("L1.mended") == ("provider", EAST)
    town.does("carin", "open_door", client=client, serial="L1")
    town.is_sound()


def test_l1_a_lock_is_replaced_and_the_links_follow_the_door(town: Town) -> None:
    first, second = town.locked(address=77), town.new_client(address=77)
    town.link(second)
    town.end(second)
    town.days_pass(1)
    order = repair_order(town, first)
    town.does("laban", "report_repair", order=order, serial="L1", replaced_by="L2")
    town.does("carin", "open_door", client=first, serial="L2")
    town.refused("carin", "open_door", "S2", client=first, serial="L1")
    open_links = list(Link.objects.filter(until=None).values_list("client__reference", "lock__number"))
    assert open_links == [(first, "L2")], (
        "who no longer belongs behind the door is not linked to the new lock"
    )
    assert not town.duties("S2") and not town.duties("S3")
    town.mount(town.order(town.new_client()), "L1")
    town.is_sound()


def test_rule_10_the_new_lock_was_not_in_stock(town: Town) -> None:
    client = town.locked()
    order = repair_order(town, client)
    done = {"order": order, "serial": "L1", "replaced_by": "L99"}
    assert town.refused("laban", "report_repair", "NotFound", **done).confirmable
    town.does("laban", "report_repair", **done, done_though=["lock.not_found"])
    town.does("carin", "open_door", client=client, serial="L99")
    assert Order.objects.get(number=order).done_though == "lock.not_found"
    town.is_sound()


def test_rule_10_the_repair_had_been_cancelled(town: Town) -> None:
    client = town.locked()
    order = repair_order(town, client)
    town.does("olle", "cancel_order", order=order, reason="mistake")
    assert town.refused("laban", "report_repair", "L1", order=order, serial="L1").confirmable
    town.does("laban", "report_repair", order=order, serial="L1", done_though=["order.not_open"])
    assert Order.objects.get(number=order).state == "done" and not town.duties("L1.repair")
    town.is_sound()


def test_l1_a_removal_cancels_the_repair(town: Town) -> None:
    """What is taken down is not mended: the removal cancels the repair, and the locksmith hears of it."""
    client = town.locked()
    repair = repair_order(town, client)
    town.refused("olle", "order_repair", "P1", client=client, locksmith=FIRM, fault="jammed")
    town.end(client)
    town.days_pass(1)
    town.does("olle", "order_removal", client=client, locksmith=FIRM)
    assert Order.objects.get(number=repair).state == "cancelled"
    assert town.owner("L1.cancelled") == ("locksmith", FIRM)
    assert not town.duties("L1.repair") and town.duties("L1.remove")
    town.is_sound()


def test_p1_no_repair_without_a_lock(town: Town) -> None:
    town.refused("olle", "order_repair", "P6", client=town.new_client(), locksmith=FIRM, fault="jammed")


def test_p4_the_booking_takes_presence_from_the_order(town: Town) -> None:
    order = town.order(town.new_client(), presence="carer")
    hours = {"starts": town.at(13), "ends": town.at(14)}
    town.does("laban", "book_order", order=order, **hours)
    assert town.owner("P4.be_present") == ("provider", EAST)
    town.does("laban", "book_order", order=order, **hours, presence="none")
    assert not town.duties("P4.be_present")


def test_l1_the_doors_own_parts_are_stored_and_put_back(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    town.does("laban", "report_installation", order=order, serial="L1", parts="client")
    assert Order.objects.get(number=order).parts == "client"
    town.link(client)
    town.end(client)
    town.days_pass(1)
    removal = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("laban", "report_removal", order=removal, serial="L1", parts="missing")
    assert Order.objects.get(number=removal).parts == "missing"
