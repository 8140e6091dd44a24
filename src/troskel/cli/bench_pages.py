# SPDX-License-Identifier: EUPL-1.2
"""Measures every page with very many clients: queries, time next to a bare view, and bytes sent."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, path, reverse

from troskel.cli.bench import MUNICIPALITY, Samples, measure_cost, temporary_database
from troskel.cli.output import print_status
from troskel.people import queries as people
from troskel.screens import session_cookie
from troskel.simulator import bulk_data
from troskel.simulator.bulk_data import BulkData

MAX_QUERIES, MAX_FIRST_VISIT_BYTES, MAX_LATER_BYTES = 12, 150_000, 30_000
"""The limits: queries per page; compressed bytes of a page with all its files (first visit) and without (later)."""

WARM_UP = 10  # before so many rounds, one that is not measured
THINGS = ("lock", "tag", "key")
BARE = "/bench/bare-page"
TOKEN = "a" * 32  # the CSRF token of form and cookie
HTTP_OK = 200


class PageVisit(NamedTuple):
    """A page to request as an account; `form`: the kind of search to post, or empty for a GET."""

    path: str
    account: str
    form: str = ""

    @property
    def name(self) -> str:
        """Returns the name in the report; a search is named by its kind only."""
        return f"{self.path} {self.form}".strip()


class PageResponse(NamedTuple):
    """A response, and its cost."""

    status: int
    page: bytes
    cookies: dict[str, str]
    seconds: float
    queries: int


def bench_pages(clients: int, rounds: int) -> dict[str, Any]:
    """Measures every page that needs no parameters, as each of its roles, in a temporary database."""
    with temporary_database(), _with_bare_page(), override_settings(DEMO=True):  # which lets anyone sign in
        print_status(f"loading {clients} clients")
        loaded = bulk_data.load(MUNICIPALITY, clients, print_status)
        server = _Server(loaded)
        bare = Samples([], [])
        pages = [_measure(server, visit, rounds, bare) for visit in _page_visits(server)]
    bare_summary = bare.summary()
    reports = [page_report(*page, bare_summary["p50_ms"]) for page in pages]
    return {
        "clients": clients,
        "rounds": rounds,
        "database": connection.vendor,
        "limits": {
            "queries": MAX_QUERIES,
            "first_visit_bytes": MAX_FIRST_VISIT_BYTES,
            "later_bytes": MAX_LATER_BYTES,
        },
        "bare": bare_summary,
        "slowest_p95_ms": max(report["p95_ms"] for report in reports),
        "pages": reports,
        "broken": [
            f"{report['page']} as {report['as']}: {limit}" for report in reports for limit in report["broken"]
        ],
    }


class _Server:
    """The WSGI application, with the cookies of each account."""

    def __init__(self, loaded: BulkData) -> None:
        self.loaded = loaded
        self._serve: Any = get_wsgi_application()
        self._cookies: dict[str, dict[str, str]] = {}
        for account in loaded.people:
            actor = people.actor_of_username(f"{MUNICIPALITY}/{account}")
            assert actor is not None
            assert actor.account is not None
            remembered = HttpResponse()
            session_cookie.set_cookie(remembered, actor.account)
            self._cookies[account] = {
                session_cookie.COOKIE_NAME: remembered.cookies[session_cookie.COOKIE_NAME].coded_value,
                settings.CSRF_COOKIE_NAME: TOKEN,
            }

    def request(self, visit: PageVisit) -> PageResponse:
        """Makes one request as the account; keeps the cookies that a form sets."""
        question = self.loaded.questions.get(visit.form, "")
        body = urlencode({"question": question, "csrfmiddlewaretoken": TOKEN}).encode() if visit.form else b""
        url_path, _, query = visit.path.partition("?")
        cookies = self._cookies[visit.account]
        environ = {
            "REQUEST_METHOD": "POST" if visit.form else "GET",
            "PATH_INFO": url_path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
        }
        responses: list[tuple[str, list[tuple[str, str]]]] = []
        with measure_cost() as cost:
            page = b"".join(
                self._serve(environ, lambda status, headers, error=None: responses.append((status, headers)))
            )
        status, headers = responses[0]
        new_cookies = dict(
            re.findall(r"^([^=]+)=([^;]*)", value)[0] for name, value in headers if name == "Set-Cookie"
        )
        if visit.form:
            cookies.update(new_cookies)
        return PageResponse(int(status.split()[0]), page, new_cookies, cost.seconds, cost.queries)


def _page_visits(server: _Server) -> Iterator[PageVisit]:
    """Yields each page for each account that may see it, and each kind of search."""
    for account in server.loaded.people:
        for url_path in _paths(server.loaded.case):
            if server.request(PageVisit(url_path, account)).status == HTTP_OK:
                yield PageVisit(url_path, account)
        if _url("search") and server.request(PageVisit(_url("search"), account)).status == HTTP_OK:
            for kind in server.loaded.questions:
                yield PageVisit(_url("search"), account, kind)


def _paths(case: str) -> list[str]:
    """Returns every URL path without parameters, the lists of things, and a client's page."""
    plain = [f"/{url_path}" for url_path in _plain_paths(get_resolver().url_patterns, "")]
    more = [_url("client", case), *(_url("things", kind) for kind in THINGS)]
    return [url_path for url_path in [*plain, *more] if url_path and url_path != BARE]


