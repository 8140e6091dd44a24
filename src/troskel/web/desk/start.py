# SPDX-License-Identifier: EUPL-1.2
"""The start page: in the demo, choose who you are; then what you must do now."""

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
from troskel.reading.paging import LONGEST, Asked
from troskel.reading.worklist import Said
from troskel.routine.model import Routine
from troskel.screens import language, session_cookie
from troskel.screens.pages import EVERY_ACCOUNT, page, public
from troskel.screens.render import show
from troskel.screens.session import person_of
from troskel.web.desk import upcoming_losses as desk_upcoming_losses
from troskel.web.forms import prefill
from troskel.web.forms.prefill import Offer
from troskel.web.routine import compliance, periods
from troskel.web.shell import navigation
from troskel.web.shell.links import Button
from troskel.web.text import act_labels, formatting


class Shown(NamedTuple):
    """A duty or a notice as a row: how urgent, when, what, by which paragraph and why, and what fulfils it."""

    id: UUID
    urgency: str
    sign: str
    when: str
    what: str
    case: str
    paragraph: str
    why: str
    fulfilled: str
    buttons: list[Button]
    may_open: bool = True
    whose: str = ""


@public("", name="start")
def start(request: HttpRequest) -> HttpResponse:
    """What the person at the screen must do now; or who there is to choose among."""
    person = person_of(request)
    if person is None:
        shown = {"organisations": _organisations(), "left": "left" in request.GET}
        return show(request, "web/choose.html", shown)
    today = clock.today()
    asked_now, ahead = _read(person)
    rows = sorted(asked_now, key=_by_day)
    duties = [(told, said) for told, said in rows if told["kind"] == "duty" and told["theirs"]]
    offers = prefill.offers(person.actor, [told["id"] for told, _said in duties])
    asked = [_shown(told, said, offers.get(told["id"], []), today) for told, said in duties]
    notices = [_notice(told, said, today) for told, said in rows if told["kind"] == "notice"]
    navigation.waiting(request, len(notices))
    values = {
        "duties": asked,
        "late": sum(row.urgency == "late" for row in asked),
        "notices": notices,
        "late_of_others": sum(told["kind"] == "duty" and not told["theirs"] for told, _said in rows),
        "role": person.actor.role.value,
        "more": navigation.more(person.actor.role),
        **_beside(person),
        "coming": ahead,
    }
    return show(request, "web/home.html", values)


@page("notices/count", name="count", who=EVERY_ACCOUNT)
def count(request: HttpRequest, person: Person) -> HttpResponse:
    """How many notices wait: a piece of the page, asked for now and then."""
    return show(request, "screens/count.html", {"unread": navigation.unread(person)})


@page("notices/<uuid:notice>/read", name="read", who=EVERY_ACCOUNT, methods=["POST"])
def read(request: HttpRequest, person: Person, notice: UUID) -> HttpResponse:
    """Read a notice: the sender can see that it has been read. One that is read already is no fault."""
    with contextlib.suppress(NotFound):
        REGISTER["read_notice"].perform(person.actor, {"notice": str(notice)}, key=f"read {notice}")
    return HttpResponseRedirect(f"{reverse('start')}#notices")


