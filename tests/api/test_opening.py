# SPDX-License-Identifier: EUPL-1.2
"""`POST /phone/open`: two acts with a call of the lock between; queries and refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.cast import ALARM, FIRM
from tests.api.conftest import ApiClient
from tests.api.test_queries import MAX_ACT_QUERIES, MAX_LIST_QUERIES, counted_queries
from troskel.access.models import Opening

SIMULATED_LOCK_QUERIES = 8
DOOR = {"client": "K1", "serial": "L1"}


@pytest.fixture
def with_lock(api: ApiClient) -> ApiClient:
    """K1 has a lock, a link, and a safety alarm."""
    ordered = {"client": "K1", "locksmith": FIRM, "reason": "x"}
    order = api.act("olle", "order_installation", ordered).body["answer"]["order"]
    alarm = {"client": "K1", "reference": "B-A", "service": "safety_alarm", "valid_from": "2026-02-16"}
    allocation = {"decision": "B-A", "reference": "F-A", "organisation": ALARM, "valid_from": "2026-02-16"}
    for who, act, values in (
        ("laban", "report_installation", {"order": order, "serial": "L1"}),
        ("siri", "link_lock", DOOR),
        ("anna", "make_decisions", {"decisions": [alarm]}),
        ("anna", "allocate", {"allocations": [allocation]}),
    ):
        assert api.act(who, act, values).status == 200, act
    return api


def open_door(api: ApiClient, who: str = "carin", values: Any = None, key: str | None = None) -> Any:
    return api.post(who, "/phone/open", values or DOOR, key)


def test_door_is_opened_once_per_key(with_lock: ApiClient) -> None:
    first = open_door(with_lock, key="k")
    assert (first.status, first.body["outcome"], first.body["paragraph"]) == (200, "opened", "A4")
    assert open_door(with_lock, key="k").body == first.body
    assert open_door(with_lock, key="k", values={"client": "K4", "serial": "L1"}).status == 422
    assert Opening.objects.count() == 1
    (listed,) = with_lock.get("olle", "/openings").body["items"]
    assert (listed["outcome"], listed["battery"], listed["case"]) == (
        "opened",
        100,
        with_lock.cast.cases["K1"],
    )


def test_opening_is_refused_like_an_act(with_lock: ApiClient) -> None:
    assert open_door(with_lock, "mikael").status == 404
    assert open_door(with_lock, values={"client": "K4", "serial": "L1"}).body["rule"] == "S2"
    assert open_door(with_lock, values={"client": "K1"}).status == 422
    assert open_door(with_lock, values=b"{").status == 400
    assert open_door(with_lock, "olle").status == 403
    assert not Opening.objects.exists()


def test_rule_4_door_query(with_lock: ApiClient) -> None:
    (door,) = with_lock.get("carin", "/phone/doors/L1").body
    assert (door["may"], door["paragraph"], door["through"]) == (True, "A4", None)
    for serial in ("L2", "no such"):
        assert with_lock.get("carin", f"/phone/doors/{serial}").status == 404
    assert with_lock.get("mikael", "/phone/doors/L1").status == 404


def test_alarm_over_http(with_lock: ApiClient) -> None:
    alarm = with_lock.act("rut", "raise_alarm", {"client": "K1"}).body["answer"]["alarm"]
    assert open_door(with_lock, "rut").status == 404
    assert with_lock.get("rut", "/phone/clients").body == []
    assert with_lock.act("rut", "accept_alarm", {"alarm": alarm}).status == 200
    assert [row["case"] for row in with_lock.get("rut", "/phone/clients").body] == [
        with_lock.cast.cases["K1"]
    ]
    assert open_door(with_lock, "rut").body["paragraph"] == "alarm"
    assert with_lock.act("rut", "close_alarm", {"alarm": alarm, "outcome": "helped"}).status == 200
    assert with_lock.get("rut", "/phone/doors/L1").status == 404


def test_query_count_of_opening_and_alarm(with_lock: ApiClient) -> None:
    """An opening is two acts, and the simulated lock has memory of its own."""
    hand = {"by": "hand", "reason": "lock_failed"}
    visits = [
        {"client": "K1", "arrived": f"2026-03-01T{hour:02}:00:00+01:00", **hand} for hour in range(8, 20)
    ]
    costs: list[tuple[int, str]] = []

    def cost(name: str, who: str, values: Any) -> Any:
        with CaptureQueriesContext(connection) as captured:
            response = with_lock.act(who, name, values, key=f"{len(costs)}")
        assert response.status == 200, (name, response.body)
        costs.append((len(counted_queries(captured)), name))
        return response.body["answer"]

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
    assert max(costs)[0] <= MAX_ACT_QUERIES, costs
    with CaptureQueriesContext(connection) as captured:
        open_door(with_lock, key="k")
    assert len(counted_queries(captured)) <= 2 * MAX_ACT_QUERIES + SIMULATED_LOCK_QUERIES, counted_queries(
        captured
    )
    with CaptureQueriesContext(connection) as captured:
        with_lock.get("carin", "/phone/doors/L1")
    assert len(counted_queries(captured)) <= MAX_LIST_QUERIES, counted_queries(captured)
