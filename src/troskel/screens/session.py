# SPDX-License-Identifier: EUPL-1.2
"""Who sits at the screen that a request comes from: for the pages, and for the phone."""

from __future__ import annotations

from django.http import HttpRequest

from troskel.people import queries
from troskel.people.queries import Person
from troskel.screens import session_cookie

_UNKNOWN = object()


def person_of(request: HttpRequest) -> Person | None:
    """Who sits at the screen; asked for once a request."""
    known = getattr(request, "_person", _UNKNOWN)
    if known is _UNKNOWN:
        account = session_cookie.account_of(request)
        known = queries.person(account) if account else None
        request._person = known  # type: ignore[attr-defined]
    return known if isinstance(known, Person) else None
