# SPDX-License-Identifier: EUPL-1.2
"""The locksmith's calendar; for the coordinator the same of their clients, and who attends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.acts.reporting_work import PartsTaken
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import CodedError
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import bookings as reading_bookings
from troskel.reading import proposals
from troskel.reading.bookings import Rounds, Trip
from troskel.reading.paging import PageRequest
from troskel.runner.choices import DoorKind, Failure, LockFault, Presence
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once
from troskel.web.desk import calendar
from troskel.web.desk.calendar import View
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
PAGE_SIZE = 30
ORDER = re.compile(r"W-[0-9]{4}-[0-9]{1,8}")


@page(
    "bookings/",
    name="bookings",
    about=gettext_noop("När låssmeden kommer, vart, och vem som ska vara med."),
    serves=("P4", "L1"),
    who=reading_bookings.rounds.who,
)
def bookings(request: HttpRequest, person: Person) -> HttpResponse:
    """A day, a week or two weeks of bookings, and the orders without a time."""
    return _bookings_page(request, person, {"refusal": ""})


@page(
    "bookings/<uuid:duty>/who",
    name="booking-who",
    who=reading_bookings.ATTENDING_ROLES,
    methods=["POST"],
)
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
    values = {**calendar_values(request, person), **extra}
    return render_page(request, "web/bookings.html", values, status=status)


Read = Callable[[date, int, PageRequest], Rounds]
"""How the trips are read: the first day, how many days, and the page of those without a time."""


def calendar_values(request: HttpRequest, person: Person, read: Read | None = None) -> dict[str, Any]:
    """Returns what the calendar's template needs; the same on the locksmith's start page, which reads more."""
    today = clock.today()
    read = read or partial(reading_bookings.rounds, person.actor)
    order = request.GET.get("book", "")
    chosen = calendar.chosen(
        request.GET.get("view", ""),
        request.GET.get("from", ""),
        order if ORDER.fullmatch(order) else "",
        today,
    )
    after = request.GET.get("after", "")
    rounds = read(chosen.first, chosen.days, PageRequest(PAGE_SIZE, after))
    is_locksmith = person.actor.role is Role.LOCKSMITH
    ahead = max(proposals.DAYS_AHEAD, (chosen.last - today).days + 1)
    free = proposals.free_hours(person.actor, today, ahead) if is_locksmith else []
    is_week = chosen.view is View.WEEK
    cards = [trip for trip in rounds.booked if calendar.starts(trip).date() >= max(chosen.first, today)]
    if is_week:
        cards = [trip for trip in cards if calendar.starts(trip).date() == today]
    return {
        "chosen": chosen,
        "views": [(View.DAY, _("Dag")), (View.WEEK, _("Vecka")), (View.LIST, _("Lista"))],
        "heading": calendar.heading(chosen, rounds.booked),
        "summary": calendar.summary(chosen, rounds.booked),
        "period": calendar.period_name(chosen),
        "unreported": calendar.days(calendar.before(rounds.booked, today), today),
        "days": calendar.days(cards, today),
        "week": calendar.week(chosen, rounds.booked, free) if is_week else None,
        "areas": calendar.areas(rounds.unbooked.items),
        "further": rounds.unbooked.next,
        "after": after,
        "more": rounds.more,
        "today": today,
        "buttons": lambda trip: _buttons(trip, person),
        "slots": lambda trip: calendar.proposed_slots(trip, rounds.booked, free, today),
        "place": calendar.place,
        "is_unreported": calendar.is_unreported,
        "choice": act_labels.choice_label,
        "codes": CODES,
        "colleagues": {} if is_locksmith else _colleagues(person, rounds.booked),
        "locksmith": is_locksmith,
        "key": new_id,
        "changed": way_back.changed(request),
        "refusal": "",
    }


REPORT_ACTS = {"installation": "report_installation", "removal": "report_removal", "repair": "report_repair"}


def _buttons(trip: Trip, person: Person) -> list[Button]:
    """Returns the acts that the person may do about an order, the most likely first."""
    report = REPORT_ACTS[trip.kind]
    acts = [report, "report_failure", "book_order"] if trip.starts else ["book_order", report]
    duty = {"duty": str(trip.duty)} if trip.duty else {}
    return [
        act_button(act, _label(act, trip), order=trip.order, **(duty if act == report else {}))
        for act in acts
        if person.actor.role in REGISTER[act].who
    ]


def _label(act: str, trip: Trip) -> str:
    act_text = act_labels.act_text(act)
    assert act_text is not None, f"{act} has no title"
    return _("Boka om") if act == "book_order" and trip.starts else act_text.title


def _colleagues(person: Person, booked: list[Trip]) -> dict[str, str]:
    if not any(trip.attending for trip in booked):
        return {}
    return people.colleagues(person.actor, Role.COORDINATOR, Role.CARER)
