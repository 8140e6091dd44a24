# SPDX-License-Identifier: EUPL-1.2
"""The locksmith's rounds, day by day and area by area; for the coordinator, who of ours needs to be there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import bookings as reading_bookings
from troskel.reading.bookings import Trip
from troskel.reading.paging import Asked
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.forms.act_form import SAYS_NO
from troskel.web.shell.links import Button, act_button
from troskel.web.text import act_labels, formatting
from troskel.web.text.refusals import why_not

WHO = (Role.LOCKSMITH, Role.COORDINATOR)
DAYS = 7
A_PAGE = 30


class Area(NamedTuple):
    """What lies together: a postal town with its code, and the trips there."""

    name: str
    trips: list[Trip]


class Day(NamedTuple):
    """The trips of a day, in the order of the clock; those that follow each other in one area stand together."""

    name: str
    passed: bool
    areas: list[Area]


FURTHEST = timedelta(days=730)
"""Nobody books further ahead."""


@page("bookings/", name="bookings", who=WHO)
def bookings(request: HttpRequest, person: Person) -> HttpResponse:
    """Seven days of bookings, and the orders that have no time yet."""
    return _show(request, person, {"refused": ""})


@page("bookings/<uuid:duty>/who", name="booking-who", who=(Role.COORDINATOR,), methods=["POST"])
def who_goes(request: HttpRequest, person: Person, duty: UUID) -> HttpResponse:
    """Say who of the organisation is there when the locksmith comes."""
    values, key = {"duty": str(duty), "to": request.POST.get("to", "")}, request.POST.get("key")
    if not key:  # it would count each time it is sent: it is shown again, with one
        return _show(request, person, {"refused": ""}, status=422)
    try:
        REGISTER["assign_duty"].perform(person.actor, values, key=key)
    except SAYS_NO as error:
        return _show(request, person, {"refused": why_not(error)}, status=409)
    return HttpResponseRedirect(f"{reverse('bookings')}#bookings")


def _show(request: HttpRequest, person: Person, more: dict[str, Any], status: int = 200) -> HttpResponse:
    today = clock.today()
    first = min(max(_day(request.GET.get("from", "")) or today, today), today + FURTHEST)
    after = request.GET.get("after", "")
    found = reading_bookings.rounds(person.actor, first, DAYS, Asked(A_PAGE, after))
    values = {
        "days": _days(found.booked, today),
        "areas": _areas(found.unbooked.items),
        "count": len(found.booked),
        "further": found.unbooked.next,
        "after": after,
        "more": found.more,
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "earlier": max(first - timedelta(days=DAYS), today) if first > today else None,
        "later": first + timedelta(days=DAYS),
        "today": today,
        "buttons": lambda trip: _buttons(trip, person),
        "choice": _choice,
        "colleagues": _colleagues(person, found.booked),
        "locksmith": person.actor.role is Role.LOCKSMITH,
        "key": new_id,
        **more,
    }
    return show(request, "web/bookings.html", values, status=status)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _days(booked: list[Trip], today: date) -> list[Day]:
    days = []
    for day, trips in groupby(booked, key=lambda trip: _starts(trip).date()):
        name = (
            _("{weekday} {day}")
            .format(weekday=formatting.weekday(day), day=formatting.day(day, today))
            .capitalize()
        )
        name = _("Idag, {day}").format(day=name.lower()) if day == today else name
        in_order = [Area(area, list(some)) for area, some in groupby(trips, key=_area)]
        days.append(Day(name, day < today, in_order))
    return days


def _areas(waiting: list[Trip]) -> list[Area]:
    return [Area(name, list(trips)) for name, trips in groupby(sorted(waiting, key=_area), key=_area)]


def _starts(trip: Trip) -> datetime:
    assert trip.starts is not None
    return trip.starts.astimezone(clock.STOCKHOLM)


def _area(trip: Trip) -> str:
    """The postal town and code; of a protected address, nothing."""
    if trip.person is None or not (trip.person.town or trip.person.postcode):
        return _("Området är inte känt")
    code = trip.person.postcode
    return f"{trip.person.town} {code[:3]} {code[3:]}".strip()


REPORTS = {"installation": "report_installation", "removal": "report_removal", "repair": "report_repair"}


def _buttons(trip: Trip, person: Person) -> list[Button]:
    """What can be done about an order, by the one at the screen: the first is the first to be reached for."""
    report = {
        "report_installation": _("Rapportera monterat"),
        "report_removal": _("Rapportera nedmonterat"),
        "report_repair": _("Rapportera lagat"),
    }
    done = REPORTS[trip.kind]
    booked = [(done, report[done]), ("report_failure", _("Gick inte")), ("book_order", _("Boka om"))]
    unbooked = [("book_order", _("Boka tid")), (done, report[done])]
    return [
        act_button(act, word, order=trip.order)
        for act, word in (booked if trip.starts else unbooked)
        if person.actor.role in REGISTER[act].who
    ]


def _choice(act: str, path: str, value: str) -> str:
    """A code as a form says it."""
    told = act_labels.choices_of(REGISTER[act], path).get(value)
    return act_labels.said(told) if told else ""


def _colleagues(person: Person, booked: list[Trip]) -> dict[str, str]:
    if not any(trip.attending for trip in booked):
        return {}
    return people.colleagues(person.actor, Role.COORDINATOR, Role.CARER)
