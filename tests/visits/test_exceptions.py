# SPDX-License-Identifier: EUPL-1.2
"""What needs a look about a visit, and how strong its evidence is; in the list with constant queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import Town
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.reading import lists
from troskel.reading.paging import PageRequest
from troskel.visits.exceptions import Circumstances, KnownVisit, exceptions_of
from troskel.visits.rules import Span, grade

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)
CLIENT, OTHER, HOME, OTHER_HOME, CARER = (new_id() for _ in range(5))
NOTHING = Circumstances({}, {}, {})


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return NOW.replace(hour=hour, minute=minute, second=second)


def visit(since: datetime, until: datetime | None, client: UUID = CLIENT, **more: Any) -> KnownVisit:
    told: dict[str, Any] = {
        "id": new_id(), "client": client, "home": HOME if client == CLIENT else OTHER_HOME, "account": CARER,
        "at": Span(since, until), "evidence": "tag", "departed_evidence": "tag" if until else "", "reason": "",
        "open": False, "flags": (),
    }  # fmt: skip
    return KnownVisit(**(told | more))


def found(one: KnownVisit, *others: KnownVisit, known: Circumstances = NOTHING) -> list[str]:
    return [exception.value for exception in exceptions_of(one, [one, *others], known, NOW)]


def test_nothing_to_look_at() -> None:
    assert found(visit(at(8), at(9)), visit(at(10), at(11), OTHER)) == []


def test_a_departure_is_forgotten_when_the_next_began_or_the_shift_is_over() -> None:
    assert found(visit(at(8), None)) == ["left_open"]
    assert found(visit(at(8), None, open=True)) == []
    assert found(visit(at(5), None, open=True)) == ["left_open"]


def test_overlap_is_found_from_both_sides() -> None:
    first, second = visit(at(8), at(9)), visit(at(8, 30), at(9, 30), OTHER)
    assert found(first, second) == found(second, first) == ["overlap"]
    assert found(visit(at(8), at(9)), visit(at(9), at(10), CLIENT)) == []


@pytest.mark.parametrize(
    ("second", "more", "expected"),
    [
        (30, {}, ["no_way_between"]),
        (60, {}, []),
        (30, {"home": HOME}, []),
        (30, {"home": None}, []),
        (30, {"evidence": "hand"}, []),
    ],
)
def test_two_homes_within_a_minute_where_both_are_proven(
    second: int, more: dict[str, Any], expected: list[str]
) -> None:
    first, then = visit(at(8), at(9)), visit(at(9) + timedelta(seconds=second), at(10), OTHER, **more)
    assert found(first, then) == expected
    assert [one for one in found(then, first) if one == "no_way_between"] == expected


def test_what_is_known_of_lock_tag_and_absence() -> None:
    span, before = [Span(at(1), None)], [Span(at(1), at(2))]
    linked, tagged = Circumstances({CLIENT: span}, {}, {}), Circumstances({}, {CLIENT: span}, {})
    assert found(visit(at(8), at(9)), known=linked) == ["tag_at_lock"]
    assert found(visit(at(8), at(9)), known=Circumstances({CLIENT: before}, {}, {})) == []
    assert found(visit(at(8), at(9), evidence="lock"), known=linked) == []
    by_hand = {"evidence": "hand", "departed_evidence": "hand"}
    assert found(visit(at(8), at(9), reason="forgotten", **by_hand), known=tagged) == ["by_hand_with_tag"]
    assert found(visit(at(8), at(9), reason="phone_failed", **by_hand), known=tagged) == []
    for first, last, away in ((1, 2, True), (2, None, True), (3, None, False), (1, 1, False)):
        absent = [(date(2026, 3, first), date(2026, 3, last) if last else None)]
        known = Circumstances({}, {}, {CLIENT: absent})
        assert found(visit(at(8), at(9)), known=known) == (["away"] if away else [])
    assert found(visit(at(8), at(9), flags=("not_covered",))) == ["not_covered"]
    assert found(visit(at(8), at(8) + timedelta(hours=25))) == ["long"]


def test_grades_fall_from_what_is_signed_to_what_is_written_by_hand() -> None:
    told = [
        grade("lock", is_signed=True),
        grade("tag", is_signed=True),
        grade("lock"),
        grade("tag"),
        grade("hand"),
    ]
    assert [one.value for one in told] == ["A", "B", "C", "D", "F"]


def visits_of(town: Town, who: str) -> Any:
    with clock.frozen_at(town.now), CaptureQueriesContext(connection) as queries:
        page = lists.visits(town.actor(who), PageRequest(50, ""))
    return page.items, len(queries)


def test_the_list_tells_both_with_as_many_queries_for_many_visits_as_for_one(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("carin", "arrive", client=client, by="tag", tag="E1")
    town.now += timedelta(minutes=20)
    town.does("carin", "depart", by="hand", reason="forgotten")
    visits_of(town, "olle")  # what is read once and kept
    (one,), few = visits_of(town, "olle")
    assert (one.grade, one.departed_grade, one.exceptions) == ("D", "F", [])
    for _ in range(4):
        town.now += timedelta(minutes=5)
        other = town.new_client()
        town.does("carin", "arrive", client=other, by="hand", reason="no_tag_yet")
    items, many = visits_of(town, "olle")
    assert many == few
    told = [item.exceptions for item in items if item.case != one.case]
    assert sorted(told) == [[], *[["left_open"]] * 3], [(i.open, i.arrived, i.exceptions) for i in items]
    town.now += timedelta(minutes=5)
    town.does("carin", "arrive", client=client, by="hand", reason="forgotten")
    latest = max(visits_of(town, "olle")[0], key=lambda item: item.arrived)
    assert (latest.grade, latest.exceptions) == ("F", ["by_hand_with_tag"])
