# SPDX-License-Identifier: EUPL-1.2
"""The picture of time: where bars lie, that none covers another, and what is told where there is little room."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from troskel.web.client.timeline_svg import MIN_BAR_WIDTH, Bar, Lane, Window, draw, visible_lanes

TODAY = date(2026, 3, 2)
HUNDRED = Window(TODAY, TODAY + timedelta(days=99), 1000)


def day(after: int) -> date:
    return TODAY + timedelta(days=after)


def lane(*bars: Bar) -> Lane:
    return Lane("Hemtjänst", "home_care", list(bars))


def test_bar_position() -> None:
    (drawn,) = draw([lane(Bar("B1", day(10), day(19)))], HUNDRED, day(50)).lanes[0].bars
    assert (drawn.x, drawn.width, drawn.inside) == (10.0, 10.0, "B1")
    assert (drawn.begins_before, drawn.continues_after) == (False, False)


def test_bar_without_end_reaches_the_edge() -> None:
    (drawn,) = draw([lane(Bar("B1", day(-10), None))], HUNDRED, day(50)).lanes[0].bars
    assert (drawn.x, drawn.width, drawn.begins_before, drawn.continues_after) == (0.0, 100.0, True, True)


def test_minimum_bar_width() -> None:
    years = Window(TODAY, day(3649), 1000)
    (drawn,) = draw([lane(Bar("B1", day(2000), day(2000)))], years, TODAY).lanes[0].bars
    assert drawn.width == MIN_BAR_WIDTH
    (last,) = draw([lane(Bar("B1", day(3649), day(3649)))], years, TODAY).lanes[0].bars
    assert last.end <= 100


def test_label_beside_the_bar() -> None:
    short = Bar("Montering W-2026-0001", day(10), day(11))
    (free,) = draw([lane(short)], HUNDRED, TODAY).lanes[0].bars
    assert (free.inside, free.beside) == ("", short.label)
    in_the_way = draw([lane(short, Bar("B2", day(14), None))], HUNDRED, TODAY).lanes[0].bars[0]
    assert (in_the_way.inside, in_the_way.beside) == ("", "")


def test_a_label_is_not_crossed_by_the_line_of_today() -> None:
    def after_today(*bars: Bar, today: int = 12) -> bool:
        return draw([lane(*bars)], HUNDRED, day(today)).lanes[0].bars[0].after_today

    long = Bar("Beslut B04732", day(10), day(60))
    assert after_today(long), "inside, after the line"
    assert not after_today(long, today=40), "the label ends before the line"
    assert not after_today(long, today=5)
    assert not after_today(Bar("Beslut B04732", day(10), day(20))), "no room after the line"
    visit = Bar("1 besök, Öst", day(10), day(10))
    assert after_today(visit)
    assert not after_today(visit, Bar("9", day(22), None)), "the next bar would be under it"


def test_long_label_shows_whole_words() -> None:
    one, _ = (
        draw([lane(Bar("Kopplad till 4711-0938", day(0), day(9)), Bar("B", day(10), None))], HUNDRED, TODAY)
        .lanes[0]
        .bars
    )
    assert one.inside in ("Kopplad", "Kopplad till")
    few, _ = (
        draw([lane(Bar("9 besök, Öst", day(0), day(4)), Bar("B", day(5), None))], HUNDRED, TODAY)
        .lanes[0]
        .bars
    )
    assert few.inside == "", "no number without its word"


def test_a_months_name_with_its_year_has_room() -> None:
    window = Window(date(2026, 10, 1), date(2027, 1, 9), 1000)
    assert [first.month for _, first in draw([], window, date(2026, 11, 20)).named_months] == [10, 11, 12, 1]
    narrow = Window(date(2026, 10, 1), date(2027, 1, 6), 1000)
    assert [first.month for _, first in draw([], narrow, date(2026, 11, 20)).named_months] == [10, 11, 12]
    years = Window(date(2024, 1, 1), date(2025, 12, 31), 1000)
    named = [x for x, _ in draw([], years, date(2026, 12, 1)).named_months]
    assert all(after - before >= 6.6 for before, after in pairwise(named)), "none lies on another"


def test_overlapping_bars_use_tracks() -> None:
    drawn = draw(
        [lane(Bar("Öst", day(0), day(30)), Bar("Ängen", day(20), day(40)), Bar("Öst", day(31), None))],
        HUNDRED,
        TODAY,
    )
    assert [bar.y for bar in drawn.lanes[0].bars] == [3, 3, 31]
    assert drawn.lanes[0].height == 56


def test_axis() -> None:
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
def test_every_bar_is_drawn_once_without_overlap(bars: list[Bar]) -> None:
    lanes = [lane(*bars)]
    drawn = [one for each in draw(lanes, HUNDRED, TODAY).lanes for one in each.bars]
    told = [bar for each in visible_lanes(lanes, HUNDRED) for bar in each.bars]
    assert sorted(one.bar.label for one in drawn) == sorted(bar.label for bar in told)
    for one in drawn:
        assert 0 <= one.x < one.end <= 100.01
        for other in drawn:
            if other is not one and other.y == one.y and other.x >= one.x:
                assert other.x >= one.end - MIN_BAR_WIDTH