def _plain_paths(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        url_path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace is None and "<" not in url_path:
                yield from _plain_paths(pattern.url_patterns, url_path)
        elif "<" not in url_path and "^" not in url_path and pattern.name:
            yield url_path


def _url(name: str, *values: str) -> str:
    try:
        return reverse(name, args=values)
    except NoReverseMatch:
        return ""


def _measure(
    server: _Server, visit: PageVisit, rounds: int, bare: Samples
) -> tuple[PageVisit, Samples, PageResponse]:
    """Requests the page in rounds, each followed by the bare view; a search includes its result page."""
    samples = Samples([], [])
    responses: list[PageResponse] = []
    for number in range(-(rounds // WARM_UP), rounds):
        responses = [server.request(visit)]
        if visit.form:
            responses.append(server.request(visit._replace(form="")))
        bare_response = server.request(PageVisit(BARE, visit.account))
        if number >= 0:
            samples.milliseconds.append(sum(response.seconds for response in responses) * 1000)
            samples.queries.append(max(response.queries for response in responses))
            bare.milliseconds.append(bare_response.seconds * 1000)
            bare.queries.append(bare_response.queries)
    return visit, samples, responses[-1]


def page_report(
    visit: PageVisit, samples: Samples, response: PageResponse, bare_p50_ms: float
) -> dict[str, Any]:
    """Returns a page's costs, their ratio to each limit, and the limits that it breaks."""
    page = response.page
    later = len(gzip.compress(page))
    files = sum(_compressed_size(name) for name in _files(page))
    summary = samples.summary()
    costs = {
        "queries": (int(summary["queries_most"]), MAX_QUERIES),
        "first_visit_bytes": (later + files, MAX_FIRST_VISIT_BYTES),
        "later_bytes": (later, MAX_LATER_BYTES),
    }
    return {
        "page": visit.name,
        "as": visit.account,
        "p50_ms": summary["p50_ms"],
        "p95_ms": summary["p95_ms"],
        "times_bare_p50": round(summary["p50_ms"] / bare_p50_ms, 1),
        **{name: cost for name, (cost, _) in costs.items()},
        "of_limit": {name: round(cost / limit, 2) for name, (cost, limit) in costs.items()},
        "broken": [name for name, (cost, limit) in costs.items() if cost > limit],
    }


def _files(page: bytes) -> set[str]:
    """Returns the static files that the page loads."""
    static_root = re.escape(settings.STATIC_URL.lstrip("/"))
    return set(re.findall(rf'(?:href|src)="/{static_root}([^"?#]+)"', page.decode()))


@cache
def _compressed_size(name: str) -> int:
    """Returns a file's compressed size in bytes; 0 when it is not installed."""
    file = finders.find(name)
    return len(gzip.compress(Path(str(file)).read_bytes())) if file else 0


def _bare_page(request: HttpRequest) -> HttpResponse:
    """Identifies the account and returns a minimal page."""
    account = session_cookie.account_of(request)
    person = people.person(account) if account else None
    return HttpResponse(f"<!doctype html><title>{person.organisation if person else ''}</title>")


@contextmanager
def _with_bare_page() -> Iterator[None]:
    addresses = ModuleType("addresses_with_bare_page")
    addresses.urlpatterns = [*get_resolver().url_patterns, path(BARE.lstrip("/"), _bare_page)]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=addresses, DEMO=True):  # its people are chosen, as in the demo
        yield
