# SPDX-License-Identifier: EUPL-1.2
"""Whoever has left opens no door, and what they had is asked about; an organisation closes, or another takes over."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.acts.examples import ActExample
from tests.town import EAST, FIRM, MEADOW, OFFICE, OTHER_FIRM, Town
from troskel.care.models import Allocation
from troskel.custody.models import Holding
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.orders.models import Order
from troskel.people import queries as people
from troskel.people.models import Account, Organisation
from troskel.reading import worklist


def closed_carin(town: Town) -> dict[str, str]:
    town.does("siri", "close_account", username="carin")
    return {"username": "carin"}


def closed_firm(town: Town) -> dict[str, str]:
    town.does("siri", "close_organisation", organisation=OTHER_FIRM)
    return {"organisation": OTHER_FIRM}


def bankrupt(town: Town) -> dict[str, str]:
    town.new_client()
    return succession()


def succession(**more: str) -> dict[str, str]:
    values = {"organisation": EAST, "successor": MEADOW, "on": "2026-03-03"}
    return {**values, "reference": "N", "reason": "bankruptcy", **more}


EXAMPLES = {
    "change_account": ActExample(
        "siri", lambda town: {"username": "carin", "role": "coordinator"}, "NotFound", {"username": "nobody"}
    ),
    "close_account": ActExample("siri", lambda town: {"username": "carin"}, "D", {"username": "siri"}),
    "reopen_account": ActExample("siri", closed_carin, "rule 6", {"username": "olle"}),
    "close_organisation": ActExample(
        "siri", lambda town: {"organisation": OTHER_FIRM}, "A4", {"organisation": OFFICE}
    ),
    "reopen_organisation": ActExample("siri", closed_firm, "rule 6", {"organisation": EAST}),
    "succeed_organisation": ActExample("siri", bankrupt, "BadValue successor", {"successor": EAST}),
}


# -- an account


def may_open(town: Town, who: str, client: str) -> bool:
    """Would the lock open? (Tried, and rolled back.)"""
    try:
        town.tries(who, "open_door", {"client": client, "serial": "L1"}, preview=True)
    except Exception:
        return False
    return True


def signs_in(town: Town, who: str) -> bool:
    with town.standing():
        return people.actor_of_username(f"0999/{who}") is not None


def test_a_carer_who_left_opens_no_door_and_has_nothing_on_the_phone(town: Town) -> None:
    client = town.locked()
    secret = town.does("carin", "issue_token", label="phone").answer["token"]
    assert may_open(town, "carin", client)
    town.does("olle", "close_account", username="carin")
    assert not signs_in(town, "carin")
    with town.standing():
        assert people.actor_of_token(people.digest_of(secret), clock.now()) is None
        assert people.person(Account.objects.get(username="0999/carin").id) is None
    assert not may_open(town, "carin", client), "the session that was open before is of no use either"
    town.refused("siri", "close_account", "rule 6", username="carin")


def test_what_the_person_had_is_asked_of_the_coordinator_once(town: Town) -> None:
    client = town.new_client(protection="S")
    town.does("siri", "entrust_client", client=client, username="carin")
    town.does("carin", "receive_key", client=client, key="K-1", signed="client")
    town.does("siri", "close_account", username="carin")
    duty = town.the("P5.left")
    assert (duty.role, duty.organisation.orgnr if duty.organisation else None) == ("provider", EAST)
    assert duty.client is None, "no client is named to somebody who may not know"
    with town.standing():
        asked = worklist.worklist(town.actor("olle"))
        shown = worklist.told_of(town.actor("olle"), asked).items[duty.id].duty
    assert shown.text.startswith("Carin har slutat.") and shown.text_en.startswith("Carin has left.")
    assert not signs_in(town, "carin")
    town.refused("moa", "attest", "NotFound", duty=duty.id)
    town.does("olle", "attest", duty=duty.id)
    assert town.duties("P5.left") == []
    town.is_sound()


def test_who_had_nothing_leaves_no_question(town: Town) -> None:
    town.does("siri", "close_account", username="carin")
    assert town.duties("P5.left") == []


def test_where_nobody_is_left_the_administrator_is_asked(town: Town) -> None:
    town.does("olle", "name_deputy", deputy="olle", role="provider", valid_from=town.day(0))
    town.does("siri", "close_account", username="olle")
    assert town.owner("P5.left") == ("administrator", None)
    town.does("siri", "attest", duty=town.the("P5.left").id)


def test_duties_taken_and_deputies_do_not_stay_with_a_closed_account(town: Town) -> None:
    client = town.new_client()
    duty = town.the("P1.order", client)
    town.does("olle", "take_duty", duty=duty.id)
    town.does("olle", "name_deputy", deputy="olle", role="provider", valid_from=town.day(0))
    town.does("siri", "close_account", username="olle")
    assert Duty.objects.get(id=duty.id).person is None
    assert not Duty.objects.filter(person__closed__isnull=False, state="open").exists()
    town.is_sound()


def test_a_closed_account_is_named_for_nothing(town: Town) -> None:
    client = town.new_client(protection="S")
    duty = town.the("P1.order", client)
    town.does("siri", "close_account", username="carin")
    town.refused("siri", "entrust_client", "NotFound", client=client, username="carin")
    town.refused("olle", "name_deputy", "NotFound", deputy="carin", role="provider", valid_from=town.day(0))
    town.refused("olle", "assign_duty", "NotFound", duty=duty.id, to="carin")
    town.refused("siri", "issue_token", "NotFound", username="carin", label="x")


def test_undone_the_person_is_back_and_the_question_falls(town: Town) -> None:
    client = town.locked()
    town.does("carin", "receive_key", client=client, key="K-1", signed="client")
    town.does("siri", "close_account", username="carin")
    town.does("siri", "reopen_account", username="carin")
    assert may_open(town, "carin", client)
    assert town.duties("P5.left") == []
    town.does("siri", "close_account", username="carin")
    assert len(town.duties("P5.left")) == 1, "what happens again is asked again"
    town.is_sound()


def test_a_coordinator_closes_colleagues_only_and_nobody_closes_the_last_administrator(town: Town) -> None:
    town.refused("olle", "close_account", "NotFound", username="mikael")
    town.refused("olle", "close_account", "D", username="olle")
    town.does(
        "siri", "register_account", username="sara", name="S", role="administrator", organisation=OFFICE
    )
    town.does("sara", "close_account", username="siri")
    town.refused("demo", "close_account", "rule 9", username="sara")
    town.refused("demo", "change_account", "rule 9", username="sara", role="assessor")


def test_a_changed_role_is_one_that_the_organisation_has(town: Town) -> None:
    town.refused("siri", "change_account", "BadValue role", username="carin", role="assessor")
    town.does("siri", "change_account", username="carin", name="Carin Ny", role="coordinator")
    row = Account.objects.get(username="0999/carin")
    assert (row.name, row.role, row.sort_key[:5].lower()) == (
        "Carin Ny",
        "coordinator",
        row.sort_key[:5].lower(),
    )


# -- an organisation


def test_a_closed_organisation_gets_no_client_order_thing_or_account(town: Town) -> None:
    tags = [f"M{n}" for n in range(1, 9)]
    town.does("moa", "offer_things", kind="tag", numbers=tags, to=EAST)
    town.does("olle", "accept_things", kind="tag", numbers=tags)
    client = town.new_client()
    town.does("siri", "close_organisation", organisation=MEADOW)
    assert not signs_in(town, "moa")
    assert not signs_in(town, "mikael")
    decision = town.grant(client, None)
    given = {"decision": decision, "reference": "X", "organisation": MEADOW, "valid_from": town.day(0)}
    town.refused("anna", "allocate", "A4", allocations=[given])
    town.refused("olle", "offer_things", "A4", kind="tag", numbers=["E1"], to=MEADOW)
    town.refused("siri", "register_things", "A4", kind="tag", numbers=["Z1"], organisation=MEADOW)
    account = {"username": "ny", "name": "N", "role": "carer", "organisation": MEADOW}
    town.refused("siri", "register_account", "A4", **account)
    change = {"client": client, "former": EAST, "provider": MEADOW, "on": town.day(1), "reference": "Y"}
    town.refused("anna", "change_provider", "A4", **change)
    town.does("siri", "close_organisation", organisation=OTHER_FIRM)
    town.refused("olle", "order_installation", "A4", client=client, locksmith=OTHER_FIRM, reason="b")
    town.refused("siri", "reopen_account", "A4", username="moa")
    town.does("siri", "reopen_organisation", organisation=MEADOW)
    town.does("siri", "reopen_account", username="moa")
    town.does("anna", "allocate", allocations=[given])


def test_the_database_refuses_what_meets_a_closing(town: Town) -> None:
    client = town.new_client()
    row = Allocation.objects.get(decision__client__reference=client)
    order = Order.objects.get(number=town.order(client))
    Organisation.objects.filter(orgnr__in=[EAST, FIRM]).update(closed=town.today)
    for made, name in ((row, "no_allocation_to_a_closed"), (order, "no_order_for_a_closed")):
        made.pk = None
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            made.save(force_insert=True)


def test_with_clients_orders_or_things_it_does_not_close(town: Town) -> None:
    town.refused("siri", "close_organisation", "rule 5", organisation=FIRM)
    client = town.new_client()
    town.refused("siri", "close_organisation", "A4", organisation=EAST)
    town.order(client, reason="bråttom")
    town.refused("siri", "close_organisation", "L1", organisation=FIRM)


def bankruptcy(town: Town, on: str) -> tuple[str, str, str]:
    """Play 33: one client with lock and key, one with tag and key, one with a booked order; another takes over."""
    locked, tagged, ordered = town.locked(), town.new_client(), town.new_client()
    for number, client in enumerate((locked, tagged, ordered), start=1):
        town.does("carin", "receive_key", client=client, key=f"KEY{number}", signed="client")
    for tag, client in (("E1", tagged), ("E2", ordered)):
        town.does("carin", "place_tag", client=client, tag=tag)
    order = town.order(ordered)
    town.does(
        "laban",
        "book_order",
        order=order,
        starts=f"{town.day(5)}T10:00:00+01:00",
        ends=f"{town.day(5)}T11:00:00+01:00",
        presence="carer",
    )
    done = town.does("siri", "succeed_organisation", **succession(on=on))
    assert (done.answer["allocations"], done.answer["orders"]) == (3, 1)
    return locked, tagged, ordered


@pytest.mark.parametrize("days", [0, 1])
def test_33_one_act_moves_all_of_a_bankrupt_provider(town: Town, days: int) -> None:
    locked, tagged, ordered = bankruptcy(town, town.day(days))
    if days:
        assert may_open(town, "carin", locked), "until the day, the former has the clients"
        assert not may_open(town, "mikael", locked)
        town.days_pass(days)
    assert not signs_in(town, "carin")
    assert not may_open(town, "carin", locked)
    assert may_open(town, "mikael", locked)
    east = Organisation.objects.get(orgnr=EAST)
    assert not Holding.objects.filter(holder=east.id, until=None).exists()
    moved = Holding.objects.filter(until=None, given_by=None, signature="nobody")
    assert moved.count() == 3 + 8, "three keys and eight tags, signed by nobody"
    order = Order.objects.get(organisation__orgnr=MEADOW, client__reference=ordered)
    assert town.owner("P4.be_present", ordered) == ("provider", MEADOW)
    assert order.state == "booked"
    assert not Duty.objects.filter(state="open", organisation=east).exists()
    assert {a.organisation.orgnr for a in Allocation.objects.filter(valid_through=None, withdrawn=False)} == {
        MEADOW
    }
    assert town.names(tagged) == ["A1.inform", "A2.keys", "A3.understood", "P1.order"]
    town.does("mikael", "register_visit", client=tagged, arrived=town.at(7), by="tag", tag="E1")
    town.refused("siri", "succeed_organisation", "A4", **succession(on=town.day(0)))
    assert Line.objects.filter(event="organisation.closed").count() == 1
    town.is_sound()


def test_what_comes_after_for_the_closed_is_the_administrators(town: Town) -> None:
    """Care ended with the bankrupt provider: the removal that is asked for later is ordered by the office."""
    client = town.locked()
    town.end(client)
    town.does("siri", "succeed_organisation", **succession(on=town.day(1)))
    town.days_pass(1)
    assert town.owner("P6.order", client) == ("administrator", None)
    town.does("siri", "order_removal", client=client, locksmith=FIRM)
    assert not Duty.objects.filter(state="open", organisation__orgnr=EAST).exists()
    town.is_sound()


def test_a_locksmiths_orders_and_locks_go_to_another_firm(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    town.does(
        "siri", "succeed_organisation", **succession(organisation=FIRM, successor=OTHER_FIRM, on=town.day(0))
    )
    assert town.owner("L1.install", client) == ("locksmith", OTHER_FIRM)
    town.does("nina", "report_installation", order=order, serial="L1")
    town.is_sound()


def test_the_wrong_order_of_a_succession(town: Town) -> None:
    town.refused("siri", "succeed_organisation", "BadValue successor", **succession(successor=FIRM))
    town.refused("siri", "succeed_organisation", "BadValue on", **succession(on="2026-03-01"))
    town.refused("siri", "succeed_organisation", "A4", **succession(organisation=OFFICE, successor=EAST))
    town.does("siri", "succeed_organisation", **succession())
    town.refused("siri", "succeed_organisation", "A4", **succession())
    refused: Any = succession(organisation=MEADOW, successor=EAST)
    town.refused("siri", "succeed_organisation", "A4", **refused)


def test_undone_the_organisation_may_have_clients_again(town: Town) -> None:
    client = town.new_client()
    town.does("siri", "succeed_organisation", **succession(on=town.day(0)))
    town.does("siri", "reopen_organisation", organisation=EAST)
    town.does("siri", "reopen_account", username="olle")
    change = {"client": client, "former": MEADOW, "provider": EAST, "on": town.day(0), "reference": "Y"}
    town.does("anna", "change_provider", **change)
    assert town.owner("P1.order", client) == ("provider", EAST)
    town.is_sound()


def test_rule_9_whose_things_have_passed_on_is_asked_to_place_and_collect_none(town: Town) -> None:
    """Until the day its carers make the visits; the keys and tags are with the one who takes over."""
    client = town.new_client()
    assert {"P2.place_tag", "P5.collect_keys"} <= set(town.names(client))
    town.does("siri", "succeed_organisation", **succession(on=town.day(5)))
    asked = {(duty.ask, duty.organisation.orgnr) for duty in town.duties(client=client) if duty.organisation}
    assert ("place_tag", EAST) not in asked
    assert ("collect_keys", EAST) not in asked
    assert {("place_tag", MEADOW), ("collect_keys", MEADOW)} <= asked


def test_rule_9_who_is_about_to_close_orders_nothing_any_more(town: Town) -> None:
    """Who takes over does, from the day that it is known; where nobody takes over, the administrator."""
    client, ended = town.new_client(), town.locked()
    town.end(ended)
    town.days_pass(1)
    assert town.owner("P1.order", client) == ("provider", EAST)
    assert town.owner("P6.order", ended) == ("provider", EAST)
    town.does("siri", "succeed_organisation", **succession(on=town.day(5)))
    assert town.owner("P1.order", client) == ("provider", MEADOW)
    assert town.owner("P6.order", ended) == ("administrator", None)
    town.does("moa", "order_installation", client=client, locksmith=FIRM, reason="x")
    town.does("siri", "order_removal", client=ended, locksmith=FIRM)
    town.is_sound()


def test_p7_a_tag_that_is_still_out_is_fetched_by_who_takes_over(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.end(client)
    town.days_pass(1)
    assert town.owner("P7.fetch", client) == ("provider", EAST)
    town.does("siri", "succeed_organisation", **succession(on=town.day(3)))
    assert town.owner("P7.fetch", client) == ("provider", MEADOW)
    assert not town.duties("P7.tell"), "it has not been fetched"
    town.does("moa", "take_tag", client=client, tag="E1")
    assert town.owner("P7.tell", client) == ("provider", MEADOW)
    town.does("moa", "tell_tag_fetched", client=client, tag="E1")
    assert not town.duties("P7.tell")
