# SPDX-License-Identifier: EUPL-1.2
"""The phone: today's clients, and one of them as one stands before the door. The app that works offline comes later."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.people.queries import Person
from troskel.people.roles import PHONE_ROLES
from troskel.phone import pressing, saying
from troskel.phone.pressing import Pressed
from troskel.reading import phone
from troskel.reading.phone import AtTheDoor
from troskel.screens.pages import page


@page("", name="phone", who=PHONE_ROLES)
def today(request: HttpRequest, person: Person) -> HttpResponse:
    """The clients on this carer's phone today, or those whose alarm this responder has accepted."""
    shown = phone.phone_today(person.actor)
    values = {
        "person": person,
        "clients": shown.clients,
        "waiting": [client for client in shown.clients if client.case not in shown.visits],
        "visited": [client for client in shown.clients if client.case in shown.visits],
        "visits": shown.visits,
        "under_way": shown.under_way,
        "may_visit": pressing.may_visit(person.actor),
    }
    return _show(request, "phone/today.html", values)


@page("<str:case>/", name="phone-client", who=PHONE_ROLES, methods=("GET", "HEAD", "POST"))
def client(request: HttpRequest, person: Person, case: str) -> HttpResponse:
    """One client: where, how to get in, and the visit. A button that is pressed is answered on the same page."""
    pressed = None
    if request.method == "POST" and request.POST.get("key"):
        values = {name: str(value) for name, value in request.POST.items()} | {"client": case}
        try:
            pressed = pressing.press(person.actor, values.get("do", ""), values, values["key"])
        except KeyError:
            raise Http404 from None
    try:
        door = phone.at_the_door(person.actor, case)
    except NotFound:
        return _show(request, "phone/gone.html", {"person": person}, status=404)
    return _at_the_door(request, person, door, pressed)


def _at_the_door(
    request: HttpRequest, person: Person, door: AtTheDoor, pressed: Pressed | None
) -> HttpResponse:
    under_way = door.under_way
    here = under_way is not None and under_way.case == door.client.case
    values = {
        "door": door,
        "client": door.client,
        "answer": saying.said(pressed, door) if pressed else None,
        "typed": pressed.values if pressed and pressed.error else {},
        "may_visit": pressing.may_visit(person.actor),
        "here": under_way if here else None,
        "elsewhere": None if here else under_way,
        "locks": [way for way in door.client.ways_in if way.by == "lock"],
        "keys": [way for way in door.client.ways_in if way.by == "key"],
        "by_hand": REGISTER["register_visit"],
        "doors": REGISTER["add_door"],
    }
    return _show(request, "phone/client.html", values, status=409 if pressed and pressed.error else 200)


def _show(request: HttpRequest, template: str, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
    around = {"saying": saying, "now": clock.now(), "new_key": new_id}
    return render(request, template, around | values, using="jinja2", status=status)