@public("demo/login", name="demo-login", methods=["POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Become one of the demo's people. Elsewhere there is no such page."""
    if not settings.DEMO:
        raise Http404
    try:
        account = UUID(request.POST.get("account", ""))
    except ValueError:
        raise Http404 from None
    person = people.person(account)
    if person is None or person.actor.municipality != _municipality():
        raise Http404
    answer = HttpResponseRedirect(reverse("start"))
    session_cookie.remember(answer, account)
    return answer


@public("demo/logout", name="demo-logout", methods=["POST"])
def log_out(_request: HttpRequest) -> HttpResponse:
    """Be nobody again."""
    answer = HttpResponseRedirect(reverse("start"))
    session_cookie.forget(answer)
    return answer


@public("language", name="language", methods=["POST"])
def choose_language(request: HttpRequest) -> HttpResponse:
    """Change the language, and be where one was, if that is a page of ours that can be asked for again."""
    asked = request.POST.get("language", "")
    if asked not in dict(settings.LANGUAGES):
        raise Http404
    place = request.POST.get("next", "")
    answer = HttpResponseRedirect(place if _is_ours(place) else reverse("start"))
    language.remember(answer, asked)
    return answer


@public("accessibility", name="accessibility")
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the pages are, and whom to tell where they are not."""
    return show(request, "web/accessibility.html", {})


def _read(person: Person) -> tuple[list[tuple[dict[str, Any], Said]], list[desk_upcoming_losses.Row] | None]:
    """What is asked now; for the assessor, what is coming too."""
    if person.actor.role is not Role.ASSESSOR:
        return worklist.worklist_said(person.actor), None
    asked, ahead = upcoming_losses.start(person.actor)
    return asked, desk_upcoming_losses.rows(ahead)


def _is_ours(place: str) -> bool:
    return place.startswith("/") and not place.startswith("//") and "\\" not in place


def _municipality() -> str:
    return str(settings.TROSKEL_MUNICIPALITY)


def _organisations() -> list[tuple[str, list[people.Person]]]:
    if not settings.DEMO:
        return []
    everybody = people.everybody(_municipality())
    return [(name, list(group)) for name, group in groupby(everybody, key=lambda person: person.organisation)]


def _by_day(row: tuple[dict[str, Any], Said]) -> tuple[date, date]:
    duty, _said = row
    return duty["due"] or date.max, duty["opened"]


def _shown(duty: dict[str, Any], said: Said, offers: list[Offer], today: date) -> Shown:
    sign, when = formatting.when(duty["due"], today)
    urgency = "late" if duty["state"] == "late" else "today" if duty["due"] == today else "later"
    buttons = [_button(offer, duty["id"]) for offer in offers]
    return _row(duty, said, urgency, sign, when)._replace(buttons=buttons)


def _notice(notice: dict[str, Any], said: Said, today: date) -> Shown:
    return _row(notice, said, "later", _("Att läsa"), formatting.came(notice["opened"], today))


def _row(duty: dict[str, Any], said: Said, urgency: str, sign: str, when: str) -> Shown:
    return Shown(
        id=duty["id"],
        urgency=urgency,
        sign=sign,
        when=when,
        what=act_labels.said(said.duty),
        case=duty["case"] or "",
        paragraph=duty["paragraph"],
        why=act_labels.said(said.paragraph),
        fulfilled=act_labels.said(said.fulfilled),
        buttons=[],
        may_open=duty.get("in_sight", True),
    )


def shown_about(told: dict[str, Any], said: Said, acts: list[str], *, mine: bool) -> Shown:
    """A duty on its client's page: the same row; its case is told by the page, and whose it is, where not one's own."""
    row = _shown(told, said, [Offer(act, {}, {}) for act in acts], clock.today())
    return row._replace(case="", whose="" if mine else formatting.role(told["role"]))


def _button(offer: Offer, duty: UUID) -> Button:
    named = act_labels.of_act(offer.act)
    assert named is not None, f"{offer.act} has no words in wording/acts.toml"
    return Button(
        act_labels.said(named.title), f"{reverse(f'act-{offer.act}')}?{urlencode({'duty': str(duty)})}"
    )


def _beside(person: Person) -> dict[str, Any]:
    """What stands beside the duties, for those of whom the routine asks little or nothing."""
    role = person.actor.role
    beside: dict[str, Any] = {"routine": None, "elsewhere": None}
    if role is Role.MANAGER:
        beside["routine"] = _routine(person)
    if role is Role.ECONOMIST:
        listed = lists.clients(person.actor, Asked(limit=LONGEST))
        beside["elsewhere"] = [client.case for client in listed.items]
    return beside


class Followed(NamedTuple):
    """How the municipality keeps to its routine: in a sentence, and the paragraphs that are kept worst."""

    title: str
    period: str
    sentence: str
    worst: list[tuple[compliance.Worst, str]]


def _routine(person: Person) -> Followed | None:
    try:
        routine = routine_versions.routine_on(person.actor, clock.today()).document
    except NotFound:
        return None
    period = periods.asked_for("", clock.today())
    figures = conformance.conformance_by_paragraph(person.actor, period.first, period.last)
    worst = [(one, _text(routine, one.paragraph)) for one in compliance.worst(figures)]
    return Followed(
        act_labels.said(routine.header.title),
        period.word,
        compliance.sentence(figures.whole, period.word),
        worst,
    )


def _text(routine: Routine, name: str) -> str:
    paragraph = routine.by_id.get(name)
    return act_labels.said(paragraph.text) if paragraph else ""
