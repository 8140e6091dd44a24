# SPDX-License-Identifier: EUPL-1.2
"""The calendar of bookings as a page shows it: a day, a week or a list, with the hours that are free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.ground import clock, formatting
from troskel.reading.bookings import Trip
from troskel.web.shell.links import Button, to_act

HOUR = timedelta(hours=1)
MAX_LOOKAHEAD = timedelta(days=730)
"""Bookings are not made further ahead."""
FRIDAY = 4
SLOTS_PROPOSED = 2


class View(StrEnum):
    """How much is shown at a time."""

    DAY = "day"
    WEEK = "week"
    LIST = "list"


LENGTH = {View.DAY: 1, View.WEEK: 7, View.LIST: 14}


class Chosen(NamedTuple):
    """What of the calendar is looked at. `order`: one that is about to get a time, or empty."""

    view: View
    first: date
    order: str
    today: date

    @property
    def days(self) -> int:
        """How many days are shown."""
        return LENGTH[self.view]

    @property
    def last(self) -> date:
        """The last day shown."""
        return self.first + timedelta(days=self.days - 1)

    @property
    def has_today(self) -> bool:
        return self.first <= self.today <= self.last

    def query(self, *, view: View | None = None, first: date | None = None, order: str | None = None) -> str:
        """Returns the query of the same calendar with another choice."""
        order = self.order if order is None else order
        values = {"view": view or self.view, "from": (first or self.first).isoformat()}
        return f"?{urlencode({**values, **({'book': order} if order else {})})}"

    @property
    def earlier(self) -> date | None:
        """The first day of the page before; none before today."""
        if self.first <= _first_day(self.view, self.today):
            return None
        return max(self.first - timedelta(days=self.days), _first_day(self.view, self.today))

    @property
    def later(self) -> date:
        """The first day of the page after."""
        return self.last + timedelta(days=1)


class Area(NamedTuple):
    """A postal town with its code, and the trips there, numbered from `start` in the order of the route."""

    name: str
    trips: list[Trip]
    start: int


class BookingDay(NamedTuple):
    """The trips of a day by time; consecutive trips in one area are grouped."""

    name: str
    is_past: bool
    areas: list[Area]


class HourCell(NamedTuple):
    """An hour of a day in the week: its trips, or the way to book it where it is free (an empty URL: none)."""

    row: int
    trips: list[Trip]
    is_free: bool
    url: str
    clock: str


class DayColumn(NamedTuple):
    """A day of the week with its hours. `number` counts the columns from 1."""

    number: int
    name: str
    url: str
    is_today: bool
    cells: list[HourCell]

    @property
    def is_booked(self) -> bool:
        return any(cell.trips for cell in self.cells)


class Week(NamedTuple):
    """A week: the hours at which something begins, by row, and the days that are shown."""

    hours: list[tuple[int, str]]
    columns: list[DayColumn]


def chosen(view: str, first: str, order: str, today: date) -> Chosen:
    """Returns what is asked for; the week that holds today where it can't be read."""
    its_view = View(view) if view in list(View) else View.WEEK
    try:
        day = date.fromisoformat(first)
    except ValueError:
        day = today
    day = min(max(day, today), today + MAX_LOOKAHEAD)
    return Chosen(its_view, _first_day(its_view, day), order, today)


def _first_day(view: View, day: date) -> date:
    return day - timedelta(days=day.weekday()) if view is View.WEEK else day


def heading(chosen: Chosen, trips: Iterable[Trip]) -> str:
    """Returns the page's heading: the visits of today, else what is looked at."""
    if not chosen.has_today:
        return period_name(chosen)
    count = sum(starts(trip).date() == chosen.today for trip in trips)
    if not count:
        return _("Inget besök i dag")
    text = ngettext("Ett besök i dag", "{number} besök i dag", count)
    return text.format(number=formatting.capitalized(formatting.number(count)))


def summary(chosen: Chosen, trips: list[Trip]) -> str:
    """Returns the line below it: what is not reported, and where to go next."""
    now = clock.now()
    late = sum(_ends(trip) <= now for trip in trips)
    said = []
    if late:
        text = ngettext("Ett besök är inte rapporterat.", "{number} besök är inte rapporterade.", late)
        said.append(text.format(number=formatting.capitalized(formatting.number(late))))
    coming = next((trip for trip in trips if _ends(trip) > now), None)
    if coming:
        when = formatting.time_of_day(starts(coming))
        if starts(coming).date() != chosen.today:
            when = formatting.instant(starts(coming), chosen.today)
        else:
            when = _("kl. {time}").format(time=when)
        said.append(_("Nästa: {place}, {when}.").format(place=place(coming), when=when))
    return " ".join(said)


def period_name(chosen: Chosen) -> str:
    """Returns the name of what is shown: a week with its number, a day, or two weeks."""
    if chosen.view is View.WEEK:
        return _("Vecka {number}").format(number=chosen.first.isocalendar().week)
    if chosen.view is View.DAY:
        return formatting.capitalized(formatting.full_day(chosen.first, chosen.today))
    return formatting.capitalized(formatting.period(chosen.first, chosen.last, chosen.today))


def place(trip: Trip) -> str:
    """Returns the street, or that it is protected."""
    if trip.person is None or not trip.person.street:
        return _("skyddad adress")
    street, apartment = trip.person.street, trip.person.apartment
    return _("{street}, lgh {apartment}").format(street=street, apartment=apartment) if apartment else street


