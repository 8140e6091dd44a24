# SPDX-License-Identifier: EUPL-1.2
"""Doors opened by an alarm: the manager sees each, the coordinator those of the own patrol."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.people.queries import Person
from troskel.reading import emergency_openings
from troskel.reading.client_names import names_of_shown
from troskel.reading.paging import PageRequest
from troskel.runner.choices import AlarmOutcome
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.text import act_labels

PAGE_SIZE = 50


@page(
    "emergency-openings/",
    name="emergency-openings",
    about=gettext_noop(
        "Varje dörr som larmpatrullen har öppnat vid ett larm, och hur lång tid det tog från larmet till dörren."
    ),
    serves=("rule 4",),
    who=emergency_openings.emergency_openings.who,
)
def listed(request: HttpRequest, person: Person) -> HttpResponse:
    """The openings by an accepted alarm, the newest first."""
    shown = emergency_openings.emergency_openings(
        person.actor, PageRequest(PAGE_SIZE, request.GET.get("after", ""))
    )
    values = {
        "openings": shown.items,
        "clients": names_of_shown(person.actor, [opening.case for opening in shown.items]),
        "further": shown.next,
        "endings": act_labels.choice_labels(AlarmOutcome),
        "today": clock.today(),
    }
    return render_page(request, "web/emergency_openings.html", values)
