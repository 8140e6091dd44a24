# SPDX-License-Identifier: EUPL-1.2
"""A paragraph by the file alone: the battery check of the guide lives its half year, in the engine."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
import pytest

from tests.routine.battery import GUIDE, ROUTINE, TEXT
from tests.routine.story import NORTH, Story
from troskel.routine import HomeSnapshot, OpenDuty, parse_routine

MOUNTED = date(2026, 3, 2)
OPENS, DUE = date(2026, 8, 17), date(2026, 8, 31)
"""By a calendar: 182 days after 2 March, and fourteen days before that."""


@pytest.fixture(params=[False, True], ids=["in memory", "stored"])
def s(request: pytest.FixtureRequest) -> Story:
    return Story(MOUNTED, ROUTINE, stored=request.param)


def mounted(s: Story) -> tuple[UUID, UUID, UUID]:
    """A client with care and a linked lock: client, door, lock."""
    anna = s.client()
    s.care(anna, NORTH, MOUNTED)
    (door,) = s.doors_of[s.home_of[anna]]
    return anna, door, s.lock_in_use(anna, door, NORTH)


def attests(s: Story, duty: OpenDuty, on: date | None = None) -> None:
    body = {"paragraph": duty.paragraph, "ask": duty.ask}
    s.line("duty.attested", [duty.home], duty.client, duty=duty.id, occurred=on, **body)


def other_lock(s: Story, client: UUID, door: UUID, lock: UUID) -> UUID:
    """A repair puts another lock in the old one's place."""
    order = s.order(client, door, NORTH, "repair", lock)
    new = s.id("lock")
    s.about_order("repair.reported", client, order, NORTH, lock=new, serial="SN2")
    return new


def taken_down(s: Story, client: UUID, door: UUID, lock: UUID) -> None:
    order = s.order(client, door, NORTH, "removal", lock)
    s.about_order("removal.reported", client, order, NORTH, lock=lock, serial="SN1")


def is_replayed(s: Story) -> None:
    again = s.replayed()
    assert msgspec.to_builtins(again.homes) == msgspec.to_builtins(s.homes)
    if not s.stored:  # there the history holds copies, as they were when they opened
        assert msgspec.to_builtins(again.duties) == msgspec.to_builtins(s.history.duties)


def test_it_lives_its_half_year(s: Story) -> None:
    mounted(s)
    assert not s.open("P8")
    s.until("2026-08-16")
    assert not s.open("P8")
    s.until(OPENS)
    duty = s.the("P8.battery")
    assert (duty.opened, duty.due, duty.role, duty.organisation) == (OPENS, DUE, "provider", NORTH)
    assert (duty.opened_line, duty.version) == (None, ROUTINE.version)
    s.until("2026-08-20")
    attests(s, duty)
    assert s.closed("P8.battery") == [("done", date(2026, 8, 20))]
    notice = s.the("P8.tell")
    assert (notice.kind, notice.role, notice.organisation) == ("notice", "administrator", None)
    s.line("notice.read", [notice.home], notice.client, duty=notice.id)
    s.until("2027-09-30")
    assert not s.open("P8") and len(s.closed("P8")) == 2
    is_replayed(s)


def test_what_was_done_before_it_opened_is_not_attested(s: Story) -> None:
    mounted(s)
    s.until(OPENS)
    attests(s, s.the("P8.battery"), on=date(2026, 8, 16))
    assert s.open("P8.battery") and not s.open("P8.tell")
    attests(s, s.the("P8.battery"), on=OPENS)
    assert not s.open("P8.battery") and len(s.open("P8.tell")) == 1
    is_replayed(s)


def test_each_door_has_its_own_and_the_notice_is_about_that_door(s: Story) -> None:
    anna, door, _ = mounted(s)
    second = s.door(s.home_of[anna])
    s.until("2026-03-09")
    s.lock_in_use(anna, second, NORTH)
    s.until(OPENS)
    assert s.the("P8.battery").door == door
    attests(s, s.the("P8.battery"))
    assert s.the("P8.tell").door == door
    s.until("2026-08-24")
    assert s.the("P8.battery").door == second


def test_another_duty_attested_tells_the_administrator_nothing(s: Story) -> None:
    anna, door, lock = mounted(s)
    s.until(OPENS)
    order = s.order(anna, door, NORTH, "repair", lock)
    booked = {"starts": "2026-08-17T10:00:00+02:00", "ends": "2026-08-17T12:00:00+02:00"}
    s.about_order("order.booked", anna, order, NORTH, presence="carer", **booked)
    attests(s, s.the("P4.be_present"))
    assert not s.open("P4") and not s.open("P8.tell")
    assert s.open("P8.battery")


def test_a_lock_taken_down_before_is_never_asked_about(s: Story) -> None:
    anna, door, lock = mounted(s)
    s.until("2026-06-01")
    taken_down(s, anna, door, lock)
    s.until("2027-06-01")
    assert not s.open("P8") and not s.closed("P8")
    is_replayed(s)


def test_a_client_who_has_left_before_is_never_asked_about(s: Story) -> None:
    anna = s.client()
    decision = s.care(anna, NORTH, MOUNTED)
    s.lock_in_use(anna, s.doors_of[s.home_of[anna]][0], NORTH)
    s.until("2026-06-01")
    s.ends(anna, decision, "2026-06-05")
    s.until("2027-06-01")
    assert not s.open("P8") and not s.closed("P8")
    is_replayed(s)


