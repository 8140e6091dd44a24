# SPDX-License-Identifier: EUPL-1.2
"""The person of a request, for web and phone; and the middleware that keeps a session in use from running out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse

from troskel.ground import clock
from troskel.people import login_queries, queries
from troskel.people.login_queries import SignedIn
from troskel.people.queries import Person
from troskel.screens import session_cookie

NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""


class _Found(NamedTuple):
    signed_in: SignedIn | None
    secret: str
    seen_now: bool


def person_of(request: HttpRequest) -> Person | None:
    """Returns the signed-in person, or None; queried once a request."""
    if not hasattr(request, "_person"):
        signed_in = signed_in_of(request)
        person = signed_in.person if signed_in else None
        if person is None and (account := session_cookie.account_of(request)):
            person = queries.person(account)
        request._person = person  # type: ignore[attr-defined]
    found = request._person  # type: ignore[attr-defined]
    return found if isinstance(found, Person) else None


def signed_in_of(request: HttpRequest) -> SignedIn | None:
    """Returns the session of the request, with or without a chosen account; queried once a request."""
    if not hasattr(request, "_found"):
        request._found = _find(request)  # type: ignore[attr-defined]
    found = getattr(request, "_found", None)
    return found.signed_in if isinstance(found, _Found) else None


def begin(request: HttpRequest, response: HttpResponse, secret: str, expires: datetime) -> None:
    """Lets the browser have this session from now on, instead of the one that it had."""
    request._found = None  # type: ignore[attr-defined]
    session_cookie.delete_cookie(response)
    session_cookie.keep(response, secret, expires)


def leave(request: HttpRequest, response: HttpResponse) -> None:
    """Lets the browser have no session, and no person of the demo. The server's session is ended by an act.

    Where the phone's app says that nothing is unsent, the browser forgets all that it has kept.
    """
    if request.POST.get("unsent") == "0":
        response.headers["Clear-Site-Data"] = '"storage"'
    request._found = request._person = None  # type: ignore[attr-defined]
    session_cookie.delete_cookie(response)


def _find(request: HttpRequest) -> _Found | None:
    cookie = session_cookie.session_of(request)
    if cookie is None:
        return None
    secret, seen = cookie
    signed_in = login_queries.signed_in(secret)
    age = clock.now() - seen
    if signed_in is None or age > signed_in.idle:
        return None
    return _Found(signed_in, secret, seen_now=age < NOTED_EVERY)


class KeepSession:
    """Middleware: notes in the cookie that a session is in use. A page that polls by itself is no use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        found = getattr(request, "_found", None)
        polls = request.method == "GET" and "HX-Request" in request.headers
        if isinstance(found, _Found) and found.signed_in and not found.seen_now and not polls:
            session_cookie.keep(response, found.secret, found.signed_in.expires)
        return response
