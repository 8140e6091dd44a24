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
from django.utils.translation import gettext, gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound
from troskel.offers import duty_actions
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import (
    brief_sights,
    caseloads,
    emergency_openings,
    lists,
    routine_versions,
    unanswered_doors,
    upcoming_losses,
    worklist,
)
from troskel.reading.bookings import Rounds, rounds_and_worklist
from troskel.reading.caseloads import Caseload, Whose
from troskel.reading.client_names import names_of_shown
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.reading.standing import troubles
from troskel.reading.tonight import kept_shut_out
from troskel.reading.worklist import WorklistItem
from troskel.screens import language, session_cookie
from troskel.screens.pages import page, public
from troskel.screens.render import render_page
from troskel.screens.session import leave, person_of, signed_in_of
from troskel.web.desk import bookings, cards, duty_rows, log_reviews, routine_panel, standing
from troskel.web.desk import upcoming_losses as desk_upcoming_losses
from troskel.web.desk.cards import card_groups, worklist_of
from troskel.web.desk.whose import WhoseClients, area_clients, whose_clients
from troskel.web.shell import navigation, way_back
from troskel.web.signing_in.entering import choice_address, local, ways_in
from troskel.web.text import phrases
from troskel.web.text.tour import TOUR

NOTICES_SHOWN = 5
"""The newest notices; the rest are on the page of notices."""
MAX_DIGITS = 6
MAX_READ = 100
"""Notices that are marked as read at a time."""


@public(
    "",
    name="start",
    about=gettext_noop(
        "Det som rutinen begär av dig nu, det mest brådskande först: ett kort för varje kund."
    ),
)
def start(request: HttpRequest) -> HttpResponse:
    """The person's duties and notices; without a session, the choice of person."""
    person = person_of(request)
    if person is None:
        if signed_in_of(request):
            return HttpResponseRedirect(choice_address(request.GET.get("next", "")))
        sign_in_values = {
            "organisations": _organisations(),
            "tour": _tour(),
            "left": "left" in request.GET,
            "ways": ways_in(),
            "onward": local(request.GET.get("next", "")),
        }
        return render_page(request, "web/sign_in.html", sign_in_values)
    if person.actor.role is Role.LOCKSMITH:
        return _locksmith_start(request, person)
    today = clock.today()
    caseload = _caseload(request, person)
    items, losses = _worklist_and_losses(person, caseload)
    mine = worklist_of([item for item in items if item.duty.kind == "duty" and item.theirs], today)
    page_number = _page_number(request, mine.pages)
    shown = [item for stack in mine.page(page_number) for item in stack]
    unread = [item for item in items if item.duty.kind == "notice"]
    newest = _newest(unread)
    changed = way_back.changed(request)
    told = worklist.told_of(person.actor, [*shown, *newest])
    offers = duty_actions.acts_offered(person.actor, shown, told.homes)
    if caseload is None or caseload.chosen is Whose.ALL:  # else those of other clients count too
        navigation.set_unread_count(request, len(unread))
    panels = _side_panels(person)
    besides = len(panels["log_reviews"]) + bool(panels["unreviewed"])  # asked by law, not by the routine
    besides += len(panels["versions"])
    values = {
        "heading": cards.heading(mine) if mine.stacks or not besides else phrases.duties_heading(besides),
        "changed": changed,
        "is_changed_shown": changed in {item.duty.case for item in shown},
        "summary": cards.summary(mine),
        "groups": card_groups(mine.told(told.items), page_number, offers),
        "whose": _whose(person, caseload, len(mine.stacks)),
        "page_number": page_number,
        "pages": mine.pages,
        "is_asked": bool(mine.stacks),
        **_notices(newest, told, len(unread)),
        "late_of_others": sum(item.duty.kind == "duty" and not item.theirs for item in items),
        "role": person.actor.role.value,
        **panels,
        "losses": losses,
        "standing_still": standing.on_start_page(person.actor.role, troubles(person.actor)),
    }
    return render_page(request, "web/start.html", values)


