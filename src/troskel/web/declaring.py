# SPDX-License-Identifier: EUPL-1.2
"""How a page is declared: where it is, and who may use it. One that does not say who is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from troskel.ground.refusals import BadValue, NotFound
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.web.frame import person_of
from troskel.web.saying import show

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Person, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ANYONE = "anyone"
"""Also one who is not logged in."""
EVERY_ACCOUNT = frozenset(role for role in Role if role is not Role.SYSTEM)


class Declared(NamedTuple):
    """A page: its address, who may use it, by which methods."""

    path: str
    name: str
    who: frozenset[Role] | str
    methods: tuple[str, ...]
    view: Callable[..., HttpResponseBase]


PAGES: list[Declared] = []
"""Every page there is, as declared."""


def public(path: str, *, name: str, methods: Iterable[str] = ("GET", "HEAD")) -> Callable[[View[P]], View[P]]:
    """Declare a page for anyone, logged in or not."""
    allowed = tuple(methods)

    def declared(view: View[P]) -> View[P]:
        @wraps(view)
        def shown(request: HttpRequest, /, *args: P.args, **values: P.kwargs) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return _not_kept(view(request, *args, **values))

        PAGES.append(Declared(path, name, ANYONE, allowed, shown))
        return shown

    return declared


def page(
    path: str, *, name: str, who: Iterable[Role], methods: Iterable[str] = ("GET", "HEAD")
) -> Callable[[Page[P]], View[P]]:
    """Declare a page for these roles. Nobody at the screen: to the start page. Another role: 403, in words."""
    roles, allowed = frozenset(who), tuple(methods)
    if not roles:
        raise ValueError(f"{path} does not say who may use it: declare who=")

    def declared(view: Page[P]) -> View[P]:
        @wraps(view)
        def shown(request: HttpRequest, /, *args: P.args, **values: P.kwargs) -> HttpResponseBase:
            person = person_of(request)
            if person is None:
                return _to_the_start(request)
            if person.actor.role not in roles:
                return _not_kept(show(request, "web/forbidden.html", {"roles": sorted(roles)}, status=403))
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            try:
                return _not_kept(view(request, person, *args, **values))
            except (NotFound, BadValue):  # a cursor or a number that somebody has typed into the address
                raise Http404 from None

        PAGES.append(Declared(path, name, roles, allowed, shown))
        return shown

    return declared


def _to_the_start(request: HttpRequest) -> HttpResponse:
    """What was sent is gone, and nothing has been done: the start page says so.

    A piece of a page that is asked for now and then moves nobody: they may be in the middle of a form.
    """
    place = reverse("start") + ("?left=1" if request.method == "POST" else "")
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        if request.method == "POST":
            answer["HX-Redirect"] = place
        return answer
    return HttpResponseRedirect(place)


def _not_kept(answer: HttpResponseBase) -> HttpResponseBase:
    """What a page shows is for the one at the screen: no cache on the way, and none in the browser, keeps it."""
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
