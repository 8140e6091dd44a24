# SPDX-License-Identifier: EUPL-1.2
"""The start page: in the demo, choose a person; then duties and notices."""

from __future__ import annotations

import contextlib
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import conformance, lists, routine_versions, upcoming_losses, worklist
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.reading.worklist import DutyShown, DutyTexts, WorklistItem
from troskel.routine.model import Routine
from troskel.screens import language, session_cookie
from troskel.screens.pages import page, public
from troskel.screens.render import render_page
from troskel.screens.session import leave, person_of, signed_in_of
from troskel.web.desk import upcoming_losses as desk_upcoming_losses
from troskel.web.forms import prefill
from troskel.web.forms.prefill import ActOffer
from troskel.web.routine import compliance, periods
from troskel.web.shell import navigation
from troskel.web.shell.links import Button
from troskel.web.signing_in.entering import ways_in
from troskel.web.text import act_labels, phrases


class DutyRow(NamedTuple):
    """A duty or a notice as a row. `urgency` is a CSS class: late, today or later."""

    id: UUID
    urgency: str
    sign: str
    when: str
    text: str
    case: str
    paragraph: str
    paragraph_text: str
    fulfilled_when: str
    buttons: list[Button]
    may_open: bool = True
    owner: str = ""


@public("", name="start")
def start(request: HttpRequest) -> HttpResponse:
    """The person's duties and notices; without a session, the choice of person."""
    person = person_of(request)
    if person is None:
        if signed_in_of(request):
            return HttpResponseRedirect(reverse("choose-account"))
        sign_in_values = {
            "organisations": _organisations(),
            "left": "left" in request.GET,
            "ways": ways_in(),
            "onward": reverse("start"),
        }
        return render_page(request, "web/sign_in.html", sign_in_values)
    today = clock.today()
    worklist_items, losses = _worklist_and_losses(person)
    items = sorted(worklist_items, key=_sort_key)
    duties = [item for item in items if item.duty.kind == "duty" and item.theirs]
    offers = prefill.duty_offers(person.actor, [item.duty.id for item in duties])
    duty_rows = [_worklist_row(item, offers.get(item.duty.id, []), today) for item in duties]
    notices = [_notice_row(item, today) for item in items if item.duty.kind == "notice"]
    navigation.set_unread_count(request, len(notices))
    values = {
        "duties": duty_rows,
        "late": sum(row.urgency == "late" for row in duty_rows),
        "notices": notices,
        "late_of_others": sum(item.duty.kind == "duty" and not item.theirs for item in items),
        "role": person.actor.role.value,
        "secondary_pages": navigation.secondary_pages(person.actor.role),
        **_side_panels(person),
        "losses": losses,
    }
    return render_page(request, "web/start.html", values)


@page("notices/count", name="count", who=worklist.unread_notices.who)
def unread_badge(request: HttpRequest, person: Person) -> HttpResponse:
    """The number of unread notices: a fragment that pages poll."""
    values = {"unread": worklist.unread_notices(person.actor), "urls": navigation.frame_urls()}
    return render_page(request, "screens/count.html", values)


@page("notices/<uuid:notice>/read", name="read", who=REGISTER["read_notice"].who, methods=["POST"])
def read_notice(request: HttpRequest, person: Person, notice: UUID) -> HttpResponse:
    """Mark a notice as read; no error if it already is. The sender sees the receipt."""
    with contextlib.suppress(NotFound):
        REGISTER["read_notice"].perform(person.actor, {"notice": str(notice)}, key=f"read {notice}")
    return HttpResponseRedirect(f"{reverse('start')}#notices")


@public("demo/login", name="demo-login", methods=["POST"])
def demo_log_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a person of the demo. 404 outside the demo."""
    if not settings.DEMO:
        raise Http404
    try:
        account = UUID(request.POST.get("account", ""))
    except ValueError:
        raise Http404 from None
    person = people.person(account)
    if person is None or person.actor.municipality != _municipality():
        raise Http404
    response = HttpResponseRedirect(reverse("start"))
    session_cookie.set_cookie(response, account)
    return response


@public("demo/logout", name="demo-logout", methods=["POST"])
def demo_log_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    response = HttpResponseRedirect(reverse("start"))
    leave(request, response)
    return response


@public("language", name="language", methods=["POST"])
def choose_language(request: HttpRequest) -> HttpResponse:
    """Set the language and return to the previous page, if that is a local path."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        raise Http404
    next_path = request.POST.get("next", "")
    response = HttpResponseRedirect(next_path if _is_local_path(next_path) else reverse("start"))
    language.set_cookie(response, code)
    return response


@public("accessibility", name="accessibility")
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render_page(request, "web/accessibility.html", {})


