# SPDX-License-Identifier: EUPL-1.2
"""How a page of the phone is declared. All are for those who have clients on a phone, and for nobody else.

The pages' own declaring is in a sibling room, which this one does not import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from troskel.people.queries import Person
from troskel.people.roles import PHONE_ROLES
from troskel.people.screen import person_of

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Person, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

WHO = PHONE_ROLES


class Declared(NamedTuple):
    """A page of the phone: its address below /phone/, and by which methods."""

    path: str
    name: str
    methods: tuple[str, ...]
    view: Callable[..., HttpResponse]


PAGES: list[Declared] = []
"""Every page of the phone, as declared."""


def page(path: str, *, name: str, methods: Iterable[str] = ("GET", "HEAD")) -> Callable[[Page[P]], View[P]]:
    """Declare a page. Nobody at the screen: to the start page, which says that nothing was done. Another role: 403."""
    allowed = tuple(methods)

    def declared(view: Page[P]) -> View[P]:
        @wraps(view)
        def shown(request: HttpRequest, /, *args: P.args, **values: P.kwargs) -> HttpResponse:
            person = person_of(request)
            if person is None:
                return _to_the_start(request)
            if person.actor.role not in WHO:
                raise PermissionDenied
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            answer = view(request, person, *args, **values)
            answer.headers.setdefault("Cache-Control", "no-store")
            return answer

        PAGES.append(Declared(path, name, allowed, shown))
        return shown

    return declared


def _to_the_start(request: HttpRequest) -> HttpResponse:
    """What was pressed is gone, and nothing has been done: the start page says so."""
    place = reverse("start") + ("?left=1" if request.method == "POST" else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": place})
    return HttpResponseRedirect(place)
