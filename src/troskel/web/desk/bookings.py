# SPDX-License-Identifier: EUPL-1.2
"""The locksmith's bookings by day and area; for the coordinator, who attends."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.acts.reporting_work import PartsTaken
from troskel.ground import clock, formatting
from troskel.ground.ids import new_id
from troskel.ground.refusals import CodedError
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import bookings as reading_bookings
from troskel.reading.bookings import Trip
from troskel.reading.paging import PageRequest
from troskel.runner.choices import DoorKind, Failure, LockFault, Presence
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once
from troskel.web.shell import way_back
from troskel.web.shell.links import Button, act_button
from troskel.web.text import act_labels
from troskel.web.text.refusals import refusal_text

CODES = {
    "door": DoorKind,
    "presence": Presence,
    "fault": LockFault,
    "parts": PartsTaken,
    "failure": Failure,
}
"""The codes of a trip that the page shows by their labels."""
DAYS_SHOWN = 7
PAGE_SIZE = 30


class Area(NamedTuple):
    """A postal town with its code, and the trips there."""

    name: str
    trips: list[Trip]


class BookingDay(NamedTuple):
    """The trips of a day by time; consecutive trips in one area are grouped."""

    name: str
    is_past: bool
    areas: list[Area]


MAX_LOOKAHEAD = timedelta(days=730)
"""Bookings are not made further ahead."""


@page("bookings/", name="bookings", who=reading_bookings.rounds.who)
def bookings(request: HttpRequest, person: Person) -> HttpResponse:
    """Seven days of bookings, and the orders without a time."""
    return _bookings_page(request, person, {"refusal": ""})


@page("bookings/<uuid:duty>/who", name="booking-who", who=reading_bookings.ATTENDING_ROLES, methods=["POST"])
def assign_attendant(request: HttpRequest, person: Person, duty: UUID) -> HttpResponse:
    """Assign who of the organisation attends a booking."""
    values = {"duty": str(duty), "to": request.POST.get("to", "")}

    def show(status: int, refusal: CodedError | None) -> HttpResponse:
        text = refusal_text(refusal) if refusal else ""
        return _bookings_page(request, person, {"refusal": text}, status=status)

    return submit_once(
        request,
        lambda key: REGISTER["assign_duty"].perform(person.actor, values, key=key),
        done=f"{reverse('bookings')}#bookings",
        show=show,
    )


def _bookings_page(
    request: HttpRequest, person: Person, extra: dict[str, Any], status: int = 200
) -> HttpResponse:
    today = clock.today()
    first = min(max(_day(request.GET.get("from", "")) or today, today), today + MAX_LOOKAHEAD)
    after = request.GET.get("after", "")
    rounds = reading_bookings.rounds(person.actor, first, DAYS_SHOWN, PageRequest(PAGE_SIZE, after))
    values = {
        "days": _days(rounds.booked, today),
        "areas": _areas(rounds.unbooked.items),
        "count": len(rounds.booked),
        "further": rounds.unbooked.next,
        "after": after,
        "more": rounds.more,
        "first": first,
        "last": first + timedelta(days=DAYS_SHOWN - 1),
        "earlier": max(first - timedelta(days=DAYS_SHOWN), today) if first > today else None,
        "later": first + timedelta(days=DAYS_SHOWN),
        "today": today,
        "buttons": lambda trip: _buttons(trip, person),
        "choice": act_labels.choice_label,
        "codes": CODES,
        "colleagues": _colleagues(person, rounds.booked),
        "locksmith": person.actor.role is Role.LOCKSMITH,
        "key": new_id,
        "changed": way_back.changed(request),
        **extra,
    }
    return render_page(request, "web/bookings.html", values, status=status)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _days(booked: list[Trip], today: date) -> list[BookingDay]:
    days = []
    for day, trips in groupby(booked, key=lambda trip: _starts(trip).date()):
        full_day = formatting.full_day(day, today)
        name = _("I dag, {day}").format(day=full_day) if day == today else formatting.capitalized(full_day)
        areas = [Area(area, list(area_trips)) for area, area_trips in groupby(trips, key=_area_name)]
        days.append(BookingDay(name, day < today, areas))
    return days


def _areas(unbooked: list[Trip]) -> list[Area]:
    return [
        Area(name, list(trips)) for name, trips in groupby(sorted(unbooked, key=_area_name), key=_area_name)
    ]


def _starts(trip: Trip) -> datetime:
    assert trip.starts is not None
    return trip.starts.astimezone(clock.STOCKHOLM)


def _area_name(trip: Trip) -> str:
    """Returns the postal town and code; a placeholder for a protected address."""
    if trip.person is None or not (trip.person.town or trip.person.postcode):
        return _("Området är inte känt")
    code = trip.person.postcode
    return f"{trip.person.town} {code[:3]} {code[3:]}".strip()


REPORT_ACTS = {"installation": "report_installation", "removal": "report_removal", "repair": "report_repair"}


def _buttons(trip: Trip, person: Person) -> list[Button]:
    """Returns the acts that the person may do about an order, the most likely first."""
    report_labels = {
        "report_installation": _("Rapportera monterat"),
        "report_removal": _("Rapportera nedmonterat"),
        "report_repair": _("Rapportera lagat"),
    }
    report_act = REPORT_ACTS[trip.kind]
    booked = [
        (report_act, report_labels[report_act]),
        ("report_failure", _("Gick inte")),
        ("book_order", _("Boka om")),
    ]
    unbooked = [("book_order", _("Boka tid")), (report_act, report_labels[report_act])]
    return [
        act_button(act, label, order=trip.order)
        for act, label in (booked if trip.starts else unbooked)
        if person.actor.role in REGISTER[act].who
    ]


def _colleagues(person: Person, booked: list[Trip]) -> dict[str, str]:
    if not any(trip.attending for trip in booked):
        return {}
    return people.colleagues(person.actor, Role.COORDINATOR, Role.CARER)
