# SPDX-License-Identifier: EUPL-1.2
"""A lock is taken down at the client's own wish while care goes on, where nobody else needs it (rule 1, case 45)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.acts.examples import ActExample
from tests.town import ALARM, EAST, FIRM, MEADOW, Town
from troskel.orders.models import Order
from troskel.people.models import Client


def told_to_the_coordinator(town: Town) -> dict[str, str]:
    client = town.locked()
    town.does("olle", "record_refusal", client=client, reason="does_not_want")
    return {"client": client}


EXAMPLES = {"confirm_refusal": ActExample("anna", told_to_the_coordinator, "NotFound", {"client": "no such"})}


def test_45_the_assessor_writes_the_wish_and_the_lock_comes_down_though_care_goes_on(town: Town) -> None:
    client = town.locked()
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    assert town.owner("P6.unwanted", client) == ("provider", EAST)
    assert town.the("P6.unwanted").due == town.today.replace(day=4), "two working days after Monday 2 March"
    assert {"A3.way_in"} <= set(town.names(client))
    assert not town.duties("P6.order"), "nothing has ended"
    town.removed(client)
    assert town.owner("P2.place_tag", client) == ("provider", EAST)
    town.does("siri", "unlink_lock", client=client, serial="L1")
    assert not town.duties("P1.order"), "who does not want a lock gets none"
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("anna", "decide_way_in", client=client, way="client_opens")
    assert not {name for name in town.names(client) if name[:2] in ("P2", "P3", "P6", "A3")}
    town.is_sound()


def test_told_to_a_coordinator_it_waits_for_the_assessor(town: Town) -> None:
    client = told_to_the_coordinator(town)["client"]
    assert not town.duties("P6.unwanted")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    assert town.owner("A3.confirm", client) == ("assessor", None)
    town.does("anna", "confirm_refusal", client=client)
    assert not town.duties("A3.confirm")
    assert town.the("P6.unwanted", client)
    town.refused("anna", "confirm_refusal", "rule 6", client=client)


def test_who_has_not_understood_keeps_the_lock_until_the_assessor_has_talked(town: Town) -> None:
    client = town.locked()
    town.does("anna", "record_refusal", client=client, reason="does_not_understand")
    assert not town.duties("P6.unwanted")
    town.does("anna", "confirm_understanding", client=client)
    assert not town.duties("A3.confirm")
    town.refused("anna", "confirm_refusal", "A3", client=client)


def test_where_somebody_else_needs_it_the_lock_stays(town: Town) -> None:
    client, spouse = town.locked(address=1), town.new_client(MEADOW, address=1)
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    assert not town.duties("P6.unwanted")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    town.end(spouse)
    town.days_pass(1)
    assert town.duties("P6"), "nobody needs it any more"
    town.removed(client)
    town.is_sound()


def test_wanted_again_before_the_locksmith_comes_the_removal_is_stopped(town: Town) -> None:
    client = town.locked()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    ordered = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("anna", "confirm_understanding", client=client)
    assert town.the("P6.stop", client)
    town.refused("laban", "report_removal", "rule 1", order=ordered, serial="L1")
    town.does("olle", "cancel_order", order=ordered, reason="mistake")
    assert not town.duties("P6")
    town.is_sound()


def test_wanted_again_when_it_is_down_a_lock_is_asked_for_anew(town: Town) -> None:
    client = town.locked()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    town.removed(client)
    town.does("siri", "unlink_lock", client=client, serial="L1")
    town.does("anna", "confirm_understanding", client=client)
    assert town.the("P1.order", client)
    town.is_sound()


def test_a_cancelled_removal_is_asked_for_again_and_falls_with_the_care(town: Town) -> None:
    client = town.locked()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    ordered = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    assert not town.duties("P6.unwanted")
    town.does("olle", "cancel_order", order=ordered, reason="mistake")
    assert town.the("P6.unwanted", client)
    town.end(client)
    town.days_pass(1)
    assert town.names(client)
    assert [f"{d.paragraph}.{d.ask}" for d in town.duties("P6") if d.kind == "duty"] == ["P6.order"]


def test_the_database_knows_whose_wish_is_confirmed(town: Town) -> None:
    client = town.locked()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    town.does("olle", "order_removal", client=client, locksmith=FIRM)
    order = Order.objects.get(kind="removal")
    town.does("anna", "confirm_understanding", client=client)
    order.state, order.closed = "done", town.now
    with pytest.raises(IntegrityError, match="no_removal_done_while_care_is_left"), transaction.atomic():
        order.save()


def test_o1_who_is_asked_for_the_removal_orders_it_though_care_goes_on(town: Town) -> None:
    """As the last provider: the alarm goes on longer than the home care that was allocated first."""
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    town.does("anna", "end_care", client=client, service="home_care", on=town.day(30), reason="x")
    change = {"client": client, "home_municipality": "0998"}
    town.does("anna", "change_clients", changes=[change])
    assert town.owner("P6.not_ours", client) == ("provider", ALARM)
    town.refused("olle", "order_removal", "P6", client=client, locksmith=FIRM)
    town.does("lars", "order_removal", client=client, locksmith=FIRM)
    assert not town.duties("P6.not_ours")


def test_a_no_that_was_written_down_by_mistake_stops_the_removal(town: Town) -> None:
    client = town.locked()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    town.does("olle", "order_removal", client=client, locksmith=FIRM)
    town.does("anna", "correct_information", client=client, what="refused")
    assert town.owner("P6.stop", client) == ("provider", EAST)


def test_a_no_that_was_written_down_by_mistake_asks_for_consent_again(town: Town) -> None:
    client = town.client()
    gate = town.does("anna", "add_door", client=client, kind="gate").answer["door"]
    town.grant(client)
    assert str(town.the("P1.consent").door_id) == gate
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    assert not town.duties("P1.consent")
    town.does("anna", "correct_information", client=client, what="refused")
    assert str(town.the("P1.consent").door_id) == gate


def test_a_no_that_was_written_down_by_mistake_asks_for_the_repair_again(town: Town) -> None:
    client = town.locked()
    town.does("carin", "tell_fault", client=client, serial="L1", code="jammed")
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    assert not town.duties("P1.repair")
    town.does("anna", "correct_information", client=client, what="refused")
    assert town.owner("P1.repair", client) == ("provider", EAST)


@pytest.mark.parametrize("own", [True, False])
def test_who_wants_no_lock_and_moves_to_where_one_hangs_is_not_linked_to_it(town: Town, own: bool) -> None:
    """Whoever lived there has gone, the lock has not: it comes down, as one that hung where the client lived before."""
    former = town.locked()
    home = Client.objects.get(reference=former).home
    there = {"street": home.street, "postcode": home.postcode, "town": home.town, "apartment": home.apartment}
    elsewhere = {"street": "Ny 1", "postcode": "99910", "town": "Byn", "apartment": "1"}
    if not own:
        town.does("anna", "change_clients", changes=[{"client": former, "home_municipality": "0998"}])
    town.does("anna", "move_clients", moves=[{"client": former, "address": elsewhere, "on": town.day(0)}])
    client = town.new_client()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    town.does("anna", "decide_way_in", client=client, way="client_opens")
    town.does("anna", "move_clients", moves=[{"client": client, "address": there, "on": town.day(0)}])
    assert {name for name in town.names() if name.startswith("P6")} == {"P6.order" if own else "P6.unwanted"}
    assert not town.duties("S2.link", client)
    town.removed(client, serial="L1")
    town.does("siri", "unlink_lock", client=former, serial="L1")
    assert not {name for name in town.names() if name[:2] in ("P6", "S2")}
    town.is_sound()


def test_what_the_office_ordered_and_cancelled_is_asked_of_the_administrator_again(town: Town) -> None:
    """Nobody has the client now. The municipality is no provider: nobody there would be asked."""
    client = town.client()
    decision = town.grant(client)
    town.mount(town.order(client))
    town.link(client)
    ending = {"reference": decision.replace("B", "F"), "valid_through": town.day(0)}
    town.does("anna", "end_allocations", endings=[ending])
    town.days_pass(1)
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    assert town.owner("P6.unwanted", client) == ("administrator", None)
    order = town.does("siri", "order_removal", client=client, locksmith=FIRM).answer["order"]
    assert not town.duties("P6.unwanted")
    town.does("siri", "cancel_order", order=order, reason="cannot_be_fitted")
    assert town.owner("P6.unwanted", client) == ("administrator", None)
    town.is_sound()


def test_one_who_moves_in_after_their_own_care_changes_nothing_of_the_wish(town: Town) -> None:
    """Nothing was ever asked at this door for the sake of the one who moves in."""
    former, client = town.locked(serial="L2"), town.locked(address=7)
    town.end(former)
    town.days_pass(1)
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    there = {"street": "Ängsvägen 7", "postcode": "99910", "town": "Byn", "apartment": "1001"}
    town.does("anna", "move_clients", moves=[{"client": former, "address": there, "on": town.day(0)}])
    assert Client.objects.get(reference=former).home == Client.objects.get(reference=client).home
    assert [duty.client.reference for duty in town.duties("P6.unwanted")] == [client]
    town.is_sound()
