# SPDX-License-Identifier: EUPL-1.2
"""What a closed organisation leaves is done by somebody who can; what was done for good is not asked for again."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from tests.town import ALARM, CODE, EAST, ELSEWHERE, FIRM, MEADOW, Town
from troskel.care.models import Allocation
from troskel.duties.models import Duty
from troskel.journal.models import Line
from troskel.offers.duty_actions import suggestions
from troskel.people.models import Organisation

MARCH, APRIL_1 = "2026-03", "2026-04-01"
THIRD = "5560009960"
NEW = {"street": "Nygatan 1", "postcode": "99910", "town": "Byn", "apartment": "1001"}


def closes(town: Town, on: str) -> None:
    """East goes bankrupt; Meadow takes over."""
    values = {"organisation": EAST, "successor": MEADOW, "on": on}
    town.does("siri", "succeed_organisation", **values, reference="N", reason="bankruptcy")


def asked_of(town: Town, orgnr: str) -> list[str]:
    rows = Duty.objects.filter(state="open", kind="duty", organisation__orgnr=orgnr)
    return sorted(f"{row.paragraph}.{row.ask}" for row in rows)


def offered(town: Town, who: str, duty: Duty) -> list[str]:
    with town.standing():
        return [one.act for one in suggestions(town.actor(who), [duty.id])[duty.id]]


def test_rule_9_o3_a_closed_providers_form_is_attested_as_settled_by_the_administrator(town: Town) -> None:
    client = town.new_client(home_municipality=ELSEWHERE)
    town.until(APRIL_1)
    town.does("olle", "bill_month", month=MARCH)
    closes(town, town.day(2))
    assert town.owner("O3.send", client) == ("provider", EAST)
    town.days_pass(2)
    left = town.the("O3.send", client)
    assert (left.role, left.organisation) == ("administrator", None)
    assert json.loads(left.about)["left_by"]
    assert offered(town, "siri", left) == ["attest"]
    town.does("siri", "attest", duty=str(left.id))
    assert not town.duties("O3.send", client)
    town.is_sound()


def test_rule_9_o2_a_month_left_by_a_closed_provider_is_settled_by_nobody_elses_row(town: Town) -> None:
    """Two providers had the client in March. One of them closes before its month is billed."""
    client = town.new_client(home_municipality=ELSEWHERE)
    town.grant(client, MEADOW)
    town.until(APRIL_1)
    closes(town, town.day(1))
    town.days_pass(2)
    assert asked_of(town, MEADOW) == ["O2.bill"]
    (left,) = [duty for duty in town.duties("O2.bill", client) if duty.role == "administrator"]
    assert offered(town, "siri", left) == ["attest"]
    town.does("moa", "bill_month", month=MARCH)
    assert town.the("O2.bill", client).id == left.id, "Meadow's row is not East's"
    (form,) = town.does("moa", "make_basis_forms", month=MARCH).answer["forms"]
    for act in ("sign_basis_form", "send_basis_form"):
        town.does("moa", act, form=form)
    town.days_pass(1)
    town.does("siri", "attest", duty=str(left.id))
    assert not town.duties("O2.bill", client)
    town.is_sound()


def test_rule_9_o2_each_of_two_closed_providers_leaves_a_month(town: Town) -> None:
    third = {"orgnr": THIRD, "name": "Norra Hemtjänsten", "email": "n@norra.example", "kind": "home_care"}
    town.does("siri", "register_organisations", organisations=[third])
    client = town.new_client(home_municipality=ELSEWHERE)
    town.grant(client, MEADOW)
    closes(town, town.day(5))
    after = {"organisation": MEADOW, "successor": THIRD, "on": town.day(6)}
    town.does("siri", "succeed_organisation", **after, reference="NN", reason="bankruptcy")
    town.until(APRIL_1)
    left = [duty for duty in town.duties("O2.bill", client) if duty.role == "administrator"]
    assert len({json.loads(duty.about)["left_by"] for duty in left}) == 2
    for duty in left:
        town.does("siri", "attest", duty=str(duty.id))
    assert asked_of(town, THIRD) == ["O2.bill"], "it has had the client since"
    town.is_sound()


def test_p6_what_was_left_is_attested_by_nobody_who_can_order_it(town: Town) -> None:
    """The provider closes while a removal is asked of it, and is opened again: then it is its own to order."""
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    closes(town, town.day(0))
    assert town.owner("P6.order", client) == ("administrator", None)
    assert offered(town, "siri", town.the("P6.order", client)) == ["order_removal", "attest"]
    town.does("siri", "reopen_organisation", organisation=EAST)
    town.does("siri", "reopen_account", username="olle")
    town.days_pass(1)
    assert town.owner("P6.order", client) == ("provider", EAST)
    assert offered(town, "olle", town.the("P6.order", client)) == ["order_removal"]
    town.is_sound()


def test_o3_a_month_billed_again_after_it_was_sent_asks_for_no_form(town: Town) -> None:
    client = town.new_client(home_municipality=ELSEWHERE)
    town.until(APRIL_1)
    billed = town.does("olle", "bill_month", month=MARCH).answer
    (form,) = town.does("olle", "make_basis_forms", month=MARCH).answer["forms"]
    for act in ("sign_basis_form", "send_basis_form"):
        town.does("olle", act, form=form)
    lines = Line.objects.filter(event="month.billed").count()
    assert town.does("olle", "bill_month", month=MARCH).answer == billed
    assert Line.objects.filter(event="month.billed").count() == lines
    assert not town.duties("O3.send", client)


@pytest.mark.parametrize("is_planned", [True, False])
def test_rule_9_a_home_that_a_client_moves_to_knows_who_has_closed(town: Town, is_planned: bool) -> None:
    client = town.new_client()
    closes(town, town.day(5))
    if is_planned:
        town.does("anna", "plan_move", client=client, address=NEW, on=town.day(2))
    else:
        move = {"client": client, "address": NEW, "on": town.day(0)}
        town.does("anna", "move_clients", moves=[move])
    assert asked_of(town, EAST) == []
    assert "P1.order" in asked_of(town, MEADOW)
    town.days_pass(6)
    assert asked_of(town, EAST) == []
    town.is_sound()


def test_rule_9_a_home_that_a_client_is_to_move_to_hears_of_a_closing_and_of_its_undoing(town: Town) -> None:
    client = town.new_client()
    town.does("anna", "plan_move", client=client, address=NEW, on=town.day(9))
    closes(town, town.day(5))
    assert asked_of(town, EAST) == []
    assert asked_of(town, MEADOW).count("P1.order") == 2, "at either door"
    town.does("siri", "reopen_organisation", organisation=EAST)
    town.does("siri", "reopen_account", username="olle")
    change = {"client": client, "former": MEADOW, "provider": EAST, "on": town.day(5), "reference": "Y"}
    town.does("anna", "change_provider", **change)
    town.days_pass(5)
    assert asked_of(town, EAST).count("P1.order") == 2
    town.is_sound()


def test_a8_who_comes_back_to_life_after_a_closing_has_no_provider(town: Town) -> None:
    client = town.new_client()
    death = {"client": client, "on": town.day(0)}
    town.does("anna", "record_deaths", deaths=[death])
    town.days_pass(2)
    closes(town, town.day(1))
    town.days_pass(3)
    town.does("anna", "record_deaths", deaths=[death | {"on": None}])
    assert asked_of(town, EAST) == []
    assert "A8.allocation" in town.names(client)
    assert not town.duties("P1.order", client), "nobody has the client; who gets the client orders"
    again = {"decision": f"B{town.count}", "reference": "FX", "organisation": MEADOW}
    period = {"valid_from": town.day(0), "valid_through": None}
    town.does("anna", "allocate", allocations=[again | period])
    assert town.owner("P1.order", client) == ("provider", MEADOW)
    town.is_sound()


def test_a8_a_decision_that_goes_on_after_all_is_not_the_closed_providers(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, EAST)
    end = {"reference": decision, "valid_through": town.day(0), "reason": "x", "confirmed": True}
    town.does("anna", "end_decisions", endings=[end])
    town.days_pass(1)
    closes(town, town.day(0))
    again = {"reference": decision, "valid_from": "2026-03-02", "valid_through": None}
    town.does("anna", "change_decisions", periods=[again])
    assert asked_of(town, EAST) == []
    assert "A8.allocation" in town.names(client)
    allocation = {"reference": f"F{decision[1:]}", "valid_from": "2026-03-02", "valid_through": town.day(9)}
    town.refused("anna", "change_allocations", "A4", periods=[allocation])
    earlier = allocation | {"valid_through": "2026-03-02"}
    town.does("anna", "change_allocations", periods=[earlier])
    town.is_sound()


def test_the_database_keeps_no_allocation_past_a_closing(town: Town) -> None:
    town.new_client()
    row = Allocation.objects.get()
    Organisation.objects.filter(orgnr=EAST).update(closed=town.day(1))
    row.reason = "x"
    with pytest.raises(IntegrityError, match="no_allocation_goes_on"), transaction.atomic():
        row.save()
    row.valid_through = town.today
    row.save()


def test_rule_9_who_is_asked_to_stop_a_removal_can_stop_it(town: Town) -> None:
    """The alarm was to come later, and the client dies before: the alarm organisation is still asked, that day."""
    client = town.locked()
    death = {"client": client, "on": town.day(0)}
    town.does("anna", "record_deaths", deaths=[death])
    town.days_pass(1)
    closes(town, town.day(0))
    order = town.does("siri", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("anna", "record_deaths", deaths=[death | {"on": None}])
    town.grant(client, ALARM, "safety_alarm", town.day(5))
    assert town.owner("P6.stop", client) == ("provider", ALARM)
    town.does("anna", "record_deaths", deaths=[death | {"on": town.day(0)}])
    assert town.owner("P6.stop", client) == ("provider", ALARM)
    town.does("lars", "cancel_order", order=order, reason="care_again")
    town.is_sound()


def test_p6_the_lock_of_who_has_moved_is_ordered_down_by_who_was_last_there(town: Town) -> None:
    """The client became another municipality's, moved, and is our own again, with another provider."""
    client = town.locked()
    decision = f"B{town.count}"
    elsewhere = {"client": client, "home_municipality": ELSEWHERE}
    town.does("anna", "change_clients", changes=[elsewhere])
    door = town.the("P6.not_ours", client).door_id
    town.does("anna", "move_clients", moves=[{"client": client, "address": NEW, "on": town.day(0)}])
    town.does("anna", "change_clients", changes=[elsewhere | {"home_municipality": CODE}])
    town.days_pass(1)
    end = {"reference": f"F{decision[1:]}", "valid_through": town.day(-1), "reason": "x", "confirmed": True}
    town.does("anna", "end_allocations", endings=[end])
    given = {"decision": decision, "reference": "FX", "organisation": MEADOW}
    period = {"valid_from": town.day(0), "valid_through": None}
    town.does("anna", "allocate", allocations=[given | period])
    (asked,) = [duty for duty in town.duties("P6", client) if duty.door_id == door]
    assert asked.organisation is not None
    assert asked.organisation.orgnr == EAST
    town.does("olle", "order_removal", client=client, door=str(door), locksmith=FIRM)
    town.is_sound()


