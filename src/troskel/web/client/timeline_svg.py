# SPDX-License-Identifier: EUPL-1.2
"""Draws a timeline of lanes: pure functions from periods to bars, in hundredths of the width.

The picture and the table below it come from the same `Lane`s, so that they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
TRACK_PX, BAR_PX, PAD_PX = 28, 22, 3  # px: heights of a track and of a bar, space above the bar
LETTER_PX, LABEL_PADDING_PX = 7.2, 16  # px: approximate width of a letter, padding of a label
TODAY_HALF_PX = 20  # px: half the width of today's label
MONTH_NAME_PX, WITH_YEAR_PX = 32, 66  # px: width of a month's name, and of one with its year
MIN_LETTERS = 4  # of a label that is shown in part
MIN_BAR_WIDTH = 0.7  # hundredths of the width: a single day stays visible


class Bar(NamedTuple):
    """A period, both days included; `last` None means no end. `is_gap`: care is missing in the period."""

    label: str
    first: date
    last: date | None
    is_gap: bool = False


class Lane(NamedTuple):
    """A row of the timeline: its name, its CSS class, and its bars."""

    name: str
    tone: str
    bars: list[Bar]


class Window(NamedTuple):
    """The days drawn, both included, and their approximate width in pixels."""

    first: date
    last: date
    pixels: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def at(self, day: date) -> float:
        """Returns the left edge of a day, in hundredths of the width."""
        return round((day - self.first).days * 100 / self.days, 2)

    def shows(self, bar: Bar) -> bool:
        """Whether any day of the bar is in the window."""
        return bar.first <= self.last and (bar.last is None or bar.last >= self.first)


class DrawnBar(NamedTuple):
    """A drawn bar: x in hundredths of the width, y in pixels. `inside` or `beside` is its label, or both are empty.

    `after_today`: the label begins after the line of today, which would else cross it.
    """

    bar: Bar
    x: float
    width: float
    y: int
    inside: str
    beside: str
    begins_before: bool
    continues_after: bool
    after_today: bool = False

    @property
    def end(self) -> float:
        """The right edge, in hundredths of the width."""
        return round(self.x + self.width, 2)


class DrawnLane(NamedTuple):
    """A lane with its bars on tracks, so that none overlap; `height` in pixels."""

    name: str
    tone: str
    height: int
    bars: list[DrawnBar]


class Picture(NamedTuple):
    """Lanes, first days of months, Mondays if there is room, and today; positions in hundredths of the width."""

    window: Window
    lanes: list[DrawnLane]
    months: list[tuple[float, date]]
    weeks: list[float]
    today: float
    day: date

    @property
    def named_months(self) -> list[tuple[float, date]]:
        """Returns the months whose names neither cover today's label nor pass the edge."""
        pixel = 100 / self.window.pixels
        today_width, named = TODAY_HALF_PX * pixel, []
        free_from = 0.0
        for x, day in self.months:
            width = (MONTH_NAME_PX if day.year == self.day.year else WITH_YEAR_PX) * pixel
            is_beside_today = x > self.today + today_width or x + width < self.today - today_width
            if x >= free_from and x + width <= 100 and is_beside_today:
                named.append((x, day))
                free_from = x + width
        return named


def visible_lanes(lanes: Sequence[Lane], window: Window) -> list[Lane]:
    """Returns the lanes with bars in the window: those drawn, and those in the table."""
    lanes_in_window = (lane._replace(bars=[bar for bar in lane.bars if window.shows(bar)]) for lane in lanes)
    return [lane for lane in lanes_in_window if lane.bars]


def draw(lanes: Sequence[Lane], window: Window, today: date) -> Picture:
    """Returns the picture of a window. Overlapping bars of a lane lie on separate tracks."""
    return Picture(
        window=window,
        lanes=[_lane(lane, window, window.at(today)) for lane in visible_lanes(lanes, window)],
        months=[(window.at(day), day) for day in _first_of_months(window)],
        weeks=[window.at(day) for day in _mondays(window)] if window.days * 6 <= window.pixels else [],
        today=window.at(today),
        day=today,
    )


def _lane(lane: Lane, window: Window, today: float) -> DrawnLane:
    tracks: list[list[Bar]] = []
    for bar in sorted(lane.bars, key=lambda bar: (bar.first, bar.last or date.max)):
        free = next((track for track in tracks if _ends(track[-1]) < bar.first), None)
        if free is None:
            tracks.append([bar])
        else:
            free.append(bar)
    drawn = [
        _clear_of_today(_bar(bar, next_bar.first if next_bar else None, row, window), next_bar, window, today)
        for row, track in enumerate(tracks)
        for bar, next_bar in zip_longest(track, track[1:])
    ]
    return DrawnLane(lane.name, lane.tone, TRACK_PX * len(tracks), drawn)


def _bar(bar: Bar, next_first: date | None, row: int, window: Window) -> DrawnBar:
    first, last = max(bar.first, window.first), min(_ends(bar), window.last)
    x = window.at(first)
    width = min(
        max(round((last - first + ONE_DAY).days * 100 / window.days, 2), MIN_BAR_WIDTH), round(100 - x, 2)
    )
    bar_px = width * window.pixels / 100
    free_px = (
        (window.at(min(next_first or window.last + ONE_DAY, window.last + ONE_DAY)) - x - width)
        * window.pixels
        / 100
    )
    label_px = len(bar.label) * LETTER_PX + LABEL_PADDING_PX
    inside = bar.label if label_px <= bar_px else ""
    beside = bar.label if not inside and label_px <= free_px else ""
    if not inside and not beside:
        inside = _whole_words(bar.label, int((bar_px - LABEL_PADDING_PX) / LETTER_PX))
    return DrawnBar(
        bar,
        x,
        width,
        PAD_PX + row * TRACK_PX,
        inside,
        beside,
        bar.first < window.first,
        _ends(bar) > window.last,
    )


def _clear_of_today(drawn: DrawnBar, next_bar: Bar | None, window: Window, today: float) -> DrawnBar:
    """Returns the bar with its label after the line of today, where that would cross it and there is room."""
    begins = drawn.end if drawn.beside else drawn.x
    pixel = window.pixels / 100
    label_px = len(drawn.beside or drawn.inside) * LETTER_PX + LABEL_PADDING_PX
    is_crossed = begins < today < begins + label_px / pixel
    if not (drawn.beside or drawn.inside) or not is_crossed:
        return drawn
    ends = min(window.at(next_bar.first), 100.0) if next_bar else 100.0
    room = (ends if drawn.beside else drawn.end) - today
    return drawn._replace(after_today=label_px <= room * pixel)


def _whole_words(label: str, letters: int) -> str:
    """Returns the beginning of a label that fits, no word of it cut; empty where that says nothing."""
    fitting = label[: max(0, letters) + 1].rpartition(" ")[0].rstrip(",")
    return fitting if len(fitting) >= MIN_LETTERS else ""


def _ends(bar: Bar) -> date:
    return bar.last or date.max


def _first_of_months(window: Window) -> list[date]:
    days, day = [], window.first.replace(day=1)
    while day <= window.last:
        if day >= window.first:
            days.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return days


def _mondays(window: Window) -> list[date]:
    monday = window.first + timedelta(days=-window.first.weekday() % 7)
    return [monday + timedelta(days=7 * n) for n in range((window.last - monday).days // 7 + 1)]