def _locksmith_start(request: HttpRequest, person: Person) -> HttpResponse:
    """The calendar, with what is asked besides the orders in it."""
    items: list[WorklistItem] = []

    def read(first: date, days: int, page_request: PageRequest) -> Rounds:
        rounds, besides = rounds_and_worklist(person.actor, first, days, page_request)
        items.extend(besides)
        return rounds

    values = bookings.calendar_values(request, person, read)
    unread = [item for item in items if item.duty.kind == "notice"]
    navigation.set_unread_count(request, len(unread))
    mine = worklist_of([item for item in items if item.duty.kind == "duty" and item.theirs], clock.today())
    shown = [item for stack in mine.stacks for item in stack]
    newest = _newest(unread)
    told = worklist.told_of(person.actor, [*shown, *newest])
    offers = duty_actions.acts_offered(person.actor, shown, told.homes) if shown else {}
    told_mine = mine.told(told.items)
    groups = [
        group for number in range(1, mine.pages + 1) for group in card_groups(told_mine, number, offers)
    ]
    more = {"groups": groups, **_notices(newest, told, len(unread))}
    return render_page(request, "web/locksmith_start.html", {**values, **more})


def _newest(unread: list[WorklistItem]) -> list[WorklistItem]:
    return sorted(unread, key=lambda item: (item.duty.opened, item.duty.id), reverse=True)[:NOTICES_SHOWN]


def _notices(newest: list[WorklistItem], told: worklist.ToldItems, unread: int) -> dict[str, Any]:
    """Returns the newest unread notices, and how many there are."""
    rows = [duty_rows.notice_row(told.items[item.duty.id], clock.today()) for item in newest]
    return {"notices": rows, "unread": unread}


@page("notices/count", name="count", who=worklist.unread_notices.who)
def unread_badge(request: HttpRequest, person: Person) -> HttpResponse:
    """The number of unread notices: a fragment that pages poll."""
    values = {"unread": worklist.unread_notices(person.actor), "urls": navigation.frame_urls()}
    return render_page(request, "screens/count.html", values)


@page("notices/<uuid:notice>/read", name="read", who=REGISTER["read_notice"].who, methods=["POST"])
def read_notice(request: HttpRequest, person: Person, notice: UUID) -> HttpResponse:
    """Mark a notice as read; no error if it already is. The sender sees the receipt. Returns to where it was read."""
    with contextlib.suppress(NotFound):
        REGISTER["read_notice"].perform(person.actor, {"notice": str(notice)}, key=f"read {notice}")
    if "listed" in request.POST:
        return HttpResponseRedirect(f"{reverse('notices')}?show=unread")
    return HttpResponseRedirect(f"{reverse('start')}#notices")


@page("notices/read", name="read-several", who=REGISTER["read_notice"].who, methods=["POST"])
def read_notices(request: HttpRequest, person: Person) -> HttpResponse:
    """Mark several notices as read, as `read_notice` does each. Those already read are no error."""
    for notice in request.POST.getlist("notice")[:MAX_READ]:
        with contextlib.suppress(NotFound, BadValue):
            REGISTER["read_notice"].perform(person.actor, {"notice": notice}, key=f"read {notice}"[:100])
    if "listed" in request.POST:
        return HttpResponseRedirect(f"{reverse('notices')}?show=unread")
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
    response = HttpResponseRedirect(local(request.POST.get("next", "")))
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
    response = HttpResponseRedirect(local(request.POST.get("next", "")))
    language.set_cookie(response, code)
    return response


@public(
    "accessibility",
    name="accessibility",
    about=gettext_noop("Hur väl sidorna fungerar för alla, och vart du vänder dig när de inte gör det."),
)
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render_page(request, "web/accessibility.html", {})


def _page_number(request: HttpRequest, pages: int) -> int:
    """Returns the page of cards that is asked for; the first or the last where there is no such page."""
    typed = request.GET.get("page", "")
    return (
        min(max(int(typed), 1), pages)
        if typed.isascii() and typed.isdigit() and len(typed) < MAX_DIGITS
        else 1
    )


