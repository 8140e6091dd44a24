# SPDX-License-Identifier: EUPL-1.2
"""The picture of time: where bars lie, that none covers another, and what is told where there is little room."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from troskel.web.client.timeline_svg import LEAST, Bar, Lane, Window, draw, shown_in

TODAY = date(2026, 3, 2)
HUNDRED = Window(TODAY, TODAY + timedelta(days=99), 1000)


def day(after: int) -> date:
    return TODAY + timedelta(days=after)


def lane(*bars: Bar) -> Lane:
    return Lane("Hemtjänst", "home_care", list(bars))


def test_a_bar_lies_where_its_days_are() -> None:
    (drawn,) = draw([lane(Bar("B1", day(10), day(19)))], HUNDRED, day(50)).lanes[0].bars
    assert (drawn.x, drawn.width, drawn.inside) == (10.0, 10.0, "B1")
    assert (drawn.begins_before, drawn.goes_on) == (False, False)


def test_a_bar_that_goes_on_reaches_the_edge_and_says_so() -> None:
    (drawn,) = draw([lane(Bar("B1", day(-10), None))], HUNDRED, day(50)).lanes[0].bars
    assert (drawn.x, drawn.width, drawn.begins_before, drawn.goes_on) == (0.0, 100.0, True, True)


def test_a_single_day_in_a_long_time_can_be_seen() -> None:
    years = Window(TODAY, day(3649), 1000)
    (drawn,) = draw([lane(Bar("B1", day(2000), day(2000)))], years, TODAY).lanes[0].bars
    assert drawn.width == LEAST
    (last,) = draw([lane(Bar("B1", day(3649), day(3649)))], years, TODAY).lanes[0].bars
    assert last.after <= 100


def test_a_label_stands_beside_where_it_has_no_room_inside_and_nothing_is_in_its_way() -> None:
    short = Bar("Montering W-2026-0001", day(10), day(11))
    (free,) = draw([lane(short)], HUNDRED, TODAY).lanes[0].bars
    assert (free.inside, free.beside) == ("", short.what)
    in_the_way = draw([lane(short, Bar("B2", day(14), None))], HUNDRED, TODAY).lanes[0].bars[0]
    assert (in_the_way.inside, in_the_way.beside) == ("", "")


def test_a_long_label_is_cut_where_some_of_it_can_be_read() -> None:
    one, _ = (
        draw([lane(Bar("Kopplad till 4711-0938", day(0), day(9)), Bar("B", day(10), None))], HUNDRED, TODAY)
        .lanes[0]
        .bars
    )
    assert one.inside.endswith("…") and "Kopplad till".startswith(one.inside[:4])


def test_bars_of_the_same_days_lie_below_each_other() -> None:
    drawn = draw(
        [lane(Bar("Öst", day(0), day(30)), Bar("Ängen", day(20), day(40)), Bar("Öst", day(31), None))],
        HUNDRED,
        TODAY,
    )
    assert [bar.y for bar in drawn.lanes[0].bars] == [3, 3, 31]
    assert drawn.lanes[0].height == 56


def test_months_and_mondays_and_today() -> None:
    drawn = draw([], HUNDRED, day(31))
    assert [first for _, first in drawn.months] == [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]
    assert drawn.today == 31.0
    assert drawn.weeks[:3] == [0.0, 7.0, 14.0], "TODAY is a Monday"
    assert date(2026, 4, 1) not in [first for _, first in drawn.named_months], "today's word stands there"
    assert draw([], HUNDRED._replace(pixels=500), TODAY).weeks == [], "no room"


@st.composite
def some_bars(draw_one: st.DrawFn) -> list[Bar]:
    bars = []
    for number in range(draw_one(st.integers(0, 12))):
        first = draw_one(st.integers(-150, 150))
        length = draw_one(st.none() | st.integers(0, 200))
        bars.append(Bar(f"B{number}", day(first), None if length is None else day(first + length)))
    return bars


@given(some_bars())
def test_every_bar_of_the_window_is_drawn_once_within_it_and_covers_no_other(bars: list[Bar]) -> None:
    lanes = [lane(*bars)]
    drawn = [one for each in draw(lanes, HUNDRED, TODAY).lanes for one in each.bars]
    told = [bar for each in shown_in(lanes, HUNDRED) for bar in each.bars]
    assert sorted(one.bar.what for one in drawn) == sorted(bar.what for bar in told)
    for one in drawn:
        assert 0 <= one.x < one.after <= 100.01
        for other in drawn:
            if other is not one and other.y == one.y and other.x >= one.x:
                assert other.x >= one.after - LEAST
