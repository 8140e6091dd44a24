# SPDX-License-Identifier: EUPL-1.2
"""Sight: who may see which client, why, and from when to when (rules 4 and 7)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, MEADOW, PEOPLE, Town
from troskel.ground.ids import new_id
from troskel.people.models import Client
from troskel.permits.sight import TIME_FOR_RETURN, visible_clients


def sees(town: Town, who: str, after: int = 0) -> set[str]:
    """Whom somebody sees, so many days from today."""
    condition = visible_clients(town.actor(who), town.today + timedelta(days=after))
    return set(Client.objects.filter(condition).values_list("reference", flat=True))


def seers(town: Town, client: str, after: int = 0) -> set[str]:
    return {who for who, _, _ in PEOPLE if client in sees(town, who, after)}


OFFICE_ROLES = {"anna", "siri"}


def test_the_office_sees_everybody_and_the_manager_and_the_responder_nobody(town: Town) -> None:
    clients = {town.client(), town.new_client(EAST), town.new_client(MEADOW)}
    for who in (*OFFICE_ROLES, "import", "clock"):
        assert sees(town, who) == clients
    for who in ("maria", "rut"):
        assert sees(town, who) == set()


def test_a_client_of_nobody_is_the_offices_alone(town: Town) -> None:
    assert seers(town, town.client()) == OFFICE_ROLES


def test_the_provider_sees_its_own_and_not_the_others(town: Town) -> None:
    ours, theirs = town.new_client(EAST), town.new_client(MEADOW)
    assert seers(town, ours) == OFFICE_ROLES | {"olle", "carin"}
    assert seers(town, theirs) == OFFICE_ROLES | {"moa", "mikael"}


def test_the_alarm_organisations_coordinator_sees_and_its_responder_does_not(town: Town) -> None:
    client = town.client()
    town.grant(client, ALARM, "safety_alarm")
    assert seers(town, client) == OFFICE_ROLES | {"lars"}


def test_the_coordinator_sees_before_the_first_day_and_the_carer_from_it(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, begins=town.day(5))
    assert seers(town, client) == OFFICE_ROLES | {"olle"}
    assert "carin" not in seers(town, client, 4)
    assert "carin" in seers(town, client, 5)


def test_the_carer_loses_the_client_the_day_after_coverage_ends(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(5))
    assert "carin" in seers(town, client, 5)
    assert "carin" not in seers(town, client, 6)


def test_the_carer_loses_the_client_when_the_decision_ends_though_the_allocation_does_not(town: Town) -> None:
    client = town.client()
    reference = town.grant(client, to=None, through=town.day(5))
    town.allocate(reference, EAST, town.day(0), town.day(50))
    assert "carin" in seers(town, client, 5)
    assert "carin" not in seers(town, client, 6)


def test_the_coordinator_keeps_sight_for_what_is_to_be_returned_and_then_it_ends(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(5))
    last = 5 + TIME_FOR_RETURN.days
    assert "olle" in seers(town, client, last)
    assert "olle" not in seers(town, client, last + 1)


def test_what_is_withdrawn_gives_no_sight(town: Town) -> None:
    client = town.client()
    reference = town.grant(client, EAST, begins=town.day(3))
    town.does("anna", "withdraw_decisions", references=[reference])
    assert seers(town, client, 3) == OFFICE_ROLES


def test_the_carer_does_not_see_the_dead(town: Town) -> None:
    client = town.new_client(EAST)
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    assert seers(town, client) == OFFICE_ROLES | {"olle"}


def test_another_municipalitys_client_is_on_no_phone_and_is_the_economists(town: Town) -> None:
    client = town.new_client(EAST, home_municipality=ELSEWHERE)
    assert seers(town, client) == OFFICE_ROLES | {"olle", "erik"}
    assert sees(town, "erik") == {client}


def test_the_locksmith_sees_while_the_order_is_open(town: Town) -> None:
    client = town.new_client(EAST)
    order = town.order(client)
    assert "laban" in seers(town, client)
    assert "nina" not in seers(town, client), "another firm's"
    town.mount(order)
    assert "laban" not in seers(town, client)


def test_another_municipalitys_office_sees_nothing(town: Town) -> None:
    town.new_client(EAST)
    for who in ("anna", "siri", "olle", "import"):
        elsewhere = dataclasses.replace(town.actor(who), municipality=ELSEWHERE)
        assert not Client.objects.filter(visible_clients(elsewhere, town.today)).exists()


@pytest.mark.parametrize(
    ("who", "act", "values"),
    [
        ("olle", "order_installation", {"locksmith": FIRM}),
        ("olle", "order_removal", {"locksmith": FIRM}),
        ("olle", "link_lock", {"serial": "L1"}),
        ("olle", "unlink_lock", {"serial": "L1"}),
        ("carin", "place_tag", {"tag": "E1"}),
        ("carin", "take_tag", {"tag": "E1"}),
        ("carin", "receive_key", {"key": "1", "signed": "client"}),
        ("carin", "return_key", {"key": "1", "signed": "client"}),
        ("carin", "tell_tag_fetched", {"tag": "E1"}),
        ("carin", "open_door", {"serial": "L1"}),
        ("rut", "open_door", {"serial": "L1"}),
        ("rut", "raise_alarm", {}),
        ("olle", "raise_alarm", {}),
        ("carin", "tell_fault", {"serial": "L1", "code": "loose"}),
        ("carin", "arrive", {"by": "hand", "reason": "no_tag_yet"}),
        (
            "carin",
            "register_visit",
            {"arrived": "2026-03-02T07:00:00+01:00", "by": "hand", "reason": "forgotten"},
        ),
        ("olle", "record_refusal", {"reason": "other"}),
        ("olle", "add_door", {"kind": "gate"}),
        ("carin", "look_at_home", {}),
    ],
)
def test_what_is_not_there_and_what_is_not_for_you_answer_alike(
    town: Town, who: str, act: str, values: dict[str, str]
) -> None:
    theirs = town.locked(MEADOW)
    said = {town.refused(who, act, "NotFound", client=named, **values) for named in (theirs, "K-no-such")}
    assert len(said) == 1


def test_orders_and_duties_of_others_answer_as_if_they_were_not_there(town: Town) -> None:
    order = town.order(town.new_client(MEADOW), MEADOW)
    hours = {"starts": town.at(13), "ends": town.at(14)}
    for who in ("olle", "nina"):
        said = {
            town.refused(who, "book_order", "NotFound", order=named, **hours)
            for named in (order, "W-2026-9999")
        }
        assert len(said) == 1

    duty = town.the("P2.place_tag").id
    assert len({town.refused("olle", "attest", "NotFound", duty=one) for one in (duty, new_id())}) == 1
