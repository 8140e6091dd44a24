# SPDX-License-Identifier: EUPL-1.2
"""How a page is declared: its address, and who may use it. A page that names nobody is refused."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from functools import wraps
from importlib import import_module
from typing import Concatenate, NamedTuple, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse

from troskel.ground.refusals import BadValue, NotFound
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.screens.render import show
from troskel.screens.session import person_of

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Person, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ANYONE = "anyone"
"""Signed in or not."""
EVERY_ACCOUNT = frozenset(role for role in Role if role is not Role.SYSTEM)
START = "start"
"""The name of the page to which everybody is sent who has no other place to be."""


class PageSpec(NamedTuple):
    """A page: the package that declares it, its address, who may use it, by which methods."""

    package: str
    path: str
    name: str
    who: frozenset[Role] | str
    methods: tuple[str, ...]
    view: Callable[..., HttpResponseBase]


PAGES: list[PageSpec] = []
"""Every page declared so far."""


def public(path: str, *, name: str, methods: Iterable[str] = ("GET", "HEAD")) -> Callable[[View[P]], View[P]]:
    """Declare a page for anyone, signed in or not."""
    allowed = tuple(methods)

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **values: P.kwargs) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return _uncached(view(request, *args, **values))

        PAGES.append(PageSpec(_package(view), path, name, ANYONE, allowed, answer))
        return answer

    return declare


def page(
    path: str, *, name: str, who: Iterable[Role], methods: Iterable[str] = ("GET", "HEAD")
) -> Callable[[Page[P]], View[P]]:
    """Declare a page for these roles. Nobody signed in: to the start page. Another role: 403, in words."""
    roles, allowed = frozenset(who), tuple(methods)
    if not roles:
        raise ValueError(f"{path} does not say who may use it: declare who=")

    def declare(view: Page[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **values: P.kwargs) -> HttpResponseBase:
            person = person_of(request)
            if person is None:
                return _to_the_start(request)
            if person.actor.role not in roles:
                return _uncached(
                    show(request, "screens/forbidden.html", {"roles": sorted(roles)}, status=403)
                )
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            try:
                return _uncached(view(request, person, *args, **values))
            except (NotFound, BadValue):  # a cursor or a number that somebody has typed into the address
                raise Http404 from None

        PAGES.append(PageSpec(_package(view), path, name, roles, allowed, answer))
        return answer

    return declare


def urls_of(package: str) -> list[URLPattern]:
    """The URLs of every page in a package: each of its modules is imported, so that none is left out."""
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if not module.name.endswith(".urls"):
            import_module(module.name)
    return [path(page.path, page.view, name=page.name) for page in PAGES if page.package == package]


def _package(view: Callable[..., HttpResponseBase]) -> str:
    """The room that a view stands in, such as troskel.web."""
    return ".".join(view.__module__.split(".")[:2])


def _to_the_start(request: HttpRequest) -> HttpResponse:
    """Nothing of what was sent has been done: the start page says so.

    A piece of a page that is polled moves nobody: they may be in the middle of a form.
    """
    place = reverse(START) + ("?left=1" if request.method == "POST" else "")
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        if request.method == "POST":
            answer["HX-Redirect"] = place
        return answer
    return HttpResponseRedirect(place)


def _uncached(answer: HttpResponseBase) -> HttpResponseBase:
    """A page is for the one at the screen: no cache on the way keeps it, nor the browser's."""
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
