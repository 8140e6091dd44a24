# SPDX-License-Identifier: EUPL-1.2
"""The number of queries over HTTP: at most 11 for an act, and 8 for a list of any length."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.cast import EAST, FIRM, NOW, add_client, add_clients
from tests.api.conftest import ApiClient
from troskel.ground import clock
from troskel.people.operations import reserve_numbers

MAX_ACT_QUERIES = 11
MAX_OPENING_QUERIES = 11
MAX_LIST_QUERIES = 8
MAX_RECORD_QUERIES = 15
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")

THREAD: list[tuple[str, str, dict[str, Any]]] = [
    ("anna", "inform_client", {"client": "K1", "way": "oral"}),
    ("anna", "inform_client", {"client": "K1", "way": "written"}),
    ("anna", "tell_about_keys", {"client": "K1"}),
    ("anna", "confirm_understanding", {"client": "K1"}),
    ("carin", "place_tag", {"client": "K1", "tag": "T1"}),
    (
        "carin",
        "register_visit",
        {"client": "K1", "arrived": "2026-03-02T08:00:00+01:00", "by": "tag", "tag": "T1"},
    ),
    ("olle", "order_installation", {"client": "K1", "locksmith": FIRM}),
    (
        "laban",
        "book_order",
        {"order": "W-2026-0001", "starts": "2026-03-03T10:00:00+01:00", "ends": "2026-03-03T11:00:00+01:00"},
    ),
    ("laban", "report_failure", {"order": "W-2026-0001", "code": "nobody_home"}),
    ("laban", "report_installation", {"order": "W-2026-0001", "serial": "L1"}),
    ("siri", "link_lock", {"client": "K1", "serial": "L1"}),
    ("carin", "take_tag", {"client": "K1", "tag": "T1"}),
    ("olle", "receive_key", {"client": "K1", "key": "N1", "signed": "client"}),
    ("carin", "open_door", {"client": "K1", "serial": "L1"}),
    ("carin", "tell_fault", {"client": "K1", "serial": "L1", "code": "loose"}),
    ("carin", "arrive", {"client": "K1", "by": "hand", "reason": "lock_failed"}),
    ("carin", "depart", {"by": "hand", "reason": "lock_failed"}),
    ("anna", "end_care", {"client": "K1", "service": "home_care", "on": "2026-03-01", "reason": "flyttar"}),
    ("olle", "order_removal", {"client": "K1", "locksmith": FIRM}),
    ("olle", "cancel_order", {"order": "W-2026-0002", "reason": "mistake"}),
    ("olle", "order_removal", {"client": "K1", "locksmith": FIRM}),
    ("laban", "report_removal", {"order": "W-2026-0003", "serial": "L1"}),
    ("siri", "unlink_lock", {"client": "K1", "serial": "L1"}),
    ("olle", "return_key", {"client": "K1", "key": "N1", "signed": "client"}),
]

WHOLE = (
    "/gaps",
    "/ways-in",
    "/outages",
    "/phone/clients",
    "/phone/counts",
    "/invoice-rows",
    "/routine",
    "/routine/versions",
    "/conformance",
    "/acts",
)
"""They have no pages, so they take no limit."""

LISTS = {
    "/clients": "anna",
    "/decisions": "olle",
    "/gaps": "olle",
    "/ways-in": "olle",
    "/outages": "olle",
    "/orders": "olle",
    "/locks": "olle",
    "/tags": "olle",
    "/keys": "olle",
    "/links": "olle",
    "/visits": "olle",
    "/duties": "olle",
    "/notices": "olle",
    "/phone/clients": "carin",
    "/openings": "olle",
    "/alarms": "rut",
    "/phone/counts": "anna",
    "/organisations": "carin",
    "/journal": "olle",
    "/invoice-rows": "erik",
    "/basis-forms": "erik",
    "/routine": "carin",
    "/routine/versions": "maria",
    "/conformance": "maria",
    "/conformance?by=organisation": "maria",
    "/deputies": "olle",
    "/acts": "carin",
}


def counted_queries(captured: CaptureQueriesContext) -> list[str]:
    """The queries, without the words of the transaction."""
    response = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in response if not sql.startswith(NOT_COUNTED)]


def test_queries_of_every_act_of_the_thread(api: ApiClient) -> None:
    if connection.features.has_select_for_update_skip_locked:
        reserve_numbers("0999", "order", clock.today().year)  # else the first order does it
    costs: list[tuple[int, str]] = []
    for who, act, values in THREAD:
        with CaptureQueriesContext(connection) as captured:
            response = api.act(who, act, values, key=f"{len(costs)}")
        assert response.status == 200, (act, response.body)
        costs.append((len(counted_queries(captured)), act))
    dear = [(cost, act) for cost, act in costs if cost > MAX_ACT_QUERIES]
    assert not dear


def test_queries_of_an_opening_by_phone(api: ApiClient) -> None:
    """Two acts with the lock between them; two of the queries are the simulated lock's own."""
    mounted = [step for step in THREAD if step[1] not in ("report_failure", "take_tag")][:11]
    for who, act, values in mounted:
        assert api.act(who, act, values).status == 200, act
    door = {"client": "K1", "serial": "L1"}
    assert api.post("carin", "/phone/open", door).status == 200  # the lock's memory is made at the first turn
    with CaptureQueriesContext(connection) as captured:
        response = api.post("carin", "/phone/open", door, key="open")
    assert (response.status, response.body["outcome"]) == (200, "opened")
    queries = counted_queries(captured)
    ours = [sql for sql in queries if "simulatedlock" not in sql]
    assert (len(ours), len(queries) - len(ours)) <= (MAX_OPENING_QUERIES, 2), queries


