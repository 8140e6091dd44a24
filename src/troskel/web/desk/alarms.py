# SPDX-License-Identifier: EUPL-1.2
"""The alarms that a patrol answers now: take one, see whose it is and how to get in, close it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusal_texts import Error
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import access, lists, phone
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.forms.act_form import SAYS_NO
from troskel.web.forms.fields import Choice
from troskel.web.text import act_labels
from troskel.web.text.refusals import why_not

PATROL = (Role.RESPONDER, Role.COORDINATOR)


@page("alarms/", name="alarms", who=PATROL)
def alarms(request: HttpRequest, person: Person) -> HttpResponse:
    """The open alarms; of those that one has taken, who it is, where, and how to get in."""
    return _show(request, person)


@page("alarms/<uuid:alarm>/accept", name="accept-alarm", who=(Role.RESPONDER,), methods=["POST"])
def accept(request: HttpRequest, person: Person, alarm: UUID) -> HttpResponse:
    """Be on the way: one press."""
    return _do(request, person, "accept_alarm", {"alarm": str(alarm)})


@page("alarms/<uuid:alarm>/close", name="close-alarm", who=PATROL, methods=["POST"])
def close(request: HttpRequest, person: Person, alarm: UUID) -> HttpResponse:
    """It has been answered, and how."""
    values = {"alarm": str(alarm), "outcome": request.POST.get("outcome", "")}
    if not values["outcome"]:
        return _show(request, person, refused=_("Välj hur larmet slutade."), unanswered=alarm, status=422)
    return _do(request, person, "close_alarm", values)


def _do(request: HttpRequest, person: Person, act: str, values: dict[str, Any]) -> HttpResponse:
    key = request.POST.get("key")
    if not key:  # it would count each time it is sent: it is shown again, with one
        return _show(request, person, status=422)
    try:
        REGISTER[act].perform(person.actor, values, key=key)
    except NotFound:
        raise
    except SAYS_NO as error:
        return _show(request, person, refused=_why(error), status=409)
    return HttpResponseRedirect(reverse("alarms"))


def _why(error: Error) -> str:
    taken = isinstance(error, Refusal) and error.rule == "rule 4"
    if taken:
        return _("Någon annan har tagit larmet, eller så svarar ni inte längre på kundens larm.")
    if isinstance(error, Refusal) and error.rule == "rule 6":
        return _("Larmet är redan avslutat.")
    return why_not(error)


def _show(
    request: HttpRequest,
    person: Person,
    *,
    refused: str = "",
    unanswered: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    open_now = access.open_alarms(person.actor)
    mine = any(alarm.mine for alarm in open_now) and person.actor.role is Role.RESPONDER
    homes = {one.case: one for one in phone.phone_list(person.actor)} if mine else {}
    doors = [way.door for one in homes.values() for way in one.ways_in]
    values = {
        "alarms": sorted(open_now, key=lambda alarm: not alarm.mine),
        "homes": homes,
        "doors": lists.doors_named(person.actor, doors) if doors else {},
        "kinds": {
            kind: act_labels.said(told)
            for kind, told in act_labels.choices_of(REGISTER["add_door"], "kind").items()
        },
        "outcomes": _outcomes(),
        "responder": person.actor.role is Role.RESPONDER,
        "refused": refused,
        "unanswered": unanswered,
        "today": clock.today(),
        "key": new_id,
    }
    return show(request, "web/alarms.html", values, status=status)


def _outcomes() -> list[Choice]:
    told = act_labels.choices_of(REGISTER["close_alarm"], "outcome")
    return [Choice(value, act_labels.said(words)) for value, words in told.items()]
