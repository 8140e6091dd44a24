# SPDX-License-Identifier: EUPL-1.2
"""`POST /alarms`: an alarm centre hands in what it has received; a repeat is the same alarm, and one opens no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.cast import ALARM
from tests.api.conftest import ApiClient
from troskel.access.models import Alarm


@pytest.fixture
def centre(api: ApiClient) -> ApiClient:
    """K1 and K2 have a safety alarm that Larmpatrullen answers, and the centre a token that is for alarms alone."""
    for client in ("K1", "K2"):
        decision, allocation = f"A-{client}", f"AF-{client}"
        made = {
            "client": client,
            "reference": decision,
            "service": "safety_alarm",
            "valid_from": "2026-02-16",
        }
        given = {
            "decision": decision,
            "reference": allocation,
            "organisation": ALARM,
            "valid_from": "2026-02-16",
        }
        assert api.act("anna", "make_decisions", {"decisions": [made]}).status == 200
        assert api.act("anna", "allocate", {"allocations": [given]}).status == 200
    api.cast.tokens["centre"] = api.cast.does("rut", "issue_token", label="x", scopes=["alarms"]).answer[
        "token"
    ]
    return api


def handed_in(api: ApiClient, *alarms: dict[str, Any]) -> list[dict[str, Any]]:
    answer = api.post("centre", "/alarms", {"alarms": list(alarms)})
    assert answer.status == 200, answer.body
    told: list[dict[str, Any]] = answer.body["alarms"]
    return told


def test_each_alarm_is_raised_once_however_often_it_is_handed_in(centre: ApiClient) -> None:
    batch = (
        {"id": "c-1", "client": "K1", "raised": "2026-03-02T08:55:00+01:00", "urgency": "urgent"},
        {"id": "c-2", "client": "K2"},
    )
    first = handed_in(centre, *batch)
    assert [one["id"] for one in first] == ["c-1", "c-2"] and all(one["alarm"] for one in first)
    assert handed_in(centre, *batch) == first
    assert handed_in(centre, batch[1]) == first[1:]
    listed = {one["id"]: one for one in centre.get("rut", "/alarms").body["items"]}
    assert len(listed) == 2
    urgent = listed[first[0]["alarm"]]
    assert (urgent["raised"], urgent["urgency"]) == ("2026-03-02T07:55:00Z", "urgent")


def test_a_repeat_after_the_alarm_is_closed_raises_no_other(centre: ApiClient) -> None:
    (first,) = handed_in(centre, {"id": "c-1", "client": "K1"})
    assert centre.act("rut", "accept_alarm", {"alarm": first["alarm"]}).status == 200
    assert centre.act("rut", "close_alarm", {"alarm": first["alarm"], "outcome": "helped"}).status == 200
    assert handed_in(centre, {"id": "c-1", "client": "K1"}) == [first]
    (second,) = handed_in(centre, {"id": "c-2", "client": "K1"})
    assert second["alarm"] != first["alarm"] and Alarm.objects.filter(closed=None).count() == 1


def test_what_is_refused_keeps_none_of_the_others_back(centre: ApiClient) -> None:
    """An unknown client; one whose alarm another organisation answers, who is told alike; an id used for another."""
    handed_in(centre, {"id": "c-1", "client": "K1"})
    told = handed_in(
        centre,
        {"id": "c-1", "client": "K2"},
        {"id": "c-3", "client": "K9"},
        {"id": "c-4", "client": "K4"},
        {"id": "c-5", "client": "K2", "raised": "2026-03-02T09:30:00+01:00"},
        {"id": "c-6", "client": "K2"},
    )
    codes = [one["code"] for one in told]
    assert codes == [
        "key.used_otherwise",
        "client.not_found",
        "client.not_found",
        "occurred.in_the_future",
        "",
    ]
    assert [bool(one["alarm"]) for one in told] == [False, False, False, False, True]
    assert all(one["message"] and one["swedish"] for one in told[:4])


@pytest.mark.parametrize(
    ("alarm", "field"),
    [
        ({"id": "c-1"}, "alarms[0].client"),
        ({"id": "", "client": "K1"}, "alarms[0].id"),
        ({"id": "c-1", "client": "K1", "urgency": "high"}, "alarms[0].urgency"),
        ({"id": "c-1", "client": "K1", "raised": "2026-03-02T08:55:00"}, "alarms[0].raised"),
        ({"id": "c-1", "client": "K1", "name": "x"}, "alarms[0].name"),
    ],
)
def test_what_can_not_be_read_raises_nothing(centre: ApiClient, alarm: dict[str, Any], field: str) -> None:
    answer = centre.post("centre", "/alarms", {"alarms": [alarm, {"id": "c-2", "client": "K2"}]})
    assert (answer.status, answer.body["field"]) == (422, field)
    assert not Alarm.objects.exists()