@pytest.mark.parametrize("path", LISTS)
def test_list_query_count_is_independent_of_length(api: ApiClient, path: str) -> None:
    api.get(LISTS[path], path)  # what a process learns once, as the routine's words
    with CaptureQueriesContext(connection) as few:
        assert api.get(LISTS[path], path).status == 200
    add_clients(api.cast, {f"K{number}": number for number in range(10, 60)}, EAST)
    with CaptureQueriesContext(connection) as with_many:
        response = api.get(LISTS[path], path, **({} if path.split("?")[0] in WHOLE else {"limit": 200}))
    assert response.status == 200
    assert len(counted_queries(with_many)) == len(counted_queries(few)), counted_queries(with_many)
    assert len(counted_queries(with_many)) <= MAX_LIST_QUERIES, counted_queries(with_many)


def test_record_query_count(api: ApiClient) -> None:
    with clock.frozen_at(NOW):
        for who, act, values in THREAD[:12]:
            assert api.act(who, act, values).status == 200
    with CaptureQueriesContext(connection) as captured:
        response = api.get("olle", f"/clients/{api.cast.cases['K1']}")
    assert response.status == 200
    assert response.body["links"][0]["lock"] == "L1"
    assert len(counted_queries(captured)) <= MAX_RECORD_QUERIES, counted_queries(captured)


def test_pages_contain_every_client_once(api: ApiClient) -> None:
    for number in range(10, 20):
        add_client(api.cast, f"K{number}", number, EAST)
    seen: list[str] = []
    after = ""
    while True:
        page = api.get("anna", "/clients", limit=3, after=after).body
        seen += [item["reference"] for item in page["items"]]
        assert len(page["items"]) <= 3
        if page["next"] is None:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == 14
    lines: list[int] = []
    following: int | None = 0
    while following is not None:
        journal = api.get("siri", "/journal", limit=50, after=following).body
        lines += [line["number"] for line in journal["items"]]
        following = journal["next"]
    assert lines == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("path", ["/decisions", "/orders", "/links", "/visits", "/duties", "/notices"])
def test_lists_filtered_by_client(api: ApiClient, path: str) -> None:
    for number, (who, act, values) in enumerate(THREAD[:12]):
        assert api.act(who, act, values).status == 200, number
    state = {"state": "all"} if path in ("/duties", "/notices") else {}
    everything = api.get("olle", path, **state).body
    filtered = api.get("olle", path, client=api.cast.cases["K1"], **state).body
    assert {item["case"] for item in filtered["items"]} == {api.cast.cases["K1"]}
    assert len(filtered["items"]) <= len(everything["items"])
    assert api.get("olle", path, client=api.cast.cases["K2"]).body["items"] == []


def test_every_read_of_a_client_is_journalled_with_filter_and_ids(api: ApiClient) -> None:
    from troskel.journal.models import Line

    api.get("olle", "/clients", limit=2)
    line = Line.objects.filter(kind="reads").latest("number")
    assert line.event == "clients.listed"
    assert line.actor == api.cast.actors["olle"].account
    assert '"limit":2' in line.body
    api.get("olle", f"/clients/{api.cast.cases['K1']}")
    line = Line.objects.filter(kind="reads").latest("number")
    assert (line.event, line.client is not None) == ("client.opened", True)


@pytest.mark.parametrize("path", ["/decisions", "/orders", "/links", "/visits", "/duties", "/notices"])
@pytest.mark.parametrize("number", ["19600102-9999", "600102-9999", "196001029999", "Anna"])
def test_identity_number_in_a_filter_is_not_stored(api: ApiClient, path: str, number: str) -> None:
    from troskel.journal.models import Line

    before = Line.objects.filter(kind="reads").count()
    response = api.get("olle", path, client=number)
    assert (response.status, response.body["field"]) == (422, "client")
    assert number not in str(response.body)
    assert Line.objects.filter(kind="reads").count() == before
