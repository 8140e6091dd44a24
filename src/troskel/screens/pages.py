# SPDX-License-Identifier: EUPL-1.2
"""Declares pages: path, name, roles and methods. A page without roles is refused."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from functools import wraps
from importlib import import_module
from typing import Any, Concatenate, NamedTuple, ParamSpec
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language

from troskel.ground.refusal_texts import Phrasing, refusal_text
from troskel.ground.refusals import BadValue, NotAllowed, NotFound, Refusal, SignInAgain
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.screens.render import render_page
from troskel.screens.session import person_of

P = ParamSpec("P")
PageView = Callable[Concatenate[HttpRequest, Person, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ANYONE = "anyone"
"""Signed in or not."""
START = "start"
"""The name of the page that requests without a session are sent to."""
AGAIN = "sign-in-again"
"""The name of the page where a person shows anew who it is."""


class PageSpec(NamedTuple):
    """A declared page. `package` is its room, such as troskel.web.

    `about`: what the page is for, a sentence of the catalogue; None where nothing is shown (a file, a fragment, a
    form that only sends on). `serves`: the paragraphs of the routine, or the rules, that it is there for.
    """

    package: str
    path: str
    name: str
    who: frozenset[Role] | str
    methods: tuple[str, ...]
    view: Callable[..., HttpResponseBase]
    about: str | None
    serves: tuple[str, ...]


PAGES: list[PageSpec] = []
"""All pages declared so far."""


def public(
    path: str,
    *,
    name: str,
    about: str | None = None,
    serves: Iterable[str] = (),
    methods: Iterable[str] = ("GET", "HEAD"),
) -> Callable[[View[P]], View[P]]:
    """Declares a page for anyone, signed in or not. `about`, `serves`: see `PageSpec`."""
    allowed = tuple(methods)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapper(request: HttpRequest, /, *args: P.args, **values: P.kwargs) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return _without_caching(view(request, *args, **values))

        PAGES.append(PageSpec(_package(view), path, name, ANYONE, allowed, wrapper, about, tuple(serves)))
        return wrapper

    return decorate


def page(
    path: str,
    *,
    name: str,
    who: Iterable[Role],
    about: str | None = None,
    serves: Iterable[str] = (),
    methods: Iterable[str] = ("GET", "HEAD"),
) -> Callable[[PageView[P]], View[P]]:
    """Declares a page for these roles. Without a session: redirect to the start page. Another role: 403.

    `about`, `serves`: see `PageSpec`.
    """
    roles, allowed = frozenset(who), tuple(methods)
    if not roles:
        raise ValueError(f"{path} does not say who may use it: declare who=")

    def decorate(view: PageView[P]) -> View[P]:
        @wraps(view)
        def wrapper(request: HttpRequest, /, *args: P.args, **values: P.kwargs) -> HttpResponseBase:
            person = person_of(request)
            if person is None:
                return _redirect_to_start(request)
            if person.actor.role not in roles:
                return _forbidden(request, roles)
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            try:
                return _without_caching(view(request, person, *args, **values))
            except (NotFound, BadValue):  # an invalid cursor or number in the URL
                raise Http404 from None
            except SignInAgain:
                return _redirect(request, f"{reverse(AGAIN)}?{urlencode({'next': request.path})}")
            except NotAllowed as error:  # a reading on the page is for fewer roles than the page
                return _forbidden(request, error.values.get("roles", []))
            except Refusal as refusal:  # a document that can't be made
                return _refused(request, refusal)

        PAGES.append(PageSpec(_package(view), path, name, roles, allowed, wrapper, about, tuple(serves)))
        return wrapper

    return decorate


def page_around(spec: PageSpec) -> PageSpec:
    """Returns the page that shows what this one answers: itself, or the nearest above it by path that shows any."""
    candidates = [one for one in PAGES if one.about and one.path and one.package == spec.package]
    above = [one for one in candidates if spec.path.startswith(one.path)]
    return spec if spec.about else max(above, key=lambda one: len(one.path), default=spec)


def urls_of(package: str) -> list[URLPattern]:
    """Returns the URLs of all pages of a package; imports all its modules, so that none is missing."""
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if not module.name.endswith(".urls"):
            import_module(module.name)
    return [path(spec.path, spec.view, name=spec.name) for spec in PAGES if spec.package == package]


def _package(view: Callable[..., HttpResponseBase]) -> str:
    """Returns the room of a view, such as troskel.web."""
    return ".".join(view.__module__.split(".")[:2])


def _forbidden(request: HttpRequest, roles: Any) -> HttpResponseBase:
    values = {"roles": sorted(roles)}
    return _without_caching(render_page(request, "screens/forbidden.html", values, status=403))


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    text = refusal_text(refusal, Phrasing("en" if get_language() == "en" else "sv"))
    return _without_caching(render_page(request, "screens/refused.html", {"text": text}, status=409))


def _redirect_to_start(request: HttpRequest) -> HttpResponse:
    """Redirects to the start page, which says that a posted form was not saved; else one goes on from there.

    A polled fragment (HX-Request with GET) redirects nobody: the person may be filling in a form.
    """
    told = {"left": "1"} if request.method == "POST" else {"next": request.path}
    return _redirect(request, f"{reverse(START)}?{urlencode(told)}")


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        if request.method == "POST":
            response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)


def _without_caching(response: HttpResponseBase) -> HttpResponseBase:
    """Forbids all caches: pages hold personal data."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