def _worklist_and_losses(
    person: Person,
) -> tuple[list[WorklistItem], list[desk_upcoming_losses.LossRow] | None]:
    """Returns the worklist; for the assessor also the upcoming losses, else None."""
    if person.actor.role is not Role.ASSESSOR:
        return worklist.worklist(person.actor), None
    rows, losses = upcoming_losses.worklist_and_losses(person.actor)
    return rows, desk_upcoming_losses.loss_rows(losses)


def _is_local_path(path: str) -> bool:
    return path.startswith("/") and not path.startswith("//") and "\\" not in path


def _municipality() -> str:
    return str(settings.TROSKEL_MUNICIPALITY)


def _organisations() -> list[tuple[str, list[people.Person]]]:
    if not settings.DEMO:
        return []
    all_people = people.active_people(_municipality())
    return [
        (name, list(group)) for name, group in groupby(all_people, key=lambda person: person.organisation)
    ]


def _sort_key(item: WorklistItem) -> tuple[date, date]:
    return item.duty.due or date.max, item.duty.opened


def _worklist_row(item: WorklistItem, offers: list[ActOffer], today: date) -> DutyRow:
    return _duty_row(item.duty, item.texts, offers, today)._replace(may_open=item.in_sight)


def _duty_row(duty: DutyShown, texts: DutyTexts, offers: list[ActOffer], today: date) -> DutyRow:
    sign, when = phrases.due_labels(duty.due, today)
    urgency = "late" if duty.state == "late" else "today" if duty.due == today else "later"
    buttons = [_button(offer, duty.id) for offer in offers]
    return _base_row(duty, texts, urgency, sign, when)._replace(buttons=buttons)


def _notice_row(item: WorklistItem, today: date) -> DutyRow:
    when = phrases.arrival_day(item.duty.opened, today)
    row = _base_row(item.duty, item.texts, "later", _("Att läsa"), when)
    return row._replace(may_open=item.in_sight)


def _base_row(duty: DutyShown, texts: DutyTexts, urgency: str, sign: str, when: str) -> DutyRow:
    return DutyRow(
        id=duty.id,
        urgency=urgency,
        sign=sign,
        when=when,
        text=act_labels.localized(texts.duty),
        case=duty.case or "",
        paragraph=duty.paragraph,
        paragraph_text=act_labels.localized(texts.paragraph),
        fulfilled_when=act_labels.localized(texts.fulfilled),
        buttons=[],
    )


def client_duty_row(duty: DutyShown, texts: DutyTexts, acts: list[str], *, is_mine: bool) -> DutyRow:
    """Returns a duty for its client's page: without the case number, with the owner if it is somebody else's."""
    row = _duty_row(duty, texts, [ActOffer(act, {}, {}) for act in acts], clock.today())
    return row._replace(case="", owner="" if is_mine else phrases.role(duty.role))


def _button(offer: ActOffer, duty: UUID) -> Button:
    act_text = act_labels.act_text(offer.act)
    assert act_text is not None, f"{offer.act} has no title"
    return Button(
        act_text.title,
        f"{reverse(f'act-{offer.act}')}?{urlencode({'duty': str(duty)})}",
    )


def _side_panels(person: Person) -> dict[str, Any]:
    """Returns extra panels for roles of which the routine asks little."""
    role = person.actor.role
    panels: dict[str, Any] = {"routine": None, "foreign_cases": None}
    if role is Role.MANAGER:
        panels["routine"] = _routine(person)
    if role is Role.ECONOMIST:
        clients = lists.clients(person.actor, PageRequest(limit=MAX_PAGE))
        panels["foreign_cases"] = [client.case for client in clients.items]
    return panels


class RoutineSummary(NamedTuple):
    """How well the routine is followed: a sentence, and the worst paragraphs with their texts."""

    title: str
    period: str
    sentence: str
    worst_paragraphs: list[tuple[compliance.WorstParagraph, str]]


def _routine(person: Person) -> RoutineSummary | None:
    try:
        routine = routine_versions.routine_on(person.actor, clock.today()).document
    except NotFound:
        return None
    period = periods.parse_period("", clock.today())
    figures = conformance.conformance_by_paragraph(person.actor, period.first, period.last)
    worst_rows = [
        (paragraph, _paragraph_text(routine, paragraph.paragraph))
        for paragraph in compliance.worst_paragraphs(figures)
    ]
    return RoutineSummary(
        act_labels.localized(routine.header.title),
        period.label,
        compliance.sentence(figures.whole, period.label),
        worst_rows,
    )


def _paragraph_text(routine: Routine, name: str) -> str:
    paragraph = routine.by_id.get(name)
    return act_labels.localized(paragraph.text) if paragraph else ""
