# SPDX-License-Identifier: EUPL-1.2
"""`POST /phone/open`: two acts with a lock between; what it costs, and how it says no."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.cast import ALARM, FIRM
from tests.api.conftest import Caller
from tests.api.test_queries import MOST_OF_A_LIST, MOST_OF_AN_ACT, counted
from troskel.access.models import Opening

OF_A_SIMULATED_LOCK = 8
DOOR = {"client": "K1", "serial": "L1"}


@pytest.fixture
def locked(api: Caller) -> Caller:
    """K1 has a lock, a link, and a safety alarm."""
    ordered = {"client": "K1", "locksmith": FIRM, "reason": "x"}
    order = api.act("olle", "order_installation", ordered).body["answer"]["order"]
    alarm = {"client": "K1", "reference": "B-A", "service": "safety_alarm", "valid_from": "2026-02-16"}
    given = {"decision": "B-A", "reference": "F-A", "organisation": ALARM, "valid_from": "2026-02-16"}
    for who, act, values in (
        ("laban", "report_installation", {"order": order, "serial": "L1"}),
        ("siri", "link_lock", DOOR),
        ("anna", "make_decisions", {"decisions": [alarm]}),
        ("anna", "allocate", {"allocations": [given]}),
    ):
        assert api.act(who, act, values).status == 200, act
    return api


def opens(api: Caller, who: str = "carin", values: Any = None, key: str | None = None) -> Any:
    return api.post(who, "/phone/open", values or DOOR, key)


def test_a_door_is_opened_once_for_a_key(locked: Caller) -> None:
    first = opens(locked, key="k")
    assert (first.status, first.body["outcome"], first.body["paragraph"]) == (200, "opened", "A4")
    assert opens(locked, key="k").body == first.body
    assert opens(locked, key="k", values={"client": "K4", "serial": "L1"}).status == 422
    assert Opening.objects.count() == 1
    (listed,) = locked.get("olle", "/openings").body["items"]
    assert (listed["outcome"], listed["battery"], listed["case"]) == ("opened", 100, locked.cast.cases["K1"])


def test_it_is_refused_as_an_act_is(locked: Caller) -> None:
    assert opens(locked, "mikael").status == 404
    assert opens(locked, values={"client": "K4", "serial": "L1"}).body["rule"] == "S2"
    assert opens(locked, values={"client": "K1"}).status == 422
    assert opens(locked, values=b"{").status == 400
    assert opens(locked, "olle").status == 403
    assert not Opening.objects.exists()


def test_rule_4_asked_beforehand(locked: Caller) -> None:
    (asked,) = locked.get("carin", "/phone/doors/L1").body
    assert (asked["may"], asked["paragraph"], asked["through"]) == (True, "A4", None)
    for serial in ("L2", "no such"):
        assert locked.get("carin", f"/phone/doors/{serial}").status == 404
    assert locked.get("mikael", "/phone/doors/L1").status == 404


def test_an_alarm_over_http(locked: Caller) -> None:
    alarm = locked.act("rut", "raise_alarm", {"client": "K1"}).body["answer"]["alarm"]
    assert opens(locked, "rut").status == 404
    assert locked.get("rut", "/phone/clients").body == []
    assert locked.act("rut", "accept_alarm", {"alarm": alarm}).status == 200
    assert [shown["case"] for shown in locked.get("rut", "/phone/clients").body] == [locked.cast.cases["K1"]]
    assert opens(locked, "rut").body["paragraph"] == "alarm"
    assert locked.act("rut", "close_alarm", {"alarm": alarm, "outcome": "helped"}).status == 200
    assert locked.get("rut", "/phone/doors/L1").status == 404


def test_an_opening_and_an_alarm_cost_what_acts_may(locked: Caller) -> None:
    """An opening is two acts, and the simulated lock has memory of its own."""
    hand = {"by": "hand", "reason": "lock_failed"}
    visits = [
        {"client": "K1", "arrived": f"2026-03-01T{hour:02}:00:00+01:00", **hand} for hour in range(8, 20)
    ]
    costs: list[tuple[int, str]] = []

    def cost(name: str, who: str, values: Any) -> Any:
        with CaptureQueriesContext(connection) as captured:
            said = locked.act(who, name, values, key=f"{len(costs)}")
        assert said.status == 200, (name, said.body)
        costs.append((len(counted(captured)), name))
        return said.body["answer"]

    cost("register_visits", "carin", {"visits": visits})
    cost("arrive", "carin", {"client": "K1", "by": "lock", "serial": "L1"})
    cost("arrive", "carin", {"client": "K4", **hand})
    cost("depart", "carin", hand)
    opening = cost("open_door", "carin", DOOR)["opening"]
    cost("note_opening", "carin", {"opening": opening, "outcome": "opened", "battery": 5})
    alarm = cost("raise_alarm", "rut", {"client": "K1"})["alarm"]
    cost("accept_alarm", "rut", {"alarm": alarm})
    cost("open_door", "rut", DOOR)
    cost("close_alarm", "rut", {"alarm": alarm, "outcome": "helped"})
    assert max(costs)[0] <= MOST_OF_AN_ACT, costs
    with CaptureQueriesContext(connection) as captured:
        opens(locked, key="k")
    assert len(counted(captured)) <= 2 * MOST_OF_AN_ACT + OF_A_SIMULATED_LOCK, counted(captured)
    with CaptureQueriesContext(connection) as captured:
        locked.get("carin", "/phone/doors/L1")
    assert len(counted(captured)) <= MOST_OF_A_LIST, counted(captured)
