# SPDX-License-Identifier: EUPL-1.2
"""Case 15: the facts hold every absence. The oracle is a list of sets of days, struck out one by one."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.routine.story import Story
from troskel.routine import client_state

FIRST = date(2026, 3, 2)
DAYS = 20
FOREVER_HERE = 40
"""Days told of here; an absence without an end reaches through them all."""

told = st.lists(
    st.tuples(st.integers(0, DAYS), st.none() | st.integers(0, 8), st.none() | st.integers(0, 4)), max_size=8
)
"""First day, days that follow, None: no end. Or with a third number: home from the first day; below 4 one is named."""


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def told_in(story: Story, client: Any, steps: list[Any], *, naming: bool) -> list[set[int]]:
    """Tells it to the engine, and gives the days of each absence."""
    away: list[set[int]] = []
    periods: list[dict[str, Any]] = []
    for first, more, home in steps:
        if home is None:
            last = FOREVER_HERE if more is None else first + more
            away.append(set(range(first, last + 1)))
            periods.append({"from": day(first), "through": None if more is None else day(last)})
            story.about("suspension.began", client, **periods[-1], reason_code="hospital")
            continue
        named = naming and home < 4
        chosen = [home] if named and home < len(away) else range(len(away)) if not named else []
        ends = [
            one for one in chosen if (max(away[one], default=-1) >= first if named else first in away[one])
        ]
        body = {"absences": [periods[one] for one in ends]} if naming else {}
        if ends or not naming:
            story.about("suspension.ended", client, on=day(first), **body)
        for one in ends:
            away[one] = {number for number in away[one] if number < first}
            periods[one] = {"from": periods[one]["from"], "through": day(first) - timedelta(days=1)}
    return away


@given(told)
def test_every_absence_is_known_and_home_ends_what_covers_the_day(steps: list[Any]) -> None:
    story = Story(FIRST)
    client = story.client()
    away = told_in(story, client, steps, naming=True)
    facts = story.homes[story.home_of[client]].facts.clients[client]
    for number in range(FOREVER_HERE):
        assert len(client_state.absences_on(facts, day(number))) == sum(number in one for one in away)
        later = [one for one in away if max(one, default=-1) >= number]
        assert len(client_state.absences_from(facts, day(number))) == len(later)


@given(told)
def test_what_was_stored_before_is_mended_to_what_the_journal_tells(steps: list[Any]) -> None:
    migration: Any = import_module("troskel.care.migrations.0003_several_absences")
    story = Story(FIRST)
    client = story.client()
    away = told_in(story, client, steps, naming=False)
    lines = [(line.event, line.body) for line in story.lines if line.event.startswith("suspension.")]
    folded = [(first, last) for first, last in migration._folded(lines) if last is None or first <= last]
    facts = story.homes[story.home_of[client]].facts.clients[client]
    assert folded == [(absence.begins, absence.through) for absence in facts.absences]
    for number in range(FOREVER_HERE):
        assert len(client_state.absences_on(facts, day(number))) == sum(number in one for one in away)
