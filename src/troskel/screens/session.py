# SPDX-License-Identifier: EUPL-1.2
"""The person of a request, for web and phone."""

from __future__ import annotations

from django.http import HttpRequest

from troskel.people import queries
from troskel.people.queries import Person
from troskel.screens import session_cookie

_MISSING = object()


def person_of(request: HttpRequest) -> Person | None:
    """Returns the signed-in person, or None; queried once a request."""
    cached = getattr(request, "_person", _MISSING)
    if cached is _MISSING:
        account = session_cookie.account_of(request)
        cached = queries.person(account) if account else None
        request._person = cached  # type: ignore[attr-defined]
    return cached if isinstance(cached, Person) else None
