# SPDX-License-Identifier: EUPL-1.2
"""O2 and O3 in the routine: a month of another municipality's client ends, is billed, and its form is sent."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec
import pytest

from tests.routine.story import ALARM, ALARMS, NORTH, SOUTH, Story
from troskel.routine import months
from troskel.routine.duty import OpenDuty

MARCH = "2026-03"


def asked(s: Story, name: str = "O2.bill") -> list[tuple[str, Any]]:
    """Month and organisation of the open duties."""
    found: list[OpenDuty] = s.open(name)
    return sorted((str(duty.about["month"]), duty.organisation) for duty in found)


def story() -> tuple[Story, Any]:
    """Another municipality's client with home care by NORTH from the second of March."""
    s = Story()
    client = s.client(own=False)
    s.care(client, NORTH, "2026-03-02")
    return s, client


def test_o2_the_month_ends_at_the_turn_of_its_last_night() -> None:
    s, _ = story()
    s.until("2026-03-31")
    assert not s.open("O2")
    s.until("2026-04-01")
    assert asked(s) == [(MARCH, NORTH)]
    assert (s.the("O2").opened, s.the("O2").due) == (date(2026, 4, 1), date(2026, 4, 16))
    s.until("2026-06-02")
    assert asked(s) == [(MARCH, NORTH), ("2026-04", NORTH), ("2026-05", NORTH)]


def test_o2_a_home_that_slept_past_the_month_catches_up() -> None:
    turned, _ = story()
    slept, client = story()
    turned.until("2026-06-02")
    slept.until("2026-06-02", turning=False)
    slept.about("visit.registered", client, organisation=NORTH)
    assert [(d.id, d.due) for d in slept.open("O2")] == [(d.id, d.due) for d in turned.open("O2")]


def test_o2_an_alarm_is_on_no_home_care_invoice() -> None:
    s = Story()
    client = s.client(own=False)
    s.care(client, ALARMS, "2026-03-02", service=ALARM)
    s.until("2026-04-02")
    assert not s.open("O2")


@pytest.mark.parametrize("last", ["2026-03-31", "2026-03-02"])
def test_o2_one_covered_day_is_enough_and_none_is_not(last: str) -> None:
    s = Story()
    client = s.client(own=False)
    s.care(client, NORTH, "2026-03-02", last)
    s.care(client, SOUTH, "2026-04-01")
    s.until("2026-04-01")
    assert asked(s) == [(MARCH, NORTH)]


def test_o2_it_is_done_by_the_providers_own_bill_of_that_month() -> None:
    s, client = story()
    s.care(client, SOUTH, "2026-03-02")
    s.until("2026-05-01")
    s.billed(client, NORTH, MARCH)
    assert asked(s) == [(MARCH, SOUTH), ("2026-04", NORTH), ("2026-04", SOUTH)]
    assert asked(s, "O3.send") == [(MARCH, NORTH)]
    s.billed(client, NORTH, MARCH)
    assert asked(s, "O3.send") == [(MARCH, NORTH)], "billed again, the form is to be sent once"


def test_o3_the_forms_way_and_its_email() -> None:
    s, client = story()
    s.until("2026-04-01")
    s.billed(client, NORTH, MARCH)
    for event in ("made", "signed"):
        s.form(event, client, NORTH, MARCH)
        assert s.open("O3.send")
    s.form("sent", client, NORTH, MARCH)
    assert not s.open("O3.send")
    (mail,) = s.mails("O3")
    assert mail.to == (("administrator", None),)
    assert mail.about["month"] == MARCH
    receive = s.the("O3.receive")
    assert (receive.role, receive.organisation, receive.also_role) == ("economist", None, "administrator")
    s.form("received", client, NORTH, MARCH)
    assert not s.open("O3")


def test_o3_two_providers_forms_are_received_one_by_one() -> None:
    s, client = story()
    s.until("2026-05-01")
    for month in (MARCH, "2026-04"):
        s.billed(client, NORTH, month)
        s.form("sent", client, NORTH, month)
    assert len(s.open("O3.receive")) == 2
    s.form("received", client, NORTH, "2026-04")
    assert [duty.about["month"] for duty in s.open("O3.receive")] == [MARCH]


def test_o2_what_moves_is_asked_for_once_where_the_client_lives_now() -> None:
    s, client = story()
    s.until("2026-03-20")
    new = s.home()
    s.moves(client, new, "2026-03-25")
    s.until("2026-04-01")
    assert [(duty.home, duty.about["month"]) for duty in s.open("O2")] == [(new, MARCH)]
    newer = s.home()
    s.moves(client, newer, "2026-04-02")
    s.until("2026-04-03")
    assert [(duty.home, duty.about["month"]) for duty in s.open("O2")] == [(newer, MARCH)]
    s.billed(client, NORTH, MARCH)
    s.until("2026-04-20")
    assert not s.open("O2")
    assert msgspec.to_builtins(s.replayed().homes) == msgspec.to_builtins(s.homes)


def test_o2_care_known_late_reaches_a_year_back() -> None:
    s = Story("2026-03-02")
    client = s.client(own=False)
    s.until("2027-06-10")
    s.care(client, NORTH, "2026-03-02", "2026-07-10")
    assert asked(s) == [("2026-06", NORTH), ("2026-07", NORTH)]
    assert {duty.due for duty in s.open("O2")} == {date(2027, 6, 17)}, (
        "five working days from when it is known"
    )


def test_o2_a_month_told_once_is_not_told_again() -> None:
    s, client = story()
    s.until("2026-04-01")
    s.billed(client, NORTH, MARCH)
    (allocation,) = s.homes[s.home_of[client]].facts.clients[client].allocations
    s.about("allocation.changed", client, allocation=allocation, **{"from": date(2026, 4, 1)})
    s.about("allocation.changed", client, allocation=allocation, **{"from": date(2026, 3, 2)})
    assert not s.open("O2")


def test_o2_what_is_being_taken_over_is_asked_of_nobody_for_months_gone_by() -> None:
    s = Story()
    client = s.client(own=False, take_over="2026-03-02", settling=True)
    s.care(client, NORTH, "2025-09-01")
    s.taken_over(s.today)
    assert not s.open("O2")
    s.until("2026-04-01")
    assert asked(s) == [(MARCH, NORTH)]


@pytest.mark.parametrize(
    ("month", "last"), [("2026-02", "2026-02-28"), ("2028-02", "2028-02-29"), ("2026-12", "2026-12-31")]
)
def test_the_last_day_of_a_month(month: str, last: str) -> None:
    assert months.last_day_of(month) == date.fromisoformat(last)
    assert months.month_of(months.first_of_next(date.fromisoformat(last))) > month


def test_the_facts_of_own_clients_are_as_small_as_before() -> None:
    s = Story()
    client = s.client()
    s.care(client, NORTH, "2026-03-02")
    s.until("2026-06-02")
    state = json.loads(msgspec.json.encode(s.homes[s.home_of[client]]))
    assert "months" not in state["seen"][str(client)]
