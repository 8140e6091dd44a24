# SPDX-License-Identifier: EUPL-1.2
"""How well the routine is followed: counted as a person would count, and never so that it points at a client."""

from __future__ import annotations

import json
import statistics
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.town import ALARM, CODE, EAST, MEADOW, Town
from troskel.cli.main import main
from troskel.duties.conformance import FEW, Figures, withheld
from troskel.duties.models import Duty
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue
from troskel.reading.conformance import Conformance, conformance_report


def figures(town: Town, who: str = "maria", days: int = 30, **asked: Any) -> dict[str, Conformance]:
    with town.standing():
        first = town.today - timedelta(days=days)
        found = conformance_report(town.actor(who), first, town.today, **asked)
    return {f"{row.paragraph}.{row.ask}.{row.organisation or ''}".rstrip("."): row for row in found.items}


def told(row: Conformance) -> tuple[int | None, ...]:
    return row.asked, row.in_time, row.late, row.open, row.open_late, row.moot


def test_a1_asked_in_time_late_open_and_fallen_away(town: Town) -> None:
    clients = [town.new_client() for _ in range(5)]
    town.inform(clients[0])
    town.days_pass(1)
    town.inform(clients[1])
    town.days_pass(3)
    town.inform(clients[2])
    town.end(clients[3])
    town.days_pass(1)
    row = figures(town)["A1.inform"]
    assert told(row) == (5, 1, 2, 1, 1, 1)
    assert (row.median_days, row.longest_days, row.share_in_time) == (1, 4, 0.25)
    assert row.text == "Berätta för kunden om låsvredet, muntligt och skriftligt"
    assert "A1.inform" not in figures(town, days=4), "asked five days ago"


def test_a4_a_notice_is_counted_as_read(town: Town) -> None:
    town.new_client()
    assert figures(town)["A4.tell"].share_in_time is None, "unread, and with no day by which it is to be read"
    town.days_pass(2)
    town.does("olle", "read_notice", notice=town.the("A4.tell").id)
    row = figures(town)["A4.tell"]
    assert (row.kind, row.in_time, row.median_days) == ("notice", 1, 2)


def test_the_rows_stand_in_the_order_of_the_routine(town: Town) -> None:
    town.mount(town.order(town.new_client()))
    paragraphs = [name.partition(".")[0] for name in figures(town)]
    in_order = ["A1", "A2", "A3", "A4", "P1", "P2", "P5", "L1", "S1", "S2"]
    assert list(dict.fromkeys(paragraphs)) == in_order


def test_what_is_no_longer_in_the_routine_is_counted_still(town: Town) -> None:
    from troskel.duties import routines

    town.new_client()
    whole = routines.SHIPPED.read_text("utf-8")
    asks = whole[whole.index('[[paragraph.asks]]\nask = "keys"') : whole.index('[[paragraph]]\nid = "A3"')]
    town.approved(whole.replace(asks, ""), begins=town.day(1))
    town.days_pass(1)
    town.new_client()
    rows = figures(town)
    assert (rows["A2.keys"].asked, rows["A1.inform"].asked) == (1, 2)
    assert rows["A2.keys"].text == "Berätta vilka nycklar kunden ska lämna, muntligt och skriftligt"


def test_by_organisation(town: Town) -> None:
    for to, count in ((EAST, 6), (MEADOW, 5)):
        for _ in range(count):
            town.new_client(to)
    rows = figures(town, by_organisation=True)
    assert (rows[f"P1.order.{EAST}"].asked, rows[f"P1.order.{MEADOW}"].asked) == (6, 5)
    assert rows["A1.inform"].asked == 11, "the office's own"


def test_few_are_withheld_from_one_who_may_know_of_no_client(town: Town) -> None:
    for to, count in ((EAST, 6), (MEADOW, 1)):
        for _ in range(count):
            town.new_client(to)
    rows = figures(town, by_organisation=True)
    for orgnr in (EAST, MEADOW):
        row = rows[f"P1.order.{orgnr}"]
        assert row.withheld and told(row) == (None,) * 6 and row.share_in_time is None
    assert not rows["A1.inform"].withheld
    assert figures(town)["P1.order"].asked == 7, "the whole is told"
    shown = figures(town, "siri", by_organisation=True)
    assert shown[f"P1.order.{MEADOW}"].asked == 1, "who sees the clients sees the figures"


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_what_is_withheld_cannot_be_reckoned_from_the_rest(asked: list[int]) -> None:
    rows = [Figures("P1", "order", "duty", open=count) for count in asked]
    hidden = {id(row) for row in withheld(rows)}
    untold = [row.asked for row in rows if id(row) in hidden]
    assert all(row.asked >= FEW for row in rows if id(row) not in hidden)
    assert not untold or sum(untold) >= FEW or len(untold) == len(rows)


@given(st.lists(st.integers(-3, 400), min_size=1, max_size=60))
def test_the_median_is_the_median(days: list[int]) -> None:
    row = Figures("P1", "order", "duty")
    for each in days:
        row.add("in_time", each, 1)
    counted = [max(0, each) for each in days]
    assert (row.median_days, row.longest_days) == (statistics.median(counted), max(counted))


def test_a_period_that_ends_before_it_begins_is_refused(town: Town) -> None:
    with town.standing(), pytest.raises(BadValue, match=r"period\.ends_before_start"):
        conformance_report(town.actor("maria"), town.today, town.today - timedelta(days=1))


def test_it_costs_three_queries_however_many(town: Town) -> None:
    town.new_client()
    figures(town)
    home = Duty.objects.values_list("home_id", flat=True).first()
    alike: dict[str, Any] = {"municipality_id": CODE, "home_id": home, "version": "x", "role": "provider"}
    alike |= {"kind": "duty", "paragraph": "P1", "ask": "order", "opened": town.today, "state": "done"}
    many = [Duty(id=new_id(), closed=town.today + timedelta(days=n % 50), **alike) for n in range(3000)]
    Duty.objects.bulk_create(many)
    with CaptureQueriesContext(connection) as captured:
        row = figures(town, "siri", by_organisation=True)
    assert len(captured) == 3, [query["sql"] for query in captured]
    assert row["P1.order"].asked == 3000 and row["P1.order"].median_days == 24.5


def test_the_command_prints_it(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.new_client(ALARM)
    with town.standing():
        assert main(["conformance", "--from", town.day(-5), "--through", town.day(0), "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert main(["conformance", "--by", "organisation"]) == 0
        assert main(["conformance", "--from", town.day(1), "--through", town.day(0)]) == 2
    printed = capsys.readouterr()
    assert (shown["first"], shown["last"], shown["on"]) == (town.day(-5), town.day(0), town.day(0))
    assert {row["paragraph"] for row in shown["items"]} >= {"A1", "P1"}
    assert ALARM in printed.out and "before the first day" in printed.err
    assert date.fromisoformat(shown["on"]) == town.today
    assert "2026-0001" not in printed.out, "no client in it"
