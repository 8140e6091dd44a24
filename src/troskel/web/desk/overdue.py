# SPDX-License-Identifier: EUPL-1.2
"""What is late in the whole municipality: what, whose, how late, and who is asked too."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode

from troskel.ground import clock
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import duties, lists, routine_versions
from troskel.reading.duties import ListedDuty
from troskel.reading.paging import LONGEST, Asked
from troskel.routine.model import Routine
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.text import act_labels, formatting

ROLES = ("assessor", "provider", "administrator", "locksmith", "economist")
"""Of whom a routine may ask."""
A_PAGE = 50


class Shown(NamedTuple):
    """A late duty as a row."""

    duty: ListedDuty
    what: str
    sign: str
    when: str
    whose: str
    taken: str
    deputy: str


@page("late/", name="late", who=(Role.ADMINISTRATOR,))
def late(request: HttpRequest, person: Person) -> HttpResponse:
    """Every late duty, the latest first; of one role or one organisation where that is chosen."""
    listed = lists.organisations(person.actor, Asked(LONGEST)).items
    names = {one.orgnr: one.name for one in sorted(listed, key=lambda one: one.name.casefold())}
    among = {"role": ROLES, "organisation": names}  # what is asked is noted: nothing that somebody has typed
    wanted = {name: request.GET[name] for name, known in among.items() if request.GET.get(name) in known}
    found = duties.late_duties(person.actor, Asked(A_PAGE, request.GET.get("after", "")), **wanted)
    people_named = {name for duty in found.items for name in (duty.person, duty.deputy) if name}
    known = people.names(person.actor.municipality, people_named) if people_named else {}
    routine = routine_versions.routine_on(person.actor, clock.today()).document
    values = {
        "rows": [_shown(duty, names, known, routine) for duty in found.items],
        "roles": [(role, formatting.role(role)) for role in ROLES],
        "organisations": names,
        "wanted": {"role": "", "organisation": "", **wanted},
        "begun": bool(request.GET.get("after")),
        "further": urlencode({**wanted, "after": found.next}) if found.next else "",
        "today": clock.today(),
    }
    return show(request, "web/late.html", values)


def _shown(duty: ListedDuty, names: dict[str, str], known: dict[str, str], routine: Routine) -> Shown:
    asked = routine.asks.get((duty.paragraph, duty.ask))
    sign, when = formatting.when(duty.due, clock.today())
    whose = names.get(duty.organisation or "", "")
    return Shown(
        duty=duty,
        what=act_labels.said(asked.duty) if asked else duty.text,
        sign=sign,
        when=when,
        whose=f"{formatting.role(duty.role)}, {whose}" if whose else formatting.role(duty.role),
        taken=known.get(duty.person or "", ""),
        deputy=known.get(duty.deputy or "", ""),
    )
