# SPDX-License-Identifier: EUPL-1.2
"""The way back from a form to the page that one came from, where what has changed is marked."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

CASE = re.compile(r"[0-9]{4}-[0-9]{4,7}")
CHANGED = "changed"
"""The parameter that names the client whose rows are marked: a case number, as addresses may (rule 8)."""
PAGES = frozenset(
    {
        *("start", "clients", "client", "visits", "orders", "bookings", "things", "links"),
        *("gaps", "late", "notices", "billing", "phone", "phone-client", "unanswered-doors"),
        *("accounts", "account-sign-in"),
    }
)
"""The names of the pages that one may come from and go back to."""


def came_from(url: str, host: str) -> str:
    """Returns the path and query of a page of ours to which one may go back; empty for another's or a form's."""
    parts = urlsplit(url)
    if parts.netloc != host or not parts.path.startswith("/") or url.startswith(("//", "/\\")):
        return ""
    try:
        is_a_way_back = resolve(parts.path).url_name in PAGES
    except Resolver404:
        return ""
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != CHANGED])
    return urlunsplit(("", "", parts.path, query, "")) if is_a_way_back else ""


def marking(path: str, case: str) -> str:
    """Returns the path, to the same page with what concerns the client marked; nothing is marked without a client."""
    if not case or path.startswith(reverse("client", args=[case])):
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({CHANGED: case})}"


def changed(request: HttpRequest) -> str:
    """Returns the case number that is marked on this page, or empty."""
    case = request.GET.get(CHANGED, "")
    return case if CASE.fullmatch(case) else ""
