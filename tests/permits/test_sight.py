# SPDX-License-Identifier: EUPL-1.2
"""Sight: who may see which client, why, from when to when (rules 4 and 7)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, MEADOW, PEOPLE, Town
from troskel.ground.ids import new_id
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import CodedError
from troskel.people.models import Client
from troskel.permits.sight import TIME_FOR_RETURN, in_sight, visible_clients


def visible_to(town: Town, who: str, after: int = 0) -> set[str]:
    """Whom somebody sees, so many days from today: by the condition, and alike by the query that is built once."""
    viewer, day = town.actor(who), town.today + timedelta(days=after)
    seen = dict(Client.objects.filter(visible_clients(viewer, day)).values_list("id", "reference"))
    everybody = Client.objects.values_list("id", flat=True)
    assert in_sight(viewer, day) == in_sight(viewer, day, everybody) == set(seen)
    assert all(in_sight(viewer, day, [one]) == ({one} & set(seen)) for one in everybody)
    assert in_sight(viewer, day, []) == set()
    return set(seen.values())


def who_sees(town: Town, client: str, after: int = 0) -> set[str]:
    return {who for who, _, _ in PEOPLE if client in visible_to(town, who, after)}


OFFICE_ROLES = {"anna", "siri"}


def test_office_sees_all_manager_and_responder_none(town: Town) -> None:
    clients = {town.client(), town.new_client(EAST), town.new_client(MEADOW)}
    for who in (*OFFICE_ROLES, "import", "clock"):
        assert visible_to(town, who) == clients
    for who in ("maria", "rut"):
        assert visible_to(town, who) == set()


def test_only_the_office_sees_an_unallocated_client(town: Town) -> None:
    assert who_sees(town, town.client()) == OFFICE_ROLES


def test_a_provider_sees_its_own_clients_only(town: Town) -> None:
    ours, theirs = town.new_client(EAST), town.new_client(MEADOW)
    assert who_sees(town, ours) == OFFICE_ROLES | {"olle", "carin"}
    assert who_sees(town, theirs) == OFFICE_ROLES | {"moa", "mikael"}


def test_the_alarm_organisations_coordinator_sees_and_its_responder_does_not(town: Town) -> None:
    client = town.client()
    town.grant(client, ALARM, "safety_alarm")
    assert who_sees(town, client) == OFFICE_ROLES | {"lars"}


def test_the_coordinator_sees_before_the_first_day_and_the_carer_from_it(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, begins=town.day(5))
    assert who_sees(town, client) == OFFICE_ROLES | {"olle"}
    assert "carin" not in who_sees(town, client, 4)
    assert "carin" in who_sees(town, client, 5)


def test_the_carer_loses_the_client_the_day_after_coverage_ends(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(5))
    assert "carin" in who_sees(town, client, 5)
    assert "carin" not in who_sees(town, client, 6)


def test_the_carer_loses_the_client_when_the_decision_ends(town: Town) -> None:
    client = town.client()
    reference = town.grant(client, to=None, through=town.day(5))
    town.allocate(reference, EAST, town.day(0), town.day(50))
    assert "carin" in who_sees(town, client, 5)
    assert "carin" not in who_sees(town, client, 6)


def test_the_coordinator_keeps_sight_during_the_time_for_return(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST)
    town.end(client, on=town.day(5))
    town.days_pass(6)
    last = TIME_FOR_RETURN.days - 1
    assert "olle" in who_sees(town, client, last)
    assert "olle" not in who_sees(town, client, last + 1)


def test_who_is_asked_about_a_client_sees_them_for_as_long(town: Town) -> None:
    """Rule 9: a decision that runs out, and that nobody has ended, leaves its duties open."""
    client = town.client()
    town.grant(client, EAST, through=town.day(5))
    assert "olle" in who_sees(town, client, 5 + TIME_FOR_RETURN.days + 1)
    town.does("olle", "assign_duty", duty=town.the("P2.place_tag", client).id, to="carin")
    assert "carin" in who_sees(town, client, 6)
    town.days_pass(6)
    town.does("anna", "confirm_ending", client=client)
    assert "carin" not in who_sees(town, client, 0)


def test_withdrawn_care_gives_no_sight(town: Town) -> None:
    client = town.client()
    reference = town.grant(client, EAST, begins=town.day(3))
    town.does("anna", "withdraw_decisions", references=[reference])
    assert who_sees(town, client, 3) == OFFICE_ROLES


def test_the_carer_does_not_see_the_dead(town: Town) -> None:
    client = town.new_client(EAST)
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    assert who_sees(town, client) == OFFICE_ROLES | {"olle"}


def test_the_economist_sees_clients_of_another_municipality(town: Town) -> None:
    client = town.new_client(EAST, home_municipality=ELSEWHERE)
    assert who_sees(town, client) == OFFICE_ROLES | {"olle", "erik"}
    assert visible_to(town, "erik") == {client}


def test_the_locksmith_sees_while_the_order_is_open(town: Town) -> None:
    client = town.new_client(EAST)
    order = town.order(client)
    assert "laban" in who_sees(town, client)
    assert "nina" not in who_sees(town, client), "another firm's"
    town.mount(order)
    assert "laban" not in who_sees(town, client)


def test_another_municipalitys_office_sees_nothing(town: Town) -> None:
    town.new_client(EAST)
    for who in ("anna", "siri", "olle", "import"):
        elsewhere = dataclasses.replace(town.actor(who), municipality=ELSEWHERE)
        assert not Client.objects.filter(visible_clients(elsewhere, town.today)).exists()


def told(error: CodedError) -> tuple[str, str, str]:
    """All that an answer tells of an error: code, values and text."""
    return str(error), str(error.values), english(error)


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
def test_missing_and_out_of_sight_answer_the_same(
    town: Town, who: str, act: str, values: dict[str, str]
) -> None:
    theirs = town.locked(MEADOW)
    names = (theirs, "K-no-such")
    answers = {told(town.refused(who, act, "NotFound", client=name, **values)) for name in names}
    assert len(answers) == 1


def test_orders_and_duties_of_others_are_not_found(town: Town) -> None:
    order = town.order(town.new_client(MEADOW), MEADOW)
    hours = {"starts": town.at(13), "ends": town.at(14)}
    for who in ("olle", "nina"):
        names = (order, "W-2026-9999")
        answers = {told(town.refused(who, "book_order", "NotFound", order=name, **hours)) for name in names}
        assert len(answers) == 1

    duty = town.the("P2.place_tag").id
    duties = (duty, new_id())
    assert len({told(town.refused("olle", "attest", "NotFound", duty=one)) for one in duties}) == 1
