# SPDX-License-Identifier: EUPL-1.2
"""Notices with their receipts: what has been told, to whom, and who read it when."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.permits.sight import EVERYBODY
from troskel.reading import duties, lists, routine_versions
from troskel.reading.duties import ListedNotice
from troskel.reading.paging import LONGEST, Asked
from troskel.routine.model import Routine
from troskel.screens.pages import EVERY_ACCOUNT, page
from troskel.screens.render import show
from troskel.web.text import act_labels, formatting

A_PAGE = 50


class Shown(NamedTuple):
    """A notice as a row."""

    notice: ListedNotice
    what: str
    to: str
    reader: str


@page("notices/", name="notices", who=EVERY_ACCOUNT)
def notices(request: HttpRequest, person: Person) -> HttpResponse:
    """The last ninety days' notices, the newest first: to oneself; for the office, to everybody, and what it sent."""
    office = person.actor.role in EVERYBODY
    choices = {"": _("Alla meddelanden"), "unread": _("Bara olästa")}
    choices |= {"sent": _("Sådant som jag har skickat")} if office else {}
    choice = request.GET.get("show", "") if request.GET.get("show", "") in choices else ""
    case = request.GET.get("client", "")
    found = duties.recent_notices(
        person.actor,
        Asked(A_PAGE, request.GET.get("after", "")),
        unread=choice == "unread",
        sent=choice == "sent",
        client=case,
    )
    listed = lists.organisations(person.actor, Asked(LONGEST)).items
    names = {one.orgnr: one.name for one in listed}
    readers = {notice.read_by for notice in found.items if notice.read_by}
    known = people.names(person.actor.municipality, readers) if readers else {}
    routine = routine_versions.routine_on(person.actor, clock.today()).document
    asked = {"show": choice, "client": case}
    values = {
        "rows": [_shown(notice, names, known, routine) for notice in found.items],
        "office": office,
        "choices": choices,
        "choice": choice,
        "case_asked": case,
        "begun": bool(request.GET.get("after")),
        "further": urlencode({**asked, "after": found.next}) if found.next else "",
        "today": clock.today(),
    }
    return show(request, "web/notices.html", values)


def _shown(notice: ListedNotice, names: dict[str, str], known: dict[str, str], routine: Routine) -> Shown:
    asked = routine.asks.get((notice.paragraph, notice.ask))
    whose = names.get(notice.organisation or "", "")
    role = formatting.role(notice.role)
    return Shown(
        notice=notice,
        what=act_labels.said(asked.duty) if asked else notice.text,
        to=f"{role}, {whose}" if whose else role,
        reader=known.get(notice.read_by or "", ""),
    )
