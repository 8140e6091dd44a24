# SPDX-License-Identifier: EUPL-1.2
"""What is late is escalated, so many working days after its due day; and who has taken it is known."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
import pytest

from tests.routine.story import ALARM, ALARMS, FILE, NORTH, SOUTH, Story, named
from troskel.routine import parse_routine
from troskel.routine.duty import OpenDuty
from troskel.routine.parser import InvalidRoutine

OLLE, MOA = named("olle"), named("moa")


def assigned(s: Story, duty: OpenDuty, person: UUID | None) -> None:
    """Somebody takes it, or it is given back."""
    event, body = ("duty.assigned", {"person": person}) if person else ("duty.released", {})
    s.line(event, [duty.home], duty.client, duty=duty.id, **body)


def test_d_an_open_duty_is_escalated_so_many_working_days_after_its_due_day() -> None:
    s = Story("2026-03-05")  # a Thursday
    anna = s.client()
    s.care(anna, NORTH, "2026-03-06")
    assert (s.the("A1").due, s.the("A1").escalate_on) == (date(2026, 3, 6), date(2026, 3, 10))
    s.until("2026-03-09")
    assert s.the("A1").escalated is None, "a Friday, and two working days: not over the weekend"
    s.until("2026-03-11")
    assert s.the("A1").escalated == date(2026, 3, 10)
    s.about("client.informed", anna, way="oral")
    s.about("client.informed", anna, way="written")
    assert s.closed("A1") == [("done", s.today)]
    assert msgspec.to_builtins(s.replayed().homes) == msgspec.to_builtins(s.homes)


def test_d_what_is_done_in_time_is_never_escalated() -> None:
    s = Story()
    s.about_order("order.cancelled", *ordered(s), NORTH, reason_code="mistake")
    s.until("2026-04-30")
    assert [
        lived.duty.escalated for lived in s.replayed().duties.values() if lived.duty.ask == "install"
    ] == [None]


def ordered(s: Story) -> tuple[UUID, UUID]:
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02")
    return anna, s.order(anna, s.doors_of[s.home_of[anna]][0], NORTH)


def test_p5_a_due_day_that_becomes_known_late_leaves_time_before_it_is_escalated() -> None:
    s = Story()
    anna = s.client()
    s.care(anna, NORTH, "2026-03-02")
    s.until("2026-03-20")
    s.visit(anna, NORTH, on="2026-03-03")
    duty = s.the("P5")
    assert (duty.due, duty.escalate_on) == (date(2026, 3, 5), date(2026, 3, 24)), (
        "counted from Friday 20 March"
    )
    s.until("2026-03-23")
    assert duty.escalated is None
    s.until("2026-03-24")
    assert s.the("P5").escalated == date(2026, 3, 24)


def test_p1_a_duty_that_passes_on_is_nobodys_there_and_gets_time_of_its_own() -> None:
    s = Story()
    anna = s.client()
    decision = s.care(anna, NORTH, "2026-03-02")
    s.visit(anna, NORTH, on="2026-03-02")
    assigned(s, s.the("P1.order"), OLLE)
    s.until("2026-03-06")
    duty = s.the("P1.order")
    assert (duty.organisation, duty.person, duty.escalated) == (NORTH, OLLE, date(2026, 3, 4))
    for lived in list(s.homes[s.home_of[anna]].facts.clients[anna].allocations):
        s.about("allocation.ended", anna, allocation=lived, through=date(2026, 3, 6), confirmed=True)
    s.allocation(anna, decision, SOUTH, "2026-03-07")
    s.until("2026-03-07")
    duty = s.the("P1.order")
    assert (duty.organisation, duty.person, duty.escalated) == (SOUTH, None, None)
    assert (duty.due, duty.escalate_on) == (None, None), "the new provider has made no visit yet"
    s.until("2026-03-09")
    s.visit(anna, SOUTH, on="2026-03-09")
    duty = s.the("P1.order")
    assert (duty.due, duty.escalate_on) == (date(2026, 3, 9), date(2026, 3, 11))


def test_a_person_is_named_and_given_back_and_a_move_keeps_the_name() -> None:
    s = Story()
    anna = s.client()
    s.care(anna, ALARMS, "2026-03-02", service=ALARM)
    assigned(s, s.the("A1"), OLLE)
    assigned(s, s.the("A1"), MOA)
    assert [duty.person for duty in s.open("A2")] == [None]
    s.moves(anna, s.home(), "2026-03-02")
    duty = s.the("A1")
    assert (duty.home, duty.person) == (s.home_of[anna], MOA)
    assigned(s, duty, None)
    assert s.the("A1").person is None


@pytest.mark.parametrize(
    ("part", "instead", "reason"),
    [
        ('due = { on = "first_visit" }\nescalate', "escalate", "P1 order escalate: needs a due day to count from"),
        ("after_working_days = 2 }\ndone_by = [\"client.inf", "after_working_days = -1 }\ndone_by = [\"client.inf",
         "A1 inform escalate: after_working_days must be a number of days, 1 to 366"),
        ("after_working_days = 2 }\ndone_by = [\"client.inf", "after_working_days = 0 }\ndone_by = [\"client.inf",
         "A1 inform escalate: after_working_days must be"),
        ("after_working_days = 2 }\ndone_by = [\"client.inf", "after_days = 2 }\ndone_by = [\"client.inf",
         'A1 inform escalate: unknown key "after_days"'),
        ("escalate = { after_working_days = 2 }\ndone_by = [\"client.inf", "escalate = 2\ndone_by = [\"client.inf",
         "A1 inform escalate: must be a table"),
        ('kind = "notice"\nof = "assessor"', 'kind = "notice"\nby_hand = true\nof = "assessor"',
         "A3 refused by_hand: only a duty is attested by hand"),
    ],
)  # fmt: skip
def test_d_a_wrong_escalation_is_refused_with_line_and_reason(part: str, instead: str, reason: str) -> None:
    text = FILE.read_text()
    assert part in text
    changed = text.replace(part, instead, 1)
    with pytest.raises(InvalidRoutine) as refused:
        parse_routine(changed.encode(), "r.toml")
    told = [problem for problem in refused.value.problems if reason in problem]
    assert told, refused.value.problems
    line = int(told[0].split(":")[1])
    near = "\n".join(changed.splitlines()[line - 2 : line + 1])
    assert "escalate" in near or "by_hand" in near


@pytest.mark.parametrize("value", ["[]", "{}", "[[1]]", "-1", "true", '""', "1979-05-27", "{ sv = [] }"])
def test_d_a_value_of_another_kind_is_refused_and_never_a_fault(value: str) -> None:
    """Whatever stands in place of a value: the file is read, or refused with a line."""
    lines = FILE.read_text().splitlines()
    tried: set[str] = set()
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        if equals and key not in tried and not line.rstrip().endswith(("[", "{")):
            tried.add(key)
            text = "\n".join([*lines[:number], f"{key} = {value}", *lines[number + 1 :]])
            try:
                parse_routine(text.encode(), "r.toml")
            except InvalidRoutine as refused:
                assert refused.problems
    assert len(tried) > 20


def test_d_a_text_nested_without_end_is_refused() -> None:
    with pytest.raises(InvalidRoutine, match="brackets within each other"):
        parse_routine(b"x = " + b"[" * 100_000, "r.toml")
