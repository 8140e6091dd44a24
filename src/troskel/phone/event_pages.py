# SPDX-License-Identifier: EUPL-1.2
"""What phones have noted and how it went: one page, the same for carer, coordinator and administrator.

A carer contests what was refused; a coordinator answers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusal_texts import Phrasing, refusal_text
from troskel.ground.refusals import CodedError
from troskel.people.queries import Person
from troskel.phone.app import app_of
from troskel.reading import phone_events
from troskel.reading.paging import PageRequest
from troskel.runner.choices import EventState, VisitReason
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once

PAGE_SIZE = 50
UNSETTLED = "unsettled"


@page(
    "events/",
    name="phone-events",
    about=gettext_noop(
        "Det som telefonerna har skickat och som inte gick att ta in som det stod, tills någon har svarat."
    ),
    serves=("rule 6",),
    who=phone_events.phone_events.who,
)
def events(request: HttpRequest, person: Person) -> HttpResponse:
    """The events, newest first; those that are not done with, unless all are asked for."""
    return _events_page(request, person)


@page(
    "events/<uuid:told>/contest",
    name="contest-event",
    who=REGISTER["contest_event"].who,
    methods=["POST"],
)
def contest(request: HttpRequest, person: Person, told: UUID) -> HttpResponse:
    """Contest a refusal."""
    return _perform(
        request, person, "contest_event", {"told": str(told), "text": request.POST.get("text", "")}
    )


@page(
    "events/<uuid:told>/settle",
    name="settle-event",
    who=REGISTER["settle_event"].who,
    methods=["POST"],
)
def settle(request: HttpRequest, person: Person, told: UUID) -> HttpResponse:
    """Answer an event: the visit is written in, or it stays as it is."""
    names = ("answer", "client", "reason", "text")
    values: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in names}
    times = {name: _instant(request.POST.get(name, "")) for name in ("arrived", "departed")}
    return _perform(request, person, "settle_event", {"told": str(told), **values, **times})


def _instant(local: str) -> str | None:
    """Returns a time that was typed without its offset, as JSON has it; what is no time as it is, to be refused."""
    if not local:
        return None
    try:
        return datetime.fromisoformat(local).replace(tzinfo=clock.STOCKHOLM).isoformat()
    except ValueError:
        return local


def _perform(request: HttpRequest, person: Person, act: str, values: dict[str, Any]) -> HttpResponse:
    def show(status: int, refusal: CodedError | None) -> HttpResponse:
        text = refusal_text(refusal, Phrasing("en" if get_language() == "en" else "sv")) if refusal else ""
        return _events_page(request, person, refusal=text, status=status)

    return submit_once(
        request,
        lambda key: REGISTER[act].perform(person.actor, values, key=key),
        done=reverse("phone-events"),
        show=show,
    )


def _events_page(
    request: HttpRequest, person: Person, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    shows_all = "all" in request.GET
    listed = phone_events.phone_events(
        person.actor, PageRequest(PAGE_SIZE, request.GET.get("after", "")), "" if shows_all else UNSETTLED
    )
    role = person.actor.role
    values = {
        "app": app_of(person),
        "events": listed.items,
        "further": listed.next,
        "phones": phone_events.phones(person.actor),
        "shows_all": shows_all,
        "refusal": refusal,
        "may_contest": role in REGISTER["contest_event"].who,
        "may_settle": role in REGISTER["settle_event"].who,
        "answers": ("written_in", "stands"),
        "states": EventState,
        "reasons": VisitReason,
        "in_english": get_language() == "en",
        "wall_text": clock.wall_text,
        "today": clock.today(),
        "now": clock.now(),
        "key": new_id,
    }
    return render_page(request, "phone/events.html", values, status=status)
