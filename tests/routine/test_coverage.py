# SPDX-License-Identifier: EUPL-1.2
"""Gaps, and how long somebody has the client: the days of case 8, and of those beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.routine.slow_losses import NOBODY, Care, Row
from troskel.routine.client_state import FOREVER
from troskel.routine.coverage import Gap, Why, end_is_meant, gaps, lasts_through, losses_of
from troskel.routine.facts import ALARM, HOME_CARE, AllocationFacts, ClientFacts, DecisionFacts

MONDAY = date(2026, 3, 2)
EAST, MEADOW = UUID(int=1), UUID(int=2)
Period = tuple[int, int | None]


def day(after: int) -> date:
    return MONDAY + timedelta(days=after)


def client(
    decided: list[Period], allocated: list[tuple[int, int | None, UUID, int]], *, confirmed: bool = False
) -> ClientFacts:
    """A client with home care: decisions by first and last day, allocations by days, provider and decision."""
    made = ClientFacts(client=UUID(int=9))
    for number, (first, last) in enumerate(decided):
        through = None if last is None else day(last)
        made.decisions[UUID(int=100 + number)] = DecisionFacts(
            HOME_CARE, day(first), through, confirmed=confirmed and through is not None
        )
    for number, (first, last, provider, decision) in enumerate(allocated):
        made.allocations[UUID(int=200 + number)] = AllocationFacts(
            UUID(int=100 + decision), HOME_CARE, provider, day(first), None if last is None else day(last)
        )
    return made


@pytest.mark.parametrize(
    ("decided", "allocated", "found"),
    [
        ([(0, 9), (10, None)], [(0, 9, EAST, 0), (10, None, EAST, 1)], []),
        ([(0, 9), (11, None)], [(0, 9, EAST, 0), (11, None, EAST, 1)], [(10, 10, Why.NO_DECISION)]),
        ([(0, 9), (10, None)], [(0, 9, EAST, 0)], [(10, None, Why.NOT_ALLOCATED)]),
        ([(0, 9)], [(0, 9, EAST, 0)], [(10, None, Why.NO_DECISION)]),
        ([(0, 9)], [(0, None, EAST, 0)], [(10, None, Why.NO_DECISION)]),
        ([(0, None)], [(3, None, EAST, 0)], [(0, 2, Why.NOT_ALLOCATED)]),
        ([(0, None)], [(0, 4, EAST, 0), (5, None, MEADOW, 0)], []),
        ([(0, 9), (15, 14)], [(0, 9, EAST, 0)], [(10, None, Why.NO_DECISION)]),
        ([], [], []),
    ],
)
def test_case_8_the_days_on_which_no_phone_has_the_client(
    decided: list[Period],
    allocated: list[tuple[int, int | None, UUID, int]],
    found: list[tuple[int, int | None, Why]],
) -> None:
    expected = [
        Gap(HOME_CARE, day(first), FOREVER if last is None else day(last), why) for first, last, why in found
    ]
    assert gaps(client(decided, allocated), HOME_CARE) == expected


def test_care_that_is_to_end_leaves_no_gap() -> None:
    ended = client([(0, 9)], [(0, 9, EAST, 0)], confirmed=True)
    assert gaps(ended, HOME_CARE) == []
    assert end_is_meant(ended, HOME_CARE, day(9))
    assert not end_is_meant(client([(0, 9)], []), HOME_CARE, day(9))


def test_the_dead_and_those_who_moved_leave_no_gap() -> None:
    for left in ({"died": day(4)}, {"moved_out": day(5)}):
        gone = client([(0, 9)], [(0, 9, EAST, 0)])
        for name, on in left.items():
            setattr(gone, name, on)
        assert gaps(gone, HOME_CARE) == []


def test_o1_another_municipalitys_client_is_on_no_phone_and_so_has_no_gap() -> None:
    elsewhere = client([(0, 9)], [(0, 9, EAST, 0)])
    elsewhere.own = False
    assert gaps(elsewhere, HOME_CARE) == []


def test_a_gap_is_of_its_service_alone() -> None:
    assert gaps(client([(0, 9)], [(0, 9, EAST, 0)]), ALARM) == []


def test_one_decision_after_the_other_is_one_time_with_the_client() -> None:
    found = client([(0, 9), (10, 19), (21, None)], [(0, 9, EAST, 0), (10, 19, EAST, 1), (21, None, EAST, 2)])
    assert lasts_through(found, HOME_CARE, EAST, day(0)) == day(19)
    assert lasts_through(found, HOME_CARE, EAST, day(21)) == FOREVER
    assert lasts_through(found, HOME_CARE, MEADOW, day(0)) == day(0)


PERIODS = st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 40)), st.booleans())


@given(
    st.lists(PERIODS, max_size=4),
    st.lists(st.tuples(PERIODS, st.integers(0, 3), st.integers(0, 2)), max_size=5),
)
def test_a8_who_loses_the_client_is_what_a_slow_count_says(decided: list[Any], allocated: list[Any]) -> None:
    made, care = ClientFacts(client=UUID(int=9)), Care()
    for number, (first, last, stated) in enumerate(decided):
        through = None if last is None else day(first + last)
        stated = stated and through is not None
        made.decisions[UUID(int=100 + number)] = DecisionFacts(
            HOME_CARE, day(first), through, confirmed=stated
        )
        care.decisions.append(Row(day(first), through, stated))
    for number, ((first, last, stated), decision, provider) in enumerate(allocated):
        through = None if last is None else day(first + last)
        stated = stated and through is not None
        if decision < len(decided):
            made.allocations[UUID(int=200 + number)] = AllocationFacts(
                UUID(int=100 + decision),
                HOME_CARE,
                UUID(int=provider + 1),
                day(first),
                through,
                confirmed=stated,
            )
            care.allocations.append(
                Row(
                    day(first),
                    through,
                    stated,
                    decision=care.decisions[decision],
                    organisation=str(UUID(int=provider + 1)),
                )
            )
    first, last = day(0), day(90)
    found = {
        (str(loss.provider or NOBODY), loss.first, min(loss.through, last))
        for loss in losses_of(made, HOME_CARE)
        if loss.first <= last
    }
    assert found == set(care.runs(first, last))
