# SPDX-License-Identifier: EUPL-1.2
"""Rule 4: "… or by an accepted alarm". Who has accepted one sees the client and may open, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.town import ALARM, ELSEWHERE, Town
from troskel.access.models import Alarm, Opening
from troskel.access.rules import ANSWERING_LASTS
from troskel.access.simulated import SimulatedLocks
from troskel.acts import opening
from troskel.journal.models import Line
from troskel.people.models import Client
from troskel.permits.sight import visible_clients
from troskel.reading import access, phone
from troskel.reading.paging import Asked

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


def test_rule_4_who_has_accepted_the_alarm_sees_the_client_and_opens_the_door(
    town: Town, client: str
) -> None:
    alarm = raised(town, client)
    town.refused("rut", "open_door", "NotFound", client=client, **OPEN)
    assert sees(town, "rut") == []
    done = town.does("rut", "accept_alarm", alarm=alarm)
    assert sees(town, "rut") == [client] and sees(town, "ragna") == []
    with town.standing():
        (shown,) = phone.phone_list(town.actor("rut"))
        (asked,) = access.ask_door(town.actor("rut"), "L1")
        opened = opening.open_the_door(town.actor("rut"), SimulatedLocks(), {"client": client, **OPEN})
    assert (shown.case, [way.number for way in shown.ways_in]) == (done.answer["case"], ["L1"])
    assert (asked.may, asked.paragraph, asked.through) == (True, "alarm", None)
    assert asked.until is not None and asked.until.isoformat() == done.answer["until"].replace("Z", "+00:00")
    assert (opened.outcome, opened.paragraph) == ("opened", "alarm")
    assert str(Opening.objects.get().alarm_id) == alarm
    assert Line.objects.get(event="door.opened").paragraph == "alarm"
    town.does("rut", "close_alarm", alarm=alarm, outcome="helped")
    assert sees(town, "rut") == []
    town.refused("rut", "open_door", "NotFound", client=client, **OPEN)
    town.is_sound()


def test_rule_4_an_alarm_that_nobody_closes_gives_no_right_after_four_hours(town: Town, client: str) -> None:
    alarm = accepted(town, client)
    town.now += ANSWERING_LASTS
    assert sees(town, "rut") == []
    town.refused("rut", "open_door", "NotFound", client=client, **OPEN)
    town.does("ragna", "accept_alarm", alarm=alarm)
    assert sees(town, "ragna") == [client] and sees(town, "rut") == []
    town.is_sound()


def test_rule_4_one_acceptance_at_a_time(town: Town, client: str) -> None:
    alarm = accepted(town, client)
    assert "someone else" in town.refused("ragna", "accept_alarm", "rule 4", alarm=alarm)
    again = town.does("rut", "accept_alarm", alarm=alarm)
    assert again.lines == [], "a second acceptance of the same person is the same"
    town.refused("ragna", "close_alarm", "rule 4", alarm=alarm, outcome="helped")
    town.does("lars", "close_alarm", alarm=alarm, outcome="passed_on")
    town.refused("rut", "close_alarm", "rule 6", alarm=alarm, outcome="helped")
    town.refused("rut", "accept_alarm", "rule 6", alarm=alarm)
    town.is_sound()


def test_an_alarm_raised_again_is_the_same_until_it_is_closed(town: Town, client: str) -> None:
    alarm = raised(town, client, "lars")
    assert raised(town, client, "rut") == alarm == raised(town, client, "demo")
    town.does("rut", "accept_alarm", alarm=alarm)
    assert raised(town, client) == alarm and sees(town, "rut") == [client]
    town.does("rut", "close_alarm", alarm=alarm, outcome="nothing_wrong")
    assert raised(town, client) != alarm
    assert Line.objects.filter(event="alarm.raised").count() == 5
    assert Alarm.objects.count() == 2


def test_rule_4_only_of_a_client_whose_alarm_the_organisation_answers(town: Town, client: str) -> None:
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


def test_o1_another_municipalitys_client_is_no_patrols(town: Town) -> None:
    foreign = town.client(home_municipality=ELSEWHERE)
    town.grant(foreign, ALARM, "safety_alarm")
    for who in ("lars", "rut", "demo"):
        town.refused(who, "raise_alarm", "O1", client=foreign)


def test_s2_an_accepted_alarm_opens_linked_locks_alone(town: Town, client: str) -> None:
    neighbour = town.locked(serial="L2")
    accepted(town, client)
    town.refused("rut", "open_door", "S2", client=client, serial="L2")
    town.refused("rut", "open_door", "NotFound", client=neighbour, serial="L2")
    town.does("rut", "tell_fault", client=client, serial="L1", code="loose")


def test_a_carers_right_is_not_the_alarms(town: Town, client: str) -> None:
    accepted(town, client)
    town.end(client)
    town.days_pass(1)
    town.refused("carin", "open_door", "NotFound", client=client, **OPEN)


def test_rule_7_the_list_of_alarms_says_whose_only_to_those_with_sight(town: Town, client: str) -> None:
    alarm = raised(town, client)

    def listed(who: str) -> list[tuple[str, bool, bool]]:
        with town.standing():
            found = access.alarms(town.actor(who), Asked())
        return [(str(row.id), row.case is not None, row.mine) for row in found.items]

    assert listed("lars") == [(alarm, True, False)]
    assert listed("rut") == [(alarm, False, False)]
    town.does("rut", "accept_alarm", alarm=alarm)
    assert listed("rut") == [(alarm, True, True)]
    assert listed("ragna") == [(alarm, False, False)]
    assert listed("olle") == []


def test_an_alarm_said_late_is_of_when_it_was(town: Town, client: str) -> None:
    at = town.now - timedelta(minutes=3)
    town.tries("rut", "raise_alarm", {"client": client}, occurred=at)
    assert Alarm.objects.get().raised == at
