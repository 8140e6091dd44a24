# SPDX-License-Identifier: EUPL-1.2
"""P2: a client to whom nobody comes is asked about. The oracle counts days in a plain list, day after day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.routine.story import ALARM, ALARMS, FILE, NORTH, SOUTH, START, Story
from troskel.routine import InvalidRoutine, parse_routine

TIMES, LEAST, NEVER, UNKNOWN = 2, 2, 14, 9
"""What the shipped file says; the last is left out there."""
SHIPPED = "silence = { times = 2, at_least_days = 2, never_days = 14 }"
TEXT = FILE.read_text("utf-8")
assert SHIPPED in TEXT
WHOLE = parse_routine(
    TEXT.replace(SHIPPED, SHIPPED[:-2] + ", unknown_days = 9 }").encode(), "2026-03-01.toml"
)
SILENT = "P2.silent"


def day(number: int) -> date:
    return START + timedelta(days=number)


def visited(story: Story, client: Any, *numbers: int, by: Any = NORTH) -> None:
    for number in numbers:
        story.until(day(number))
        story.visit(client, by)


def asked_after(visits: list[int]) -> int:
    """The day on which it is asked, by the visits' days alone."""
    intervals = sorted(b - a for a, b in pairwise(visits))
    return visits[-1] + (max(TIMES * intervals[-2], LEAST) if len(intervals) > 1 else UNKNOWN)


@given(st.lists(st.integers(1, 9), max_size=14))
def test_it_is_asked_after_twice_the_usual_interval_and_a_visit_ends_it(steps: list[int]) -> None:
    story = Story(routine=WHOLE)
    client = story.client()
    story.care(client, NORTH, START)
    visits = [0]
    visited(story, client, 0)
    for step in steps:
        following = visits[-1] + step
        asked = asked_after(visits)
        story.until(day(min(asked, following) - 1))
        assert not story.open(SILENT)
        story.until(day(following))
        assert len(story.open(SILENT)) == (asked <= following)
        story.visit(client, NORTH)
        visits.append(following)
        assert not story.open(SILENT)
    asked = asked_after(visits)
    story.until(day(asked - 1))
    assert not story.open(SILENT)
    story.until(day(asked))
    duty = story.the(SILENT)
    assert (duty.organisation, duty.opened, duty.due) == (NORTH, day(asked), day(asked))
    assert duty.about["last_visit"] == day(visits[-1]).isoformat()
    told, again = story.history.duties, story.replayed().duties
    assert {one: (d.state, d.day) for one, d in told.items()} == {
        one: (d.state, d.day) for one, d in again.items()
    }


def test_weekends_are_usual_and_one_journey_is_not() -> None:
    story = Story()
    client = story.client()
    story.care(client, NORTH, START)
    visited(story, client, 0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18)
    story.until(day(23))
    assert not story.open(SILENT)  # Friday to Wednesday: less than twice a weekend
    story.until(day(24))
    assert story.the(SILENT).about["usual_days"] == 3


def test_nobody_has_ever_come() -> None:
    story = Story()
    client = story.client()
    story.care(client, NORTH, day(3))
    story.until(day(16))
    assert not story.open(SILENT)
    story.until(day(17))
    assert "last_visit" not in story.the(SILENT).about
    story.visit(client, SOUTH)  # whoever comes: somebody has seen the client
    assert not story.open(SILENT)


def test_before_the_take_over_nothing_is_known() -> None:
    story = Story()
    client = story.client(take_over=day(0), settling=True)
    story.care(client, NORTH, day(-100))
    story.taken_over(day(0))
    story.until(day(60))
    assert not story.open(SILENT)
    visited(story, client, 61, 62, 63)
    story.until(day(65))
    assert story.open(SILENT)


def test_a_visit_or_two_tell_nothing_in_the_shipped_file() -> None:
    story = Story()
    client = story.client()
    story.care(client, NORTH, START)
    visited(story, client, 0, 1)
    story.until(day(60))
    assert not story.open(SILENT)


def test_what_is_attested_is_asked_again_when_so_many_days_are_over_anew() -> None:
    story = Story()
    client = story.client()
    story.care(client, NORTH, START)
    visited(story, client, 0, 1, 2)
    story.until(day(4))
    story.about("duty.attested", client, duty=story.the(SILENT).id, paragraph="P2", ask="silent")
    assert story.closed(SILENT) == [("done", day(4))]
    story.until(day(5))
    assert not story.open(SILENT)
    story.until(day(6))
    assert story.open(SILENT)