def test_a_replaced_lock_is_counted_from_its_own_mounting(s: Story) -> None:
    anna, door, lock = mounted(s)
    s.until("2026-06-01")
    other_lock(s, anna, door, lock)
    s.until("2026-11-15")
    assert not s.open("P8") and not s.closed("P8")
    s.until("2026-11-16")
    assert (s.the("P8.battery").opened, s.the("P8.battery").due) == (date(2026, 11, 16), date(2026, 11, 30))
    is_replayed(s)


def test_a_lock_replaced_while_it_is_asked_about_is_asked_about_later(s: Story) -> None:
    anna, door, lock = mounted(s)
    s.until(OPENS)
    assert s.the("P8.battery").due == DUE
    new = other_lock(s, anna, door, lock)
    assert not s.open("P8") and s.closed("P8.battery") == [("moot", OPENS)]
    s.until("2027-02-01")
    assert s.the("P8.battery").due == date(2027, 2, 15)
    attests(s, s.the("P8.battery"))
    s.until("2027-03-01")
    other_lock(s, anna, door, new)
    s.until("2027-08-16")
    assert s.the("P8.battery").due == date(2027, 8, 30), "checked once, the next lock is checked too"
    is_replayed(s)


def test_a_lock_mended_and_not_replaced_is_not_asked_about_anew(s: Story) -> None:
    anna, door, lock = mounted(s)
    s.until(OPENS)
    attests(s, s.the("P8.battery"))
    order = s.order(anna, door, NORTH, "repair", lock)
    s.about_order("repair.reported", anna, order, NORTH, lock=lock, serial="SN1")
    s.until("2027-06-01")
    assert not s.open("P8.battery")


def test_a_mounting_known_late_is_asked_about_at_once(s: Story) -> None:
    anna = s.client()
    s.care(anna, NORTH, MOUNTED)
    (door,) = s.doors_of[s.home_of[anna]]
    order = s.order(anna, door, NORTH)
    s.until("2026-09-10")
    s.about_order(
        "installation.reported", anna, order, NORTH, lock=s.id("lock"), serial="S", occurred="2026-03-02"
    )
    duty = s.the("P8.battery")
    known = date(2026, 9, 10)
    assert (duty.opened, duty.due, duty.opened_line) == (known, known, len(s.lines)), "half a year had passed"
    assert duty.escalated is None
    is_replayed(s)


def test_behind_a_shared_door_it_is_asked_for_those_who_are_left(s: Story) -> None:
    anna = s.client()
    decision = s.care(anna, NORTH, MOUNTED)
    gate = s.door(s.home_of[anna], other := s.home(), kind="gate")
    bo = s.client(other)
    s.care(bo, NORTH, MOUNTED)
    s.mounted(anna, s.order(anna, gate, NORTH), NORTH)
    s.ends(anna, decision, "2026-04-01")
    s.until(OPENS)
    duty = s.the("P8.battery")
    assert (duty.client, duty.home, duty.door) == (bo, other, gate)
    is_replayed(s)


def test_the_conditions_are_judged_again_on_the_opening_day() -> None:
    """A condition of `when` that nothing makes moot: it held when the lock was mounted, and does not any more."""
    text = TEXT.replace('"care_behind_door"]\ndue', '"care_behind_door", "not refused"]\ndue')
    s = Story(MOUNTED, parse_routine(text.encode(), "x.toml"))
    anna, _, _ = mounted(s)
    bo, _, _ = mounted(s)
    s.until("2026-06-01")
    s.about("client.refused", anna, reason_code="no")
    s.until("2026-12-01")
    assert s.the("P8.battery").client == bo


def test_a_state_stored_before_anything_was_planned_is_read() -> None:
    s = Story(MOUNTED, ROUTINE)
    mounted(s)
    for state in s.homes.values():
        before = msgspec.to_builtins(state)
        before.pop("planned", None)
        assert msgspec.convert(before, HomeSnapshot).planned == []


def test_it_is_late_and_escalated_like_any_other(s: Story) -> None:
    mounted(s)
    s.until("2026-09-06")
    assert s.the("P8.battery").escalated is None
    s.until("2026-09-07")
    assert s.the("P8.battery").escalated == date(2026, 9, 7), "five working days after Monday 31 August"


def test_a_version_in_force_later_decides_what_is_planned(s: Story) -> None:
    from tests.routine.story import ROUTINE as WITHOUT

    s.routines.by_hash[WITHOUT.version] = WITHOUT
    mounted(s)
    s.until("2026-06-01")
    s.line("routine.in_force", (), version=WITHOUT.version, name="without", **{"from": date(2026, 7, 1)})
    s.until("2027-01-01")
    assert not s.open("P8") and not s.closed("P8")
    is_replayed(s)


def test_the_guide_shows_what_this_test_does() -> None:
    guide = GUIDE.read_text("utf-8")
    for shown in ('story.until("2026-08-16")', 'story.until("2026-08-17")', "date(2026, 8, 31)"):
        assert shown in guide
    assert "23 paragraphs, 69 asks" in guide
    assert (len(ROUTINE.paragraphs), len(ROUTINE.asks)) == (23, 69)
