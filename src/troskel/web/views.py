# SPDX-License-Identifier: EUPL-1.2
"""The start page: in the demo, choose who you are; then what you have to do."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from troskel.acts import viewing
from troskel.ground import clock, cookie
from troskel.people import queries as people
from troskel.people.roles import PHONE_ROLES
from troskel.web import words


class Shown(NamedTuple):
    """A duty as a row of the list: how urgent, when, what, and what fulfils it."""

    urgency: str
    sign: str
    when: str
    what: str
    case: str
    paragraph: str
    fulfilled: str


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What the person at the screen has to do; or who there is to choose among."""
    account = cookie.account_of(request)
    person = people.person(account) if account else None
    if person is None:
        return render(
            request, "web/choose.html", {"person": None, "organisations": _organisations()}, using="jinja2"
        )
    today = clock.today()
    rows = [_shown(duty, today) for duty in sorted(viewing.worklist(person.actor), key=_by_day)]
    late = sum(row.urgency == "late" for row in rows)
    shown = {"person": person, "rows": rows, "late": late, "on_phone": person.actor.role in PHONE_ROLES}
    return render(request, "web/worklist.html", shown, using="jinja2")


@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """Become one of the demo's people. Elsewhere there is no such page."""
    if not _is_demo():
        raise Http404
    try:
        account = UUID(request.POST.get("account", ""))
    except ValueError:
        raise Http404 from None
    person = people.person(account)
    if person is None or person.actor.municipality != _municipality():
        raise Http404
    answer = HttpResponseRedirect(reverse("start"))
    cookie.remember(answer, account)
    return answer


@require_POST
def log_out(_: HttpRequest) -> HttpResponse:
    """Be nobody again."""
    answer = HttpResponseRedirect(reverse("start"))
    cookie.forget(answer)
    return answer


def _is_demo() -> bool:
    return bool(settings.DEMO)


def _municipality() -> str:
    return str(settings.TROSKEL_MUNICIPALITY)


def _organisations() -> list[tuple[str, list[people.Person]]]:
    if not _is_demo():
        return []
    everybody = people.everybody(_municipality())
    return [(name, list(group)) for name, group in groupby(everybody, key=lambda person: person.organisation)]


def _by_day(duty: dict[str, Any]) -> tuple[date, date]:
    return duty["due"] or date.max, duty["opened"]


def _shown(duty: dict[str, Any], today: date) -> Shown:
    sign, when = words.when(duty["due"], today)
    if duty["kind"] == "notice":
        sign, when = "Att läsa", f"kom {words.day(duty['opened'], today)}"
    urgency = "late" if duty["state"] == "late" else "today" if duty["due"] == today else "later"
    return Shown(urgency, sign, when, duty["text"], duty["case"] or "", duty["paragraph"], duty["fulfilled"])
