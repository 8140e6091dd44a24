# SPDX-License-Identifier: EUPL-1.2
"""Late duties of the whole municipality: duty, owner, how late, and the deputy."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.reading import duties, lists
from troskel.reading.client_names import names_of_shown
from troskel.reading.duties import ListedDuty
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.routine.model import LocalizedText
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.text import act_labels, phrases

DUTY_ROLES = ("assessor", "provider", "administrator", "locksmith", "economist")
"""The roles that a routine can ask."""
PAGE_SIZE = 50


class OverdueRow(NamedTuple):
    """A late duty as a row."""

    duty: ListedDuty
    text: str
    sign: str
    when: str
    owner: str
    assignee: str
    deputy: str


@page(
    "late/",
    name="late",
    about=gettext_noop("Det som är sent hos andra, det äldsta först, så att någon kan fråga efter det."),
    who=duties.late_duties.who,
)
def overdue(request: HttpRequest, person: Person) -> HttpResponse:
    """All late duties, the longest overdue first; filtered by role or organisation."""
    organisations = lists.organisations(person.actor, PageRequest(MAX_PAGE)).items
    organisation_names = {
        organisation.orgnr: organisation.name
        for organisation in sorted(organisations, key=lambda organisation: organisation.name.casefold())
    }
    choices = {
        "role": DUTY_ROLES,
        "organisation": organisation_names,
    }  # known values only: the filter is journalled
    selection = {
        name: request.GET[name] for name, options in choices.items() if request.GET.get(name) in options
    }
    overdue_duties = duties.late_duties(
        person.actor, PageRequest(PAGE_SIZE, request.GET.get("after", "")), **selection
    )
    logins = {name for duty in overdue_duties.items for name in (duty.person, duty.deputy) if name}
    person_names = people.names_by_username(person.actor.municipality, logins) if logins else {}
    values = {
        "rows": [_overdue_row(duty, organisation_names, person_names) for duty in overdue_duties.items],
        "clients": names_of_shown(person.actor, [duty.case for duty in overdue_duties.items if duty.case]),
        "roles": [(role, phrases.role(role)) for role in DUTY_ROLES],
        "organisations": organisation_names,
        "selection": {"role": "", "organisation": "", **selection},
        "is_later_page": bool(request.GET.get("after")),
        "further": urlencode({**selection, "after": overdue_duties.next}) if overdue_duties.next else "",
        "today": clock.today(),
    }
    return render_page(request, "web/overdue.html", values)


def _overdue_row(
    duty: ListedDuty, organisation_names: dict[str, str], person_names: dict[str, str]
) -> OverdueRow:
    sign, when = phrases.due_labels(duty.due, clock.today())
    organisation = organisation_names.get(duty.organisation or "", "")
    return OverdueRow(
        duty=duty,
        text=act_labels.localized(LocalizedText(duty.text, duty.text_en)),
        sign=sign,
        when=when,
        owner=f"{phrases.role(duty.role)}, {organisation}" if organisation else phrases.role(duty.role),
        assignee=person_names.get(duty.person or "", ""),
        deputy=person_names.get(duty.deputy or "", ""),
    )