def test_absence_the_end_of_care_and_death_end_it() -> None:
    ends = {
        "away": lambda s, c, d: s.about(
            "suspension.began", c, **{"from": s.today}, through=None, reason_code="hospital"
        ),
        "ended": lambda s, c, d: s.ends(c, d, s.today - timedelta(days=1)),
        "died": lambda s, c, d: s.about("client.died", c, on=s.today),
        "another's": lambda s, c, d: s.about("client.municipality_changed", c, own=False),
    }
    for name, end in ends.items():
        story = Story()
        client = story.client()
        decision = story.care(client, NORTH, START)
        visited(story, client, 0, 1, 2)
        story.until(day(4))
        assert story.open(SILENT), name
        end(story, client, decision)
        assert story.closed(SILENT) == [("moot", day(4))], name
        story.until(day(40))
        assert not story.open(SILENT), name


def test_an_absence_known_ahead_ends_it_on_its_day_and_counts_anew_afterwards() -> None:
    story = Story()
    client = story.client()
    story.care(client, NORTH, START)
    visited(story, client, 0, 1, 2)
    body = {"from": day(5), "through": day(9)}
    story.about("suspension.began", client, **body, reason_code="away")
    story.until(day(4))
    assert story.open(SILENT)
    story.until(day(5))
    assert story.closed(SILENT) == [("moot", day(5))]
    story.until(day(10))
    assert not story.open(SILENT)
    story.until(day(11))
    assert story.open(SILENT)


def test_a_visit_that_was_not_made_makes_the_client_silent_again() -> None:
    story = Story()
    client = story.client()
    story.care(client, NORTH, START)
    visited(story, client, 0, 1, 2)
    story.until(day(4))
    story.visit(client, NORTH)
    assert not story.open(SILENT)
    was = story.lines[-1].body
    story.about("visit.corrected", client, **(was | {"made": False, "was": was["arrived"], "arrived": None}))
    assert story.open(SILENT)


def test_each_provider_of_home_care_is_asked_and_none_that_only_answers_alarms() -> None:
    story = Story()
    client = story.client()
    decision = story.care(client, NORTH, START)
    story.allocation(client, decision, SOUTH, START)
    story.care(client, ALARMS, START, service=ALARM)
    visited(story, client, 0, 1, 2)
    story.until(day(4))
    assert {duty.organisation for duty in story.open(SILENT)} == {NORTH, SOUTH}


def test_it_moves_with_the_client() -> None:
    story = Story()
    client, home = story.client(), story.home()
    story.care(client, NORTH, START)
    visited(story, client, 0, 1, 2)
    story.until(day(4))
    story.moves(client, home, day(4))
    assert [duty.home for duty in story.open(SILENT)] == [home]


@pytest.mark.parametrize(
    ("part", "instead", "reason"),
    [
        (SHIPPED + "\n", "", "belong together"),
        ("times = 2", "times = 0", "times must be a number, 1 to 366"),
        ("at_least_days = 2, ", "", "at_least_days must be a number, 1 to 366"),
        ("never_days = 14", 'unknown_days = "x"', "unknown_days must be a number, 1 to 366"),
        ("never_days = 14", "hours = 14", 'unknown key "hours"'),
    ],
)
def test_a_wrong_file_is_refused(part: str, instead: str, reason: str) -> None:
    assert part in TEXT
    with pytest.raises(InvalidRoutine) as refused:
        parse_routine(TEXT.replace(part, instead).encode(), "r.toml")
    assert reason in str(refused.value)


def test_another_municipality_has_another_floor() -> None:
    text = TEXT.replace("at_least_days = 2", "at_least_days = 5").replace(", never_days = 14", "")
    story = Story(routine=parse_routine(text.encode(), "2026-03-01.toml"))
    client, unvisited = story.client(), story.client()
    story.care(client, NORTH, START)
    story.care(unvisited, NORTH, START)
    visited(story, client, 0, 1, 2)
    story.until(day(6))
    assert not story.open(SILENT)
    story.until(day(60))
    assert [duty.client for duty in story.open(SILENT)] == [client]
