# SPDX-License-Identifier: EUPL-1.2
"""A picture of time in lanes: pure functions from facts to bars, in hundredths of the width. Any language, any facts.

The picture is drawn from the same `Lane`s as the table below it, so that they can't tell different things.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
TRACK, BAR, PAD = 28, 22, 3  # px: a row of bars, a bar in it, and the air above it
LETTER, AROUND = 7.2, 16  # px: a letter of a label, about; and what stands around a label
TODAY, MONTH = 16, 32  # px: half of the word at today, and the name of a month
LEAST = 0.7  # hundredths: a single day can be seen, and be pointed at


class Bar(NamedTuple):
    """Something that held, both days included; `last` is None where no end is set. `gap`: nothing did, and should."""

    what: str
    first: date
    last: date | None
    gap: bool = False


class Lane(NamedTuple):
    """A row of the picture: its name, what kind of thing it shows (its colour), and its bars."""

    name: str
    tone: str
    bars: list[Bar]


class Window(NamedTuple):
    """The days that are drawn, both included, and about how many pixels wide they will be."""

    first: date
    last: date
    pixels: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def at(self, day: date) -> float:
        """Where a day begins, in hundredths of the width."""
        return round((day - self.first).days * 100 / self.days, 2)

    def shows(self, bar: Bar) -> bool:
        """Does any of the bar's days fall within?"""
        return bar.first <= self.last and (bar.last is None or bar.last >= self.first)


class Drawn(NamedTuple):
    """A bar as it is drawn: hundredths across, pixels down. `inside` and `beside` are its label, or empty."""

    bar: Bar
    x: float
    width: float
    y: int
    inside: str
    beside: str
    begins_before: bool
    goes_on: bool

    @property
    def after(self) -> float:
        """Where it ends."""
        return round(self.x + self.width, 2)


class DrawnLane(NamedTuple):
    """A lane with its bars on so many tracks that none covers another."""

    name: str
    tone: str
    height: int
    bars: list[Drawn]


class Picture(NamedTuple):
    """Lanes, the first day of each month, the Mondays where there is room for them, and where today begins."""

    window: Window
    lanes: list[DrawnLane]
    months: list[tuple[float, date]]
    weeks: list[float]
    today: float

    @property
    def named_months(self) -> list[tuple[float, date]]:
        """The months whose names neither cover today's word nor go past the edge."""
        pixel = 100 / self.window.pixels
        word, name = TODAY * pixel, MONTH * pixel
        return [
            (x, day)
            for x, day in self.months
            if x + name <= 100 and (x > self.today + word or x + name < self.today - word)
        ]


def shown_in(lanes: Sequence[Lane], window: Window) -> list[Lane]:
    """The lanes with the bars of the window, those without any left out: what is drawn, and what the table tells."""
    within = (lane._replace(bars=[bar for bar in lane.bars if window.shows(bar)]) for lane in lanes)
    return [lane for lane in within if lane.bars]


def draw(lanes: Sequence[Lane], window: Window, today: date) -> Picture:
    """The picture of the window. Bars of a lane that overlap in time lie below each other."""
    return Picture(
        window=window,
        lanes=[_lane(lane, window) for lane in shown_in(lanes, window)],
        months=[(window.at(day), day) for day in _first_of_months(window)],
        weeks=[window.at(day) for day in _mondays(window)] if window.days * 6 <= window.pixels else [],
        today=window.at(today),
    )


def _lane(lane: Lane, window: Window) -> DrawnLane:
    tracks: list[list[Bar]] = []
    for bar in sorted(lane.bars, key=lambda bar: (bar.first, bar.last or date.max)):
        free = next((track for track in tracks if _ends(track[-1]) < bar.first), None)
        if free is None:
            tracks.append([bar])
        else:
            free.append(bar)
    drawn = [
        _bar(bar, track[number + 1].first if number + 1 < len(track) else None, row, window)
        for row, track in enumerate(tracks)
        for number, bar in enumerate(track)
    ]
    return DrawnLane(lane.name, lane.tone, TRACK * len(tracks), drawn)


def _bar(bar: Bar, following: date | None, row: int, window: Window) -> Drawn:
    first, last = max(bar.first, window.first), min(_ends(bar), window.last)
    x = window.at(first)
    width = min(max(round((last - first + ONE_DAY).days * 100 / window.days, 2), LEAST), round(100 - x, 2))
    room = width * window.pixels / 100
    free = (
        (window.at(min(following or window.last + ONE_DAY, window.last + ONE_DAY)) - x - width)
        * window.pixels
        / 100
    )
    wanted = len(bar.what) * LETTER + AROUND
    inside = bar.what if wanted <= room else ""
    beside = bar.what if not inside and wanted <= free else ""
    if not inside and not beside and room >= AROUND + 4 * LETTER:
        inside = bar.what[: int((room - AROUND) / LETTER) - 1].rstrip() + "…"
    return Drawn(
        bar, x, width, PAD + row * TRACK, inside, beside, bar.first < window.first, _ends(bar) > window.last
    )


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