def test_p5_a_key_found_at_a_provider_after_the_client_has_moved_is_given_back(town: Town) -> None:
    """It was written down as returned. Nobody lives behind the door any more."""
    client = town.new_client()
    town.does("carin", "receive_key", client=client, key="KEY1", signed="client")
    town.does("carin", "return_key", key="KEY1", client=client, signed="client")
    town.does("anna", "move_clients", moves=[{"client": client, "address": NEW, "on": town.day(0)}])
    town.does("siri", "correct_holder", kind="key", number="KEY1", organisation=EAST)
    assert town.owner("P5.return_keys", client) == ("provider", EAST)
    closes(town, town.day(0))
    assert town.owner("P5.return_keys", client) == ("provider", MEADOW)
    town.does("moa", "return_key", key="KEY1", client=client, signed="client")
    assert not town.duties("P5.return_keys", client)
    town.is_sound()


def test_rule_9_p7_a_tag_that_a_stranger_has_by_mistake_is_taken_over(town: Town) -> None:
    """East never had this client: the tag was written on the wrong person (rough seed 54)."""
    ours, stranger = town.new_client(), town.new_client(MEADOW)
    town.does("olle", "place_tag", client=ours, tag="E1")
    town.does("siri", "correct_holder", kind="tag", number="E1", client=stranger)
    assert town.owner("P7.fetch", stranger) == ("provider", EAST)
    closes(town, town.day(0))
    assert asked_of(town, EAST) == []
    assert not town.duties("P7.fetch", stranger), "the tag is Meadow's now, and so is the client"
    town.is_sound()
