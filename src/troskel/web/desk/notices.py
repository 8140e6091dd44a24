# SPDX-License-Identifier: EUPL-1.2
"""Notices with read receipts: text, recipients, who read it and when."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.permits.sight import ROLES_SEEING_ALL
from troskel.reading import duties, lists
from troskel.reading.client_names import names_of_shown
from troskel.reading.duties import ListedNotice
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.routine.model import LocalizedText
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.text import act_labels, phrases

PAGE_SIZE = 50


class NoticeRow(NamedTuple):
    """A notice as a row. `is_mine_to_read`: unread, and the viewer's own."""

    notice: ListedNotice
    text: str
    to: str
    reader: str
    is_mine_to_read: bool


@page(
    "notices/",
    name="notices",
    about=gettext_noop("Det som du ska veta men inte behöver göra något åt, och vem som har läst det."),
    serves=("A4", "A5", "A6", "A7"),
    who=duties.recent_notices.who,
)
def notices(request: HttpRequest, person: Person) -> HttpResponse:
    """Notices of the last ninety days, newest first: one's own; for the office all, and those it sent."""
    sees_all = person.actor.role in ROLES_SEEING_ALL
    choices = {"": _("Alla meddelanden"), "unread": _("Bara olästa")}
    choices |= {"sent": _("Sådant som jag har skickat")} if sees_all else {}
    choice = request.GET.get("show", "") if request.GET.get("show", "") in choices else ""
    case = request.GET.get("client", "")
    recent = duties.recent_notices(
        person.actor,
        PageRequest(PAGE_SIZE, request.GET.get("after", "")),
        unread=choice == "unread",
        sent=choice == "sent",
        client=case,
    )
    organisations = lists.organisations(person.actor, PageRequest(MAX_PAGE)).items
    organisation_names = {organisation.orgnr: organisation.name for organisation in organisations}
    readers = {notice.read_by for notice in recent.items if notice.read_by}
    reader_names = people.names_by_username(person.actor.municipality, readers) if readers else {}
    query = {"show": choice, "client": case}
    values = {
        "rows": [_notice_row(notice, organisation_names, reader_names, person) for notice in recent.items],
        "clients": names_of_shown(person.actor, [notice.case for notice in recent.items if notice.case]),
        "sees_all": sees_all,
        "choices": choices,
        "choice": choice,
        "case_filter": case,
        "is_later_page": bool(request.GET.get("after")),
        "further": urlencode({**query, "after": recent.next}) if recent.next else "",
        "today": clock.today(),
    }
    return render_page(request, "web/notices.html", values)


def _is_told(person: Person, notice: ListedNotice) -> bool:
    """Whether the viewer is one of those told. An office sees also what others are told; others see their own."""
    return person.actor.role not in ROLES_SEEING_ALL or notice.role == person.actor.role


def _notice_row(
    notice: ListedNotice, organisation_names: dict[str, str], reader_names: dict[str, str], person: Person
) -> NoticeRow:
    organisation = organisation_names.get(notice.organisation or "", "")
    role = phrases.role(notice.role)
    return NoticeRow(
        notice=notice,
        text=act_labels.localized(LocalizedText(notice.text, notice.text_en)),
        to=f"{role}, {organisation}" if organisation else role,
        reader=reader_names.get(notice.read_by or "", ""),
        is_mine_to_read=notice.state != "done" and _is_told(person, notice),
    )
