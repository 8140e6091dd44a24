# SPDX-License-Identifier: EUPL-1.2
"""What holds however events come: replay equals live, stored equals folded, nothing opens twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.routine.muddle import EVERY, SEEDS, Muddle, fates, plain
from tests.routine.story import (
    FILE,
    NORTH,
    ROUTINE,
    Story,
)
from troskel.routine import HomeSnapshot, Routines, advance, calendar, compare, engine, parse_routine, rebuild
from troskel.routine.subjects import identity


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_duties_step_by_step_are_the_duties_of_a_replay(seed: int, steps: int) -> None:
    live = Muddle(seed, steps).s
    again = live.replayed()
    assert fates(again) == fates(live.history)
    assert plain(again.homes) == plain(live.homes)
    assert again.emails == live.history.emails


UNHEARD = (
    "door.opened",
    "opening.failed",
    "account.changed",
    "alarm.closed",
    "home.registered",
    "letter.sent",
)


class _WithUnheardLines(Muddle):
    """A municipality where much also happens that the routine asks nothing about."""

    def __init__(self, seed: int, steps: int) -> None:
        super().__init__(seed, steps, more=["is_unheard"] * 8)

    def is_unheard(self, c: Any) -> None:
        on, door = self.day(3, 0), self.chance.choice(self.s.doors_of[self.s.home_of[c]])
        self.s.about(self.chance.choice(UNHEARD), c, occurred=on, door=door, organisation=NORTH)


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_nothing_follows_from_a_line_that_no_rule_hears(seed: int, steps: int) -> None:
    s = _WithUnheardLines(seed, steps).s
    with patch.object(engine._Advance, "is_heard", lambda self, line: True):
        judged = s.replayed()
        assert plain(rebuild(s.routines, s.lines)) == plain(s.homes)
    assert fates(judged) == fates(s.history)


@EVERY
@given(SEEDS, st.integers(1, 40))
def test_stored_states_are_what_the_journal_folds_to(seed: int, steps: int) -> None:
    stored = Muddle(seed, steps, stored=True).s
    rebuilt = rebuild(stored.routines, stored.lines)
    assert plain(stored.homes) == plain(rebuilt)
    assert msgspec.json.decode(msgspec.json.encode(rebuilt), type=dict[Any, Any]) is not None


@EVERY
@given(SEEDS, st.integers(1, 40))
def test_catching_up_after_a_standstill_is_turning_each_day(seed: int, steps: int) -> None:
    s = Muddle(seed, steps).s
    without = [line for line in s.lines if line.event != "day.turned"]
    last = s.today + timedelta(days=40)
    s.until(last)
    homes: dict[Any, HomeSnapshot] = {}
    routines = Routines(s.routines.by_hash)
    for line in without:
        advance(routines, homes, line)
    for days in (40, 0, 20):  # out of order, and some never
        day = last - timedelta(days=40 - days)
        advance(routines, homes, msgspec.structs.replace(s.lines[-1], body={"day": day.isoformat()}))
    caught_up = sorted((d for x in homes.values() for d in x.open), key=lambda d: d.id)
    assert plain(caught_up) == plain(s.open())


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_what_is_late_is_escalated_on_its_day_and_no_other(seed: int, steps: int) -> None:
    s = Muddle(seed, steps).s
    rules = s.routines.rules_of(ROUTINE.version)
    for duty in s.open():
        after = rules.rule(duty).ask.escalate_after
        assert (duty.escalate_on is not None) == (after is not None and duty.due is not None)
        if duty.due is not None and duty.escalate_on is not None and after is not None:
            assert duty.escalate_on >= calendar.add_working_days(duty.due, after, rules.eves)
            assert (duty.escalated is not None) == (duty.escalate_on <= s.today)
    for lived in s.history.duties.values():
        if lived.duty.escalated is not None:
            assert lived.duty.due is not None and lived.duty.due < lived.duty.escalated
            assert calendar.is_working_day(lived.duty.escalated, rules.eves)


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_who_has_taken_a_duty_has_it_until_it_is_given_back_or_passes_on(seed: int, steps: int) -> None:
    s = Muddle(seed, steps).s
    routines, homes = Routines(s.routines.by_hash), dict[Any, HomeSnapshot]()
    named: dict[UUID, UUID | None] = {}
    whose: dict[UUID, UUID | None] = {}
    for line in s.lines:
        advance(routines, homes, line)
        if line.event in ("duty.assigned", "duty.released"):
            named[UUID(line.body["duty"])] = UUID(line.body["person"]) if "person" in line.body else None
        for duty in [duty for state in homes.values() for duty in state.open]:
            if whose.setdefault(duty.id, duty.organisation) != duty.organisation:
                whose[duty.id] = duty.organisation
                named.pop(duty.id, None)
            assert duty.person == named.get(duty.id)


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_no_duty_is_open_twice(seed: int, steps: int) -> None:
    s = Muddle(seed, steps).s
    opened: set[Any] = set()
    for lived in s.history.duties.values():
        assert lived.duty.id not in opened
        opened.add(lived.duty.id)
    rules = s.routines.rules_of(ROUTINE.version)
    same = [(d.paragraph, d.ask, identity(rules.rule(d).ask.per, d)) for d in s.open()]
    assert len(same) == len(set(same))


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_p6_never_while_anyone_behind_the_door_has_care(seed: int, steps: int) -> None:
    from troskel.routine.client_state import has_care_left
    from troskel.routine.door_state import own_clients_behind

    s = Muddle(seed, steps).s
    facts = {home: state.facts for home, state in s.homes.items()}
    for duty in s.open("P6.order"):
        door = facts[duty.home].doors[duty.door]  # type: ignore[index]
        assert not any(has_care_left(c, s.today) for c in own_clients_behind(door, facts))


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_another_deadline_changes_exactly_its_own_duties(seed: int, steps: int) -> None:
    s = Muddle(seed, steps).s
    other = parse_routine(
        FILE.read_bytes().replace(
            b'[{ after = "first_visit", days = 2 }, { after = "opened", days = 2 }]',
            b'[{ after = "first_visit", days = 5 }, { after = "opened", days = 5 }]',
        ),
        "other.toml",
    )
    before, after = s.replayed(), s.replayed(instead=other)
    found = compare(before, after)
    dated = [
        x
        for x in before.duties.values()
        if (x.duty.paragraph, x.duty.ask) == ("P5", "collect_keys") and x.duty.due
    ]
    assert len(found) == len(dated)
    for difference in found:
        assert difference.before and difference.after
        assert difference.before.duty.paragraph == "P5"
        assert difference.after.duty.due - difference.before.duty.due == timedelta(days=3)  # type: ignore[operator]
    assert compare(before, s.replayed(instead=ROUTINE)) == []


def test_an_open_duty_keeps_the_deadline_it_was_born_with() -> None:
    longer = parse_routine(FILE.read_bytes().replace(b"notice_days = 60", b"notice_days = 90"), "longer.toml")
    s = Story()
    s.routines.by_hash[longer.version] = longer
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02", "2026-06-10")
    bo = s.client()
    s.care(bo, NORTH, "2026-03-02")
    s.line("routine.in_force", (), version=longer.version, name="longer", **{"from": date(2026, 3, 20)})
    s.until("2026-03-19")
    assert not s.open("A8")
    s.until("2026-03-20")
    assert {d.version for d in s.open("A8")} == {longer.version}
    assert {d.version for d in s.open("P1")} == {ROUTINE.version}
    again = s.replayed()
    assert fates(again) == fates(s.history)
