# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: E501 -- a case stands on a line
"""The days that a deadline may be counted from: each by a story of its own, and the fact's other day by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from tests.routine.story import FILE, NORTH, Story
from troskel.routine import Routine, parse_routine
from troskel.routine.bases import BASES
from troskel.routine.subjects import Case

START = date(2026, 3, 2)


def file_with(base: str, on: str, per: str, of: str, done: str = 'done_by = ["day.turned"]') -> Routine:
    """The shipped routine, and a duty that is due the day after `base`."""
    asked = f"""
[[paragraph]]
id = "X1"
role = "all"
heading = "P-new"
text = {{ sv = "x", en = "x" }}
[[paragraph.asks]]
ask = "x"
kind = "duty"
of = "{of}"
per = "{per}"
on = ["{on}"]
due = {{ after = "{base}", days = 1 }}
{done}
duty = {{ sv = "x", en = "x" }}
fulfilled = {{ sv = "x", en = "x" }}
"""
    return parse_routine((FILE.read_text("utf-8") + asked).encode(), "x.toml")


Tell = Callable[[Story, UUID, UUID], object]


def away(s: Story, anna: UUID, door: UUID) -> None:
    s.about("suspension.began", anna, through=date(2026, 4, 9), **{"from": date(2026, 4, 2)})


def link(s: Story, anna: UUID, door: UUID) -> None:
    s.until("2026-03-05")
    lock = s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    s.until("2026-03-06")
    s.linked(anna, lock, door)


def mount(s: Story, anna: UUID, door: UUID) -> None:
    order = s.order(anna, door, NORTH)
    lock = {"lock": s.id("lock"), "serial": "S"}
    s.until("2026-03-06").about_order(
        "installation.reported", anna, order, NORTH, occurred="2026-03-05", **lock
    )


def key(s: Story, anna: UUID, door: UUID) -> None:
    s.until("2026-03-05").key_to(anna, door, NORTH)
    s.until("2026-03-06").key_to(anna, door, NORTH)


def ended(s: Story, anna: UUID, door: UUID) -> None:
    (allocation,) = s.homes[s.home_of[anna]].facts.clients[anna].allocations
    s.about("allocation.ended", anna, allocation=allocation, through=date(2026, 3, 20), confirmed=True)


@pytest.mark.parametrize(
    ("base", "on", "per", "of", "tell", "due"),
    [
        ("lock_mounted", "lock.mounted", "door", "lead_provider", mount, "2026-03-06"),
        ("lock_mounted", "link.made", "client", "assessor", link, "2026-03-06"),
        ("link_made", "link.made", "link", "administrator", link, "2026-03-07"),
        ("key_received", "key.handed_over", "provider", "provider", key, "2026-03-07"),
        ("provider_began", "allocation.made", "provider", "provider", lambda s, a, d: None, "2026-03-10"),
        ("provider_ended", "allocation.ended", "provider", "provider", ended, "2026-03-21"),
        ("decision_begins", "decision.made", "decision", "assessor", lambda s, a, d: None, "2026-03-10"),
        ("moved_in", "client.moved", "client", "assessor", lambda s, a, d: s.moves(a, s.home(), "2026-03-04"), "2026-03-05"),
        ("died", "client.died", "client", "assessor", lambda s, a, d: s.about("client.died", a, on=START), "2026-03-03"),
        ("suspension_begins", "suspension.began", "client", "assessor", away, "2026-04-03"),
        ("suspension_ends", "suspension.began", "client", "assessor", away, "2026-04-10"),
        ("became_others", "client.municipality_changed", "client", "assessor",
         lambda s, a, d: s.about("client.municipality_changed", a, own=False), "2026-03-03"),
    ],
)  # fmt: skip
def test_a_deadline_is_counted_from_a_dated_fact(
    base: str, on: str, per: str, of: str, tell: Tell, due: str
) -> None:
    s = Story(START, file_with(base, on, per, of))
    anna = s.client()
    s.care(anna, NORTH, "2026-03-09")
    tell(s, anna, s.doors_of[s.home_of[anna]][0])
    (duty,) = [x.duty for x in s.history.duties.values() if x.duty.paragraph == "X1"]
    assert duty.due == date.fromisoformat(due)


def test_the_old_home_counts_from_the_day_of_the_move_and_a_taken_over_client_from_that_day() -> None:
    s = Story(START)
    anna = s.client(take_over="2026-02-01")
    old = s.home_of[anna]
    s.moves(anna, s.home(), "2026-03-04")
    facts = {home: state.facts for home, state in s.homes.items()}
    case = Case(facts, facts[old], START, client=facts[old].clients[anna])
    assert BASES["moved_out"].day(case) == date(2026, 3, 4)
    assert BASES["take_over"].day(case) == date(2026, 2, 1)


def test_a_day_that_comes_or_changes_while_the_duty_is_open_dates_it() -> None:
    asked = ("installation.ordered", "door", "lead_provider", 'done_when = ["refused"]')
    s = Story(START, file_with("lock_mounted", *asked))
    anna = s.client()
    s.care(anna, NORTH, "2026-03-09")
    (door,) = s.doors_of[s.home_of[anna]]
    order = s.order(anna, door, NORTH)
    assert s.the("X1").due is None
    s.until("2026-03-06")
    lock = s.mounted(anna, order, NORTH)
    assert s.the("X1").due == date(2026, 3, 7)
    s.until("2026-03-12")
    repair = s.order(anna, door, NORTH, "repair", lock)
    s.about_order("repair.reported", anna, repair, NORTH, lock=s.id("lock"), serial="S2")
    assert s.the("X1").due == date(2026, 3, 13)
    assert [x.duty.due for x in s.replayed().duties.values() if x.duty.paragraph == "X1"] == [
        date(2026, 3, 13)
    ]


def test_what_was_escalated_is_not_when_its_due_day_moves_past_that_day() -> None:
    done = 'done_when = ["refused"]\nescalate = { after_working_days = 1 }'
    s = Story(START, file_with("lock_mounted", "installation.ordered", "door", "lead_provider", done))
    anna = s.client()
    s.care(anna, NORTH, "2026-03-09")
    (door,) = s.doors_of[s.home_of[anna]]
    lock = s.mounted(anna, s.order(anna, door, NORTH), NORTH)
    s.until("2026-03-12")
    assert (s.the("X1").due, s.the("X1").escalated) == (date(2026, 3, 3), date(2026, 3, 4))
    repair = s.order(anna, door, NORTH, "repair", lock)
    s.about_order("repair.reported", anna, repair, NORTH, lock=s.id("lock"), serial="S2")
    assert (s.the("X1").due, s.the("X1").escalated) == (date(2026, 3, 13), None)
    s.until("2026-03-16")
    assert s.the("X1").escalated == date(2026, 3, 16)
