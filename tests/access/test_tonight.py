# SPDX-License-Identifier: EUPL-1.2
"""Who can get in tonight, in the town: by what acts have left, for those who may ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.acts.test_signing_in import account, signed_up
from tests.town import ALARM, EAST, MEADOW, Town
from troskel.access.simulated import SimulatedLocks
from troskel.acts import opening
from troskel.ground.refusals import NotAllowed, NotFound
from troskel.journal.models import Line
from troskel.reading.tonight import Tonight, WayTonight, shut_out_tonight, tonight, way_in_for_alarm

QUERIES = 6


@pytest.fixture(autouse=True)
def _nobody_is_chosen(settings: Any) -> None:
    settings.DEMO = False


def signs_in(town: Town, who: str) -> None:
    login = account(who).login_id or signed_up(town, who)
    told = {"method": "passkey", "acr": "passkey", "browser": "Firefox"}
    town.does("demo", "begin_session", login=login, account=account(who).id, **told)


@pytest.fixture
def staffed(town: Town) -> Town:
    """A carer and a responder have signed in."""
    for who in ("carin", "mikael", "rut"):
        signs_in(town, who)
    return town


def asked(town: Town, who: str) -> Tonight:
    with town.standing():
        return tonight(town.actor(who))


def told(way: WayTonight) -> tuple[str, list[tuple[str, str, list[str]]]]:
    return way.verdict, [(door.kind, door.verdict, door.reasons) for door in way.doors]


def the(town: Town, who: str) -> tuple[str, list[tuple[str, str, list[str]]]]:
    (way,) = asked(town, who).ways
    return told(way)


def test_a_linked_lock_that_works(staffed: Town) -> None:
    client = staffed.locked()
    staffed.grant(client, ALARM, "safety_alarm")
    assert the(staffed, "olle") == ("open", [("apartment", "open", ["lock_opens"])])
    (way,) = asked(staffed, "lars").ways
    assert told(way) == ("open", [("apartment", "open", ["lock_opens"])])
    assert (way.organisation, way.services, way.doors[0].lock) == (ALARM, ["safety_alarm"], "L1")


def test_the_locks_last_answer_and_battery(staffed: Town) -> None:
    client = staffed.locked()
    with staffed.standing():
        opening.open_the_door(staffed.actor("carin"), SimulatedLocks(), {"client": client, "serial": "L1"})
    (way,) = asked(staffed, "olle").ways
    door = way.doors[0]
    assert (door.outcome, door.noted) == ("opened", staffed.now)
    assert door.battery is not None and door.battery > 90


def test_a_lock_that_is_faulty_leaves_the_key(staffed: Town) -> None:
    client = staffed.locked()
    staffed.does("carin", "tell_fault", client=client, serial="L1", code="jammed")
    assert the(staffed, "olle") == ("nobody", [("apartment", "nobody", ["fault", "no_key"])])
    staffed.does("olle", "receive_key", client=client, key="N1", signed="client")
    assert the(staffed, "olle") == ("key", [("apartment", "key", ["fault", "key_there"])])
    (way,) = asked(staffed, "olle").ways
    assert way.doors[0].fault == "jammed"


def test_no_lock_but_a_key_with_the_provider(staffed: Town) -> None:
    client = staffed.new_client()
    assert the(staffed, "olle") == ("nobody", [("apartment", "nobody", ["no_lock", "no_key"])])
    staffed.does("olle", "receive_key", client=client, key="N1", signed="client")
    assert the(staffed, "olle") == ("key", [("apartment", "key", ["no_lock", "key_there"])])
    (way,) = asked(staffed, "olle").ways
    (key,) = way.doors[0].keys
    assert (key.held_by, key.number, key.organisation) == ("ours", "N1", EAST)


def test_a_key_that_another_provider_has_opens_nothing_for_responders(staffed: Town) -> None:
    """… who are not told who has it; the administrator is."""
    client = staffed.new_client()
    staffed.does("olle", "receive_key", client=client, key="N1", signed="client")
    staffed.grant(client, ALARM, "safety_alarm")
    assert the(staffed, "lars") == ("nobody", [("apartment", "nobody", ["no_lock", "key_elsewhere"])])
    (way,) = asked(staffed, "lars").ways
    assert [(key.held_by, key.number, key.organisation) for key in way.doors[0].keys] == [("another", "", "")]
    of_alarm = next(way for way in asked(staffed, "siri").ways if way.organisation == ALARM)
    (key,) = of_alarm.doors[0].keys
    assert (key.held_by, key.number, key.organisation) == ("another", "N1", EAST)


def test_a_key_that_is_lost_or_given_back(staffed: Town) -> None:
    client = staffed.new_client()
    staffed.does("olle", "receive_key", client=client, key="N1", signed="client")
    staffed.does("olle", "report_lost", kind="key", number="N1")
    assert the(staffed, "olle") == ("nobody", [("apartment", "nobody", ["no_lock", "key_lost"])])
    staffed.does("olle", "report_found", kind="key", number="N1", client=client)
    staffed.does("olle", "return_key", client=client, key="N1", signed="client")
    assert the(staffed, "olle") == ("nobody", [("apartment", "nobody", ["no_lock", "key_with_client"])])


def test_an_alarm_organisation_where_nobody_has_signed_in(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    assert the(town, "lars") == ("nobody", [("apartment", "nobody", ["nobody_signed_in", "no_key"])])
    (people,) = asked(town, "lars").people
    assert (people.organisation, people.role) == (ALARM, "responder")
    assert (people.signed_in, people.not_signed_in) == ([], ["Rut"])
    signs_in(town, "rut")
    assert the(town, "lars")[0] == "open"
    (people,) = asked(town, "lars").people
    assert (people.signed_in, people.not_signed_in) == (["Rut"], [])


def test_who_signed_in_long_ago_or_has_left_is_not_counted_on(staffed: Town) -> None:
    staffed.locked()
    staffed.days_pass(29)
    assert the(staffed, "olle")[0] == "open"
    staffed.days_pass(2)
    assert the(staffed, "olle") == ("nobody", [("apartment", "nobody", ["nobody_signed_in", "no_key"])])
    signs_in(staffed, "carin")
    assert the(staffed, "olle")[0] == "open"
    staffed.does("siri", "close_account", username="carin")
    assert the(staffed, "olle")[0] == "nobody"
    assert asked(staffed, "olle").people[0].not_signed_in == []


def test_a_gate_of_several_homes_is_on_the_way_of_each(staffed: Town) -> None:
    first, second = staffed.locked(), staffed.locked(serial="L2")
    gate = staffed.does("anna", "add_door", client=first, kind="gate", label="Grinden").answer["door"]
    staffed.does("siri", "let_door_serve", client=second, door=gate)
    for way in asked(staffed, "olle").ways:
        assert told(way) == (
            "nobody",
            [("gate", "nobody", ["no_lock", "no_key"]), ("apartment", "open", ["lock_opens"])],
        )
    staffed.consent(first, gate)
    staffed.mount(staffed.order(first, door=gate), "L3")
    staffed.link(first, "L3")
    ways = {way.case: told(way) for way in asked(staffed, "olle").ways}
    assert ways["2026-0001"][0] == "open"
    assert ways["2026-0002"][1][0] == ("gate", "nobody", ["not_linked", "no_key"])
    staffed.link(second, "L3")
    staffed.does("carin", "tell_fault", client=first, serial="L3", code="damaged")
    assert [told(way)[1][0] for way in asked(staffed, "olle").ways] == [
        ("gate", "nobody", ["fault", "no_key"])
    ] * 2
    staffed.does("olle", "receive_key", client=second, key="N1", door=gate, signed="client")
    assert {told(way)[0] for way in asked(staffed, "olle").ways} == {"key"}, "one key to the gate is enough"


def test_a_door_code_is_known_to_be_there_and_never_told(staffed: Town) -> None:
    client = staffed.locked()
    staffed.does("anna", "add_door", client=client, kind="entrance", label="Port A")
    assert the(staffed, "olle")[0] == "nobody"
    staffed.does("anna", "write_access_note", client=client, text="Portkod 4711")
    answer = asked(staffed, "olle")
    assert told(answer.ways[0])[1][0] == ("entrance", "open", ["no_lock", "no_key", "access_note"])
    assert "4711" not in str(answer)


def test_a_client_who_is_away_needs_nobody_tonight(staffed: Town) -> None:
    client = staffed.new_client()
    staffed.does("olle", "suspend_access", client=client, reason="hospital", since=staffed.day(0))
    assert asked(staffed, "olle").ways == []


def test_rule_7_each_coordinator_sees_the_own_clients_and_the_administrator_all(staffed: Town) -> None:
    staffed.locked(MEADOW)
    staffed.new_client(EAST)
    assert [(way.case, way.organisation) for way in asked(staffed, "olle").ways] == [("2026-0002", EAST)]
    assert [(way.case, way.organisation) for way in asked(staffed, "moa").ways] == [("2026-0001", MEADOW)]
    assert asked(staffed, "lars").ways == []
    assert [way.case for way in asked(staffed, "siri").ways] == ["2026-0002", "2026-0001"], "the worst first"
    line = Line.objects.filter(kind="reads", event="ways_in.viewed").latest("number")
    assert "shown" in line.body and staffed.actor("siri").account == line.actor
    for who in ("anna", "carin", "rut", "laban", "maria", "erik"):
        with pytest.raises(NotAllowed):
            asked(staffed, who)


def test_the_red_list_is_told_from_two_in_the_afternoon(staffed: Town) -> None:
    staffed.new_client()
    staffed.locked()
    reads = Line.objects.filter(kind="reads").count()
    for hour, count in ((13, None), (14, 1), (23, 1)):
        staffed.now = staffed.at(hour)
        with staffed.standing():
            assert shut_out_tonight(staffed.actor("olle")) == count
    with staffed.standing():
        assert shut_out_tonight(staffed.actor("lars")) == 0
    assert Line.objects.filter(kind="reads").count() == reads, "a number shows no client"


def test_before_an_alarm_is_granted_it_is_told_what_is_missing(staffed: Town) -> None:
    client = staffed.client()
    with staffed.standing():
        (way,) = way_in_for_alarm(staffed.actor("anna"), "2026-0001")
    assert (way.organisation, way.services) == (ALARM, ["safety_alarm"])
    assert told(way) == ("nobody", [("apartment", "nobody", ["no_lock", "no_key"])])
    staffed.grant(client)
    staffed.mount(staffed.order(client))
    staffed.link(client)
    with staffed.standing():
        (way,) = way_in_for_alarm(staffed.actor("anna"), "2026-0001")
    assert told(way)[0] == "open"
    line = Line.objects.filter(kind="reads", event="ways_in.viewed").latest("number")
    assert line.client is not None


def test_of_several_alarm_organisations_the_one_that_has_the_alarm_is_asked_about(staffed: Town) -> None:
    other = {"orgnr": "5560009978", "name": "Andra Larmet", "email": "p@andra.example", "kind": "alarm"}
    staffed.does("demo", "register_organisations", organisations=[other])
    client = staffed.locked()
    with staffed.standing():
        ways = way_in_for_alarm(staffed.actor("anna"), "2026-0001")
    assert {(way.organisation, way.verdict) for way in ways} == {(other["orgnr"], "nobody"), (ALARM, "open")}
    staffed.grant(client, ALARM, "safety_alarm")
    with staffed.standing():
        ways = way_in_for_alarm(staffed.actor("anna"), "2026-0001")
    assert [way.organisation for way in ways] == [ALARM]


def test_who_may_ask_before_an_alarm_is_granted(staffed: Town) -> None:
    staffed.new_client()
    with staffed.standing():
        assert way_in_for_alarm(staffed.actor("siri"), "2026-0001")
        for missing in ("", "2026-0009"):
            with pytest.raises(NotFound):
                way_in_for_alarm(staffed.actor("anna"), missing)
        for who in ("olle", "lars", "rut", "maria"):
            with pytest.raises(NotAllowed):
                way_in_for_alarm(staffed.actor(who), "2026-0001")


def test_as_many_queries_for_many_clients_as_for_few(staffed: Town) -> None:
    def queries(who: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            asked(staffed, who)
        return [
            one["sql"] for one in captured if "journal_" not in one["sql"] and "SAVEPOINT" not in one["sql"]
        ]

    client = staffed.locked()
    staffed.does("olle", "receive_key", client=client, key="N0", signed="client")
    few = queries("olle")
    assert len(few) == QUERIES, few
    for number in range(2, 9):
        client = staffed.locked(serial=f"L{number}")
        staffed.does("olle", "receive_key", client=client, key=f"N{number}", signed="client")
    for _ in range(12):
        staffed.grant(staffed.new_client(), ALARM, "safety_alarm")
    assert len(asked(staffed, "olle").ways) == 20
    assert len(queries("olle")) == QUERIES
    assert len(queries("siri")) == QUERIES
