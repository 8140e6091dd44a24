# SPDX-License-Identifier: EUPL-1.2
"""The phone's pages: today's clients, and one client at the door."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.people.queries import Person
from troskel.phone import actions, messages
from troskel.phone.actions import ACTIONS, ActionResult
from troskel.phone.app import app_of
from troskel.reading import phone
from troskel.reading.phone import ClientAtDoor
from troskel.runner.choices import DoorKind, DoorStep, VisitReason
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once

NOTHING: Mapping[str, Any] = MappingProxyType({})
FROM_TAG = 64
"""More characters than a tag writes."""
_OF_TAG = gettext_noop("Kunden vars knapp du har hållit telefonen mot: starta besöket eller avsluta det.")


@page(
    "",
    name="phone",
    about=gettext_noop(
        "Dagens kunder, och hur du kommer in. En kund syns bara de dagar som ett fördelat beslut gäller."
    ),
    serves=("rule 4", "P2", "P3"),
    who=phone.phone_today.who,
)
def today(request: HttpRequest, person: Person) -> HttpResponse:
    """The clients on this carer's phone today, or those whose alarm this responder has accepted."""
    phone_day = phone.phone_today(person.actor)
    values = {
        "person": person,
        "clients": phone_day.clients,
        "waiting": [client for client in phone_day.clients if client.case not in phone_day.visits],
        "visited": [client for client in phone_day.clients if client.case in phone_day.visits],
        "visits": phone_day.visits,
        "under_way": phone_day.under_way,
        "may_visit": actions.may_visit(person.actor),
        "app": app_of(person, visit=phone_day.under_way.id if phone_day.under_way else ""),
    }
    return _render(request, "phone/today.html", values)


@page(
    "tag/",
    name="phone-chip",
    about=_OF_TAG,
    serves=("P2",),
    who=phone.tag_of_client.who,
)
def chip(request: HttpRequest, person: Person) -> HttpResponse:
    """As `tag`, where the address names no number: the signature says whose it is."""
    return _tag_page(request, person, "")


@page(
    "tag/<str:number>/",
    name="phone-tag",
    about=_OF_TAG,
    serves=("P2",),
    who=phone.tag_of_client.who,
)
def tag(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The address in a receipt tag: the page of the client who has it, with what the tag says filled in."""
    return _tag_page(request, person, number)


def _tag_page(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    signed = {name: request.GET.get(name, "")[:FROM_TAG] for name in ("picc_data", "cmac")}
    try:
        found = phone.tag_of_client(person.actor, number, **signed)
        door = phone.client_at_door(person.actor, found.case)
    except NotFound:
        return _render(request, "phone/gone.html", {"person": person, "of_tag": True}, status=404)
    return _client_page(request, person, door, None, 200, {"tag": found.number, "read": True, **signed})


@page(
    "<str:case>/",
    name="phone-client",
    about=gettext_noop("Kunden du är hos: öppna dörren, starta besöket och avsluta det."),
    serves=("P2", "P3", "rule 4"),
    who=phone.client_at_door.who,
    methods=("GET", "HEAD", "POST"),
)
def client(request: HttpRequest, person: Person, case: str) -> HttpResponse:
    """One client: address, how to get in, and the visit. An action is answered on the same page."""

    def show(status: int, result: ActionResult | None) -> HttpResponse:
        try:
            door = phone.client_at_door(person.actor, case)
        except NotFound:
            return _render(request, "phone/gone.html", {"person": person}, status=404)
        return _client_page(request, person, door, result, status)

    if request.method != "POST":
        return show(200, None)
    values = {name: str(value) for name, value in request.POST.items()} | {"client": case}
    action = values.get("do", "")
    if action not in ACTIONS:
        raise Http404
    return submit_once(
        request,
        lambda key: ACTIONS[action](person.actor, values, key),
        done=lambda opened: show(200, ActionResult(action, values, opened=opened)),
        show=lambda status, error: show(status, ActionResult(action, values, error=error) if error else None),
    )


def _client_page(
    request: HttpRequest,
    person: Person,
    door: ClientAtDoor,
    result: ActionResult | None,
    status: int,
    read: Mapping[str, Any] = NOTHING,
) -> HttpResponse:
    """`read`: what a tag's address said."""
    under_way = door.under_way
    is_visit_here = under_way is not None and under_way.case == door.client.case
    values = {
        "door": door,
        "client": door.client,
        "app": app_of(person, door.client.case, visit=under_way.id if under_way else ""),
        "message": messages.result_message(result, door) if result else None,
        "typed": result.values if result and result.error else read,
        "may_visit": actions.may_visit(person.actor),
        "here": under_way if is_visit_here else None,
        "elsewhere": None if is_visit_here else under_way,
        "locks": [way for way in door.client.ways_in if way.by == "lock"],
        "keys": [way for way in door.client.ways_in if way.by == "key"],
        "by_hand": VisitReason,
        "doors": DoorKind,
        "steps": DoorStep,
        "endings": ("found", "away", "handed_over"),
    }
    return _render(request, "phone/client.html", values, status=status)


def _render(
    request: HttpRequest, template: str, values: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    common = {"of_tag": False, "now": clock.now(), "new_key": new_id, "wall_text": clock.wall_text}
    return render_page(request, template, common | values, status=status)