def _caseload(request: HttpRequest, person: Person) -> Caseload | None:
    """Returns whose clients an assessor or a coordinator looks at; None for others, or without areas."""
    wanted = request.GET.get("whose", "")
    if person.actor.role is Role.COORDINATOR:
        return caseloads.area_clients(person.actor, wanted)
    return caseloads.caseload(person.actor, wanted) if person.actor.role is Role.ASSESSOR else None


def _whose(person: Person, caseload: Caseload | None, waiting: int) -> WhoseClients | None:
    if caseload is None:
        return None
    if person.actor.role is Role.COORDINATOR:
        return area_clients(caseload, reverse("start"))
    return whose_clients(caseload, waiting)


def _worklist_and_losses(
    person: Person, caseload: Caseload | None
) -> tuple[list[WorklistItem], list[desk_upcoming_losses.LossRow] | None]:
    """Returns the worklist; for the assessor also the upcoming losses, else None."""
    if person.actor.role is not Role.ASSESSOR:
        return worklist.worklist(person.actor, facts=False, caseload=caseload), None
    rows, losses = upcoming_losses.worklist_and_losses(person.actor, caseload)
    return rows, desk_upcoming_losses.loss_rows(losses)


def _municipality() -> str:
    return str(settings.TROSKEL_MUNICIPALITY)


class ShownStop(NamedTuple):
    """A stop of the demo's ten minutes: whose account, where it leads, and what it says."""

    account: UUID | None
    url: str
    title: str
    text: str


def _tour() -> list[ShownStop]:
    """Returns the stops, each as the first person who has the role."""
    if not settings.DEMO:
        return []
    first: dict[Role, Person] = {}
    for person in people.active_people(_municipality()):
        first.setdefault(person.actor.role, person)
    return [
        ShownStop(first[stop.role].actor.account, reverse(stop.page), gettext(stop.title), gettext(stop.text))
        for stop in TOUR
        if stop.role in first
    ]


class DemoOrganisation(NamedTuple):
    """An organisation of the demo: one person of each role, and the others."""

    name: str
    people: list[people.Person]
    others: list[people.Person]


def _organisations() -> list[DemoOrganisation]:
    if not settings.DEMO:
        return []
    all_people = people.active_people(_municipality())
    return [
        _demo_organisation(name, list(group))
        for name, group in groupby(all_people, key=lambda person: person.organisation)
    ]


def _demo_organisation(name: str, members: list[people.Person]) -> DemoOrganisation:
    first = {person.actor.role: person for person in reversed(members)}
    others = [person for person in members if person is not first[person.actor.role]]
    return DemoOrganisation(name, [person for person in members if person not in others], others)


def _side_panels(person: Person) -> dict[str, Any]:
    """Returns extra panels for roles of which the routine asks little."""
    role = person.actor.role
    panels: dict[str, Any] = {"routine": None, "foreign_clients": None, "log_reviews": [], "unreviewed": 0}
    panels |= {"versions": [], "doors": 0, "emergencies": 0}
    if role is Role.ADMINISTRATOR:
        panels["versions"] = routine_versions.awaiting_approval(person.actor)
    panels["shut_out"] = kept_shut_out(person.actor) if role in kept_shut_out.who else None
    if role is Role.ADMINISTRATOR:
        panels["unreviewed"] = brief_sights.unreviewed_brief_sights(person.actor)
    if role in unanswered_doors.doors_in_doubt.who:
        panels["doors"] = unanswered_doors.doors_in_doubt(person.actor)
    if role is Role.MANAGER:
        counts = emergency_openings.out_of_the_ordinary(person.actor)
        panels |= {"unreviewed": counts.unreviewed, "emergencies": counts.emergencies}
        panels["routine"] = summary = routine_panel.routine_summary(person)
        panels["versions"] = summary.awaited if summary else []
        panels["log_reviews"] = log_reviews.left_to_review(person)
    if role is Role.ECONOMIST:
        clients = lists.clients(person.actor, PageRequest(limit=MAX_PAGE))
        named = names_of_shown(person.actor, [client.case for client in clients.items])
        panels["foreign_clients"] = list(named.values())
    return panels