def days(trips: list[Trip], today: date) -> list[BookingDay]:
    """Returns the trips by day, in the order of the route."""
    by_day = []
    for day, of_day in groupby(trips, key=lambda trip: starts(trip).date()):
        full_day = formatting.full_day(day, today)
        name = _("I dag, {day}").format(day=full_day) if day == today else formatting.capitalized(full_day)
        by_day.append(BookingDay(name, day < today, _route(of_day)))
    return by_day


def before(trips: list[Trip], today: date) -> list[Trip]:
    """Returns the trips of earlier days, which nobody has reported."""
    return [trip for trip in trips if starts(trip).date() < today]


def areas(unbooked: list[Trip]) -> list[Area]:
    """Returns the orders without a time, area by area, the most urgent first in each."""
    by_area = sorted(unbooked, key=lambda trip: (area_name(trip), trip.due or date.max, trip.order))
    return _route(by_area)


def _route(trips: Iterable[Trip]) -> list[Area]:
    found: list[Area] = []
    for name, of_area in groupby(trips, key=area_name):
        found.append(Area(name, list(of_area), sum(len(area.trips) for area in found) + 1))
    return found


def week(chosen: Chosen, trips: list[Trip], free: list[datetime]) -> Week:
    """Returns the days of a week by hour. Saturday and Sunday are left out where nothing is booked."""
    booked: dict[tuple[date, int], list[Trip]] = {}
    for trip in trips:
        if starts(trip).date() < chosen.first:
            continue
        booked.setdefault((starts(trip).date(), starts(trip).hour), []).append(trip)
    open_hours = {(day.date(), day.hour): day for day in (at.astimezone(clock.STOCKHOLM) for at in free)}
    shown = [
        day
        for day in (chosen.first + timedelta(days=after) for after in range(chosen.days))
        if day.weekday() <= FRIDAY or any(on == day for on, _hour in booked)
    ]
    hours = sorted({hour for day, hour in {**booked, **open_hours} if day in shown})
    rows = {hour: row for row, hour in enumerate(hours, start=1)}
    columns = [
        DayColumn(
            number,
            f"{formatting.weekday(day)[:3]} {formatting.day(day, chosen.today)}",
            chosen.query(view=View.DAY, first=max(day, chosen.today)),
            day == chosen.today,
            [
                _cell(chosen, rows[hour], booked.get((day, hour), []), open_hours.get((day, hour)))
                for hour in hours
                if (day, hour) in booked or (day, hour) in open_hours
            ],
        )
        for number, day in enumerate(shown, start=1)
    ]
    return Week([(row, str(hour)) for hour, row in rows.items()], columns)


def _cell(chosen: Chosen, row: int, trips: list[Trip], free: datetime | None) -> HourCell:
    url = booking_url(chosen.order, free) if free and chosen.order else ""
    return HourCell(row, trips, free is not None, url, formatting.time_of_day(free) if free else "")


def proposed_slots(trip: Trip, booked: list[Trip], free: list[datetime], today: date) -> list[Button]:
    """Returns the first free hour for an order, and the first on a day when somebody is in its area already."""
    if not free:
        return []
    near_days = {starts(one).date() for one in booked if trip.area and one.area == trip.area}
    near = next((at for at in free if clock.day_of(at) in near_days), None)
    slots = [Button(_slot_name(free[0], today), booking_url(trip.order, free[0]))]
    if near is not None and near != free[0]:
        label = _("{slot}, samma område").format(slot=_slot_name(near, today))
        slots.append(Button(label, booking_url(trip.order, near)))
    rest = [at for at in free if clock.day_of(at) != clock.day_of(free[0])][:1]
    slots += [Button(_slot_name(at, today), booking_url(trip.order, at)) for at in rest if at != near]
    return slots[:SLOTS_PROPOSED]


def free_slots(order: str, free: list[datetime], today: date, most: int = 6) -> list[Button]:
    """Returns ways to book the first of the free hours, beside the form of a booking."""
    return [Button(_slot_name(at, today), booking_url(order, at)) for at in free[:most]]


def booking_url(order: str, begins: datetime) -> str:
    """Returns the URL of the form that books an hour for an order."""
    times = {"starts": begins, "ends": begins + HOUR}
    return to_act("book_order", order=order, **{name: clock.wall_text(at) for name, at in times.items()})


def _slot_name(at: datetime, today: date) -> str:
    day = clock.day_of(at)
    name = _("i dag") if day == today else f"{formatting.weekday(day)[:3]} {formatting.day(day, today)}"
    return _("{day} kl. {time}").format(day=name, time=formatting.time_of_day(at))


def starts(trip: Trip) -> datetime:
    """Returns when a booked trip begins, in Stockholm."""
    assert trip.starts is not None
    return trip.starts.astimezone(clock.STOCKHOLM)


def _ends(trip: Trip) -> datetime:
    assert trip.ends is not None
    return trip.ends


def is_unreported(trip: Trip) -> bool:
    """Whether the time of a booked trip has passed."""
    return trip.ends is not None and trip.ends <= clock.now()


def area_name(trip: Trip) -> str:
    """Returns the postal town and code; a placeholder for a protected address."""
    if trip.person is None or not (trip.person.town or trip.person.postcode):
        return _("Området är inte känt")
    code = trip.person.postcode
    return f"{trip.person.town} {code[:3]} {code[3:]}".strip()
