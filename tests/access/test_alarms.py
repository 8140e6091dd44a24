# SPDX-License-Identifier: EUPL-1.2
"""Rule 4: "… or by an accepted alarm". Only the responder who has accepted it sees the client and may open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.town import ALARM, ELSEWHERE, Town
from troskel.access.models import Alarm, Opening
from troskel.access.rules import ACCEPTANCE_LIFETIME
from troskel.access.simulated import SimulatedLocks
from troskel.acts import opening
from troskel.journal.models import Line
from troskel.people.models import Client
from troskel.permits.sight import visible_clients
from troskel.reading import access, phone
from troskel.reading.paging import PageRequest

OPEN = {"serial": "L1"}


@pytest.fixture
def client(town: Town) -> str:
    """A client with home care, a linked lock and a safety alarm; and a second responder, Ragna."""
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    town.does(
        "demo", "register_account", username="ragna", name="Ragna", role="responder", organisation=ALARM
    )
    return client


def sees(town: Town, who: str) -> list[str]:
    with town.standing():
        rows = Client.objects.filter(visible_clients(town.actor(who), town.today))
    return list(rows.values_list("reference", flat=True))


def raised(town: Town, client: str, who: str = "rut") -> str:
    return str(town.does(who, "raise_alarm", client=client).answer["alarm"])


def accepted(town: Town, client: str) -> str:
    alarm = raised(town, client)
    town.does("rut", "accept_alarm", alarm=alarm)
    return alarm


def test_rule_4_accepted_alarm_gives_sight_and_access(town: Town, client: str) -> None:
    alarm = raised(town, client)
    town.refused("rut", "open_door", "NotFound", client=client, **OPEN)
    assert sees(town, "rut") == []
    outcome = town.does("rut", "accept_alarm", alarm=alarm)
    assert sees(town, "rut") == [client] and sees(town, "ragna") == []
    with town.standing():
        (phone_client,) = phone.phone_list(town.actor("rut"))
        (door_answer,) = access.ask_door(town.actor("rut"), "L1")
        opened = opening.open_the_door(town.actor("rut"), SimulatedLocks(), {"client": client, **OPEN})
    assert (phone_client.case, [way.number for way in phone_client.ways_in]) == (
        outcome.answer["case"],
        ["L1"],
    )
    assert (door_answer.may, door_answer.paragraph, door_answer.through) == (True, "alarm", None)
    until = outcome.answer["until"].replace("Z", "+00:00")
    assert door_answer.until is not None and door_answer.until.isoformat() == until
    assert (opened.outcome, opened.paragraph) == ("opened", "alarm")
    assert str(Opening.objects.get().alarm_id) == alarm
    assert Line.objects.get(event="door.opened").paragraph == "alarm"
    town.does("rut", "close_alarm", alarm=alarm, outcome="helped")
    assert sees(town, "rut") == []
    town.refused("rut", "open_door", "NotFound", client=client, **OPEN)
    town.is_sound()


def test_rule_4_acceptance_ends_after_four_hours(town: Town, client: str) -> None:
    alarm = accepted(town, client)
    town.now += ACCEPTANCE_LIFETIME
    assert sees(town, "rut") == []
    town.refused("rut", "open_door", "NotFound", client=client, **OPEN)
    town.does("ragna", "accept_alarm", alarm=alarm)
    assert sees(town, "ragna") == [client] and sees(town, "rut") == []
    town.is_sound()


def test_rule_4_one_acceptance_at_a_time(town: Town, client: str) -> None:
    alarm = accepted(town, client)
    assert town.refused("ragna", "accept_alarm", "rule 4", alarm=alarm).code == "alarm.taken"
    again = town.does("rut", "accept_alarm", alarm=alarm)
    assert again.lines == [], "a second acceptance of the same person is the same"
    town.refused("ragna", "close_alarm", "rule 4", alarm=alarm, outcome="helped")
    town.does("lars", "close_alarm", alarm=alarm, outcome="passed_on")
    town.refused("rut", "close_alarm", "rule 6", alarm=alarm, outcome="helped")
    town.refused("rut", "accept_alarm", "rule 6", alarm=alarm)
    town.is_sound()


def test_alarm_raised_again_is_the_same_until_closed(town: Town, client: str) -> None:
    alarm = raised(town, client, "lars")
    assert raised(town, client, "rut") == alarm == raised(town, client, "demo")
    town.does("rut", "accept_alarm", alarm=alarm)
    assert raised(town, client) == alarm and sees(town, "rut") == [client]
    town.does("rut", "close_alarm", alarm=alarm, outcome="nothing_wrong")
    assert raised(town, client) != alarm
    assert Line.objects.filter(event="alarm.raised").count() == 5
    assert Alarm.objects.count() == 2


def test_rule_4_organisation_must_answer_the_clients_alarm(town: Town, client: str) -> None:
    without = town.locked(serial="L2")
    for who in ("lars", "rut"):
        town.refused(who, "raise_alarm", "NotFound", client=without)
    town.refused("demo", "raise_alarm", "rule 4", client=without)
    town.refused("olle", "raise_alarm", "rule 4", client=client)
    alarm = raised(town, client)
    for who in ("olle", "moa"):
        town.refused(who, "close_alarm", "NotFound", alarm=alarm, outcome="helped")
    town.end(client, "safety_alarm")
    town.days_pass(1)
    town.refused("rut", "raise_alarm", "NotFound", client=client)
    town.refused("lars", "raise_alarm", "rule 4", client=client)
    town.refused("rut", "accept_alarm", "rule 4", alarm=alarm)


def test_o1_other_municipalitys_client_has_no_alarm(town: Town) -> None:
    foreign = town.client(home_municipality=ELSEWHERE)
    town.grant(foreign, ALARM, "safety_alarm")
    for who in ("lars", "rut", "demo"):
        town.refused(who, "raise_alarm", "O1", client=foreign)


def test_s2_accepted_alarm_opens_linked_locks_only(town: Town, client: str) -> None:
    neighbour = town.locked(serial="L2")
    accepted(town, client)
    town.refused("rut", "open_door", "S2", client=client, serial="L2")
    town.refused("rut", "open_door", "NotFound", client=neighbour, serial="L2")
    town.does("rut", "tell_fault", client=client, serial="L1", code="loose")


def test_carer_gets_no_access_by_alarm(town: Town, client: str) -> None:
    accepted(town, client)
    town.end(client)
    town.days_pass(1)
    town.refused("carin", "open_door", "NotFound", client=client, **OPEN)


def test_rule_7_alarm_list_hides_case_without_sight(town: Town, client: str) -> None:
    alarm = raised(town, client)

    def listed(who: str) -> list[tuple[str, bool, bool]]:
        with town.standing():
            page = access.alarms(town.actor(who), PageRequest())
        return [(str(row.id), row.case is not None, row.mine) for row in page.items]

    assert listed("lars") == [(alarm, True, False)]
    assert listed("rut") == [(alarm, False, False)]
    town.does("rut", "accept_alarm", alarm=alarm)
    assert listed("rut") == [(alarm, True, True)]
    assert listed("ragna") == [(alarm, False, False)]
    assert listed("olle") == []


def test_late_alarm_keeps_its_time(town: Town, client: str) -> None:
    at = town.now - timedelta(minutes=3)
    town.tries("rut", "raise_alarm", {"client": client}, occurred=at)
    assert Alarm.objects.get().raised == at
