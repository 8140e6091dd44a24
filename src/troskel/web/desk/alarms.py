# SPDX-License-Identifier: EUPL-1.2
"""Open alarms: accept one, see the client and how to get in, close it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, CodedError, KeyReused, Refusal
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import access, alarm_clients, phone
from troskel.reading.client_names import ClientName, names_of_shown
from troskel.runner.choices import AlarmOutcome, AlarmUrgency, DoorKind
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once
from troskel.web.forms.fields import ChoiceOption
from troskel.web.text import act_labels
from troskel.web.text.refusals import refusal_text

MAX_QUESTION = 100


@page(
    "alarms/",
    name="alarms",
    about=gettext_noop(
        "De öppna larmen: vem det gäller, hur bråttom det är, vem som åker och hur man kommer in."
    ),
    serves=("rule 4",),
    who=access.open_alarms.who,
)
def alarms(request: HttpRequest, person: Person) -> HttpResponse:
    """The open alarms; for accepted ones also the client, the address and how to get in."""
    return _alarms_page(request, person)


@page(
    "alarms/<uuid:alarm>/accept",
    name="accept-alarm",
    who=REGISTER["accept_alarm"].who,
    methods=["POST"],
)
def accept(request: HttpRequest, person: Person, alarm: UUID) -> HttpResponse:
    """Accept an alarm."""
    return _perform(request, person, "accept_alarm", {"alarm": str(alarm)})


@page(
    "alarms/<uuid:alarm>/close",
    name="close-alarm",
    who=REGISTER["close_alarm"].who,
    methods=["POST"],
)
def close(request: HttpRequest, person: Person, alarm: UUID) -> HttpResponse:
    """Close an alarm with its outcome."""
    values = {"alarm": str(alarm), "outcome": request.POST.get("outcome", "")}
    if not values["outcome"]:
        return _alarms_page(
            request, person, refusal=_("Välj hur larmet slutade."), unanswered=alarm, status=422
        )
    return _perform(request, person, "close_alarm", values)


@page(
    "alarms/<uuid:alarm>/rank",
    name="rank-alarm",
    who=REGISTER["rank_alarm"].who,
    methods=["POST"],
)
def rank(request: HttpRequest, person: Person, alarm: UUID) -> HttpResponse:
    """Say how urgent an alarm is."""
    values = {"alarm": str(alarm), "urgency": request.POST.get("urgency", "")}
    return _perform(request, person, "rank_alarm", values)


@page(
    "alarms/find",
    name="find-alarm-client",
    who=alarm_clients.clients_who_may_alarm.who,
    methods=["POST"],
)
def find(request: HttpRequest, person: Person) -> HttpResponse:
    """Find who has raised the alarm, by name, number or street. What is asked stands in no URL."""
    question = request.POST.get("question", "")[:MAX_QUESTION]
    found = alarm_clients.clients_who_may_alarm(person.actor, question)
    return _alarms_page(request, person, question=question, found=found)


@page("alarms/raise", name="raise-alarm", who=REGISTER["raise_alarm"].who, methods=["POST"])
def raise_alarm(request: HttpRequest, person: Person) -> HttpResponse:
    """Raise the alarm of a client who has been found."""
    values = {name: request.POST.get(name, "") for name in ("client", "urgency")}
    return _perform(request, person, "raise_alarm", values)


def _perform(request: HttpRequest, person: Person, act: str, values: dict[str, Any]) -> HttpResponse:
    def show(status: int, refusal: CodedError | None) -> HttpResponse:
        text = refusal_text(refusal) if refusal else ""
        return _alarms_page(request, person, refusal=text, status=status)

    return submit_once(
        request,
        lambda key: REGISTER[act].perform(person.actor, values, key=key),
        done=reverse("alarms"),
        show=show,
        refusals=(Refusal, BadValue, KeyReused),
    )


def _alarms_page(
    request: HttpRequest,
    person: Person,
    *,
    refusal: str = "",
    unanswered: UUID | None = None,
    question: str = "",
    found: list[ClientName] | None = None,
    status: int = 200,
) -> HttpResponse:
    open_alarms = access.open_alarms(person.actor)
    has_own_alarm = any(alarm.mine for alarm in open_alarms) and person.actor.role is Role.RESPONDER
    homes = {client.case: client for client in phone.phone_list(person.actor)} if has_own_alarm else {}
    values = {
        "alarms": sorted(open_alarms, key=lambda alarm: not alarm.mine),
        "homes": homes,
        "clients": names_of_shown(person.actor, [alarm.case for alarm in open_alarms if alarm.case]),
        "kinds": act_labels.choice_labels(DoorKind),
        "outcomes": _outcome_choices(),
        "responder": person.actor.role is Role.RESPONDER,
        "refusal": refusal,
        "unanswered": unanswered,
        "today": clock.today(),
        "now": clock.now(),
        "urgencies": act_labels.choice_labels(AlarmUrgency),
        "question": question,
        "found": found,
        "key": new_id,
    }
    return render_page(request, "web/alarms.html", values, status=status)


def _outcome_choices() -> list[ChoiceOption]:
    return [ChoiceOption(value, label) for value, label in act_labels.choice_labels(AlarmOutcome).items()]
