# SPDX-License-Identifier: EUPL-1.2
"""Clients whose door nobody opened: what has been done, and the way to say how it ended."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.people.queries import Person
from troskel.reading import unanswered_doors as reading
from troskel.reading.client_names import names_of_shown
from troskel.runner.choices import DoorStep
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.lists.care_lists import client_tabs


@page(
    "visits/unanswered",
    name="unanswered-doors",
    about=gettext_noop("Kunder som inte öppnade i dag eller i går: vad som är gjort, och hur det gick."),
    serves=("P2",),
    who=reading.unanswered_doors.who,
)
def unanswered(request: HttpRequest, person: Person) -> HttpResponse:
    """The doors that nobody opened, those first of which nobody knows."""
    doors = reading.unanswered_doors(person.actor)
    values = {
        "doors": doors,
        "in_doubt": sum(not door.is_known for door in doors),
        "clients": names_of_shown(person.actor, [door.case for door in doors]),
        "steps": DoorStep,
        "may_note": person.actor.role in REGISTER["note_no_answer"].who,
        "tabs": client_tabs(request, person.actor.role),
        "today": clock.today(),
    }
    return render_page(request, "web/unanswered_doors.html", values)
