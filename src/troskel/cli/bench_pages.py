# SPDX-License-Identifier: EUPL-1.2
"""What every page costs among very many clients: queries, time beside a bare view, and how much goes over the wire."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
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

from troskel.cli.bench import MUNICIPALITY, Measured, counted, own_database
from troskel.cli.output import say
from troskel.ground import cookie
from troskel.people import queries as people
from troskel.simulator import many
from troskel.simulator.many import Many

QUERIES, FIRST_VISIT, LATER = 12, 150_000, 30_000
"""The limits: queries a page; bytes of a page compressed, with all its files the first time, and without them later."""

WARM_UP = 10  # before so many rounds, one that is not measured
THINGS = ("lock", "tag", "key")
BARE = "/bench/bare-page"
TOKEN = "a" * 32  # what a form sends, and its cookie holds: nobody else is there
FOUND = 200


class Asked(NamedTuple):
    """A page, asked for by an account; `form` is what is posted, if anything."""

    path: str
    account: str
    form: str = ""

    @property
    def name(self) -> str:
        """What stands in the report; a question is named by its kind alone."""
        return f"{self.path} {self.form}".strip()


class Answered(NamedTuple):
    """An answer, and what it cost."""

    status: int
    page: bytes
    cookies: dict[str, str]
    seconds: float
    queries: int


def bench_pages(clients: int, rounds: int) -> dict[str, Any]:
    """Every page that can be asked for without more, as each of its roles, in a database of its own."""
    with own_database(), _with_bare_page():
        say(f"loading {clients} clients")
        loaded = many.load(MUNICIPALITY, clients, say)
        serve = _Server(loaded)
        bare = Measured([], [])
        pages = [_measured(serve, asked, rounds, bare) for asked in _asked(serve)]
    told_bare = bare.told()
    every = [told(*page, told_bare["p50_ms"]) for page in pages]
    return {
        "clients": clients,
        "rounds": rounds,
        "database": connection.vendor,
        "limits": {"queries": QUERIES, "first_visit_bytes": FIRST_VISIT, "later_bytes": LATER},
        "bare": told_bare,
        "slowest_p95_ms": max(one["p95_ms"] for one in every),
        "pages": every,
        "broken": [f"{one['page']} as {one['as']}: {limit}" for one in every for limit in one["broken"]],
    }


class _Server:
    """The program as a web server calls it, and the cookies of each account."""

    def __init__(self, loaded: Many) -> None:
        self.loaded = loaded
        self._serve: Any = get_wsgi_application()
        self._cookies: dict[str, dict[str, str]] = {}
        for account in loaded.people:
            actor = people.actor_of_username(f"{MUNICIPALITY}/{account}")
            assert actor is not None
            assert actor.account is not None
            remembered = HttpResponse()
            cookie.remember(remembered, actor.account)
            self._cookies[account] = {
                cookie.NAME: remembered.cookies[cookie.NAME].coded_value,
                settings.CSRF_COOKIE_NAME: TOKEN,
            }

    def ask(self, asked: Asked) -> Answered:
        """One request, as the account; what cookies it gives are kept."""
        question = self.loaded.questions.get(asked.form, "")
        body = urlencode({"question": question, "csrfmiddlewaretoken": TOKEN}).encode() if asked.form else b""
        place, _, query = asked.path.partition("?")
        cookies = self._cookies[asked.account]
        environ = {
            "REQUEST_METHOD": "POST" if asked.form else "GET",
            "PATH_INFO": place,
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
        said: list[tuple[str, list[tuple[str, str]]]] = []
        with counted() as cost:
            page = b"".join(
                self._serve(environ, lambda status, headers, error=None: said.append((status, headers)))
            )
        status, headers = said[0]
        given = dict(
            re.findall(r"^([^=]+)=([^;]*)", value)[0] for name, value in headers if name == "Set-Cookie"
        )
        if asked.form:
            cookies.update(given)
        return Answered(int(status.split()[0]), page, given, cost.seconds, cost.queries)


def _asked(serve: _Server) -> Iterator[Asked]:
    """Each page as each account that it answers; a search both when it is asked and when it is shown."""
    for account in serve.loaded.people:
        for place in _paths(serve.loaded.case):
            if serve.ask(Asked(place, account)).status == FOUND:
                yield Asked(place, account)
        if _address("search") and serve.ask(Asked(_address("search"), account)).status == FOUND:
            for kind in serve.loaded.questions:
                yield Asked(_address("search"), account, kind)


def _paths(case: str) -> list[str]:
    """Every address that needs no more to be asked; the lists of things; a client's page."""
    plain = [f"/{place}" for place in _plain(get_resolver().url_patterns, "")]
    more = [_address("client", case), *(_address("things", kind) for kind in THINGS)]
    return [place for place in [*plain, *more] if place and place != BARE]


def _plain(patterns: list[URLPattern | URLResolver], above: str) -> Iterator[str]:
    for one in patterns:
        place = above + str(one.pattern)
        if isinstance(one, URLResolver):
            if one.namespace is None and "<" not in place:
                yield from _plain(one.url_patterns, place)
        elif "<" not in place and "^" not in place and one.name:
            yield place


def _address(name: str, *values: str) -> str:
    try:
        return reverse(name, args=values)
    except NoReverseMatch:
        return ""


def _measured(serve: _Server, asked: Asked, rounds: int, bare: Measured) -> tuple[Asked, Measured, Answered]:
    """The page some rounds, each followed by the bare view; what a search found is a page too."""
    spent, answers = Measured([], []), []
    for number in range(-(rounds // WARM_UP), rounds):
        answers = [serve.ask(asked)]
        if asked.form:
            answers.append(serve.ask(asked._replace(form="")))
        beside = serve.ask(Asked(BARE, asked.account))
        if number >= 0:
            spent.milliseconds.append(sum(one.seconds for one in answers) * 1000)
            spent.queries.append(max(one.queries for one in answers))
            bare.milliseconds.append(beside.seconds * 1000)
            bare.queries.append(beside.queries)
    return asked, spent, answers[-1]


def told(asked: Asked, spent: Measured, shown: Answered, bare: float) -> dict[str, Any]:
    """What a page costs, with its ratio to each limit, and which limits it breaks."""
    page = shown.page
    later = len(gzip.compress(page))
    files = sum(_weight(name) for name in _files(page))
    time = spent.told()
    costs = {
        "queries": (int(time["queries_most"]), QUERIES),
        "first_visit_bytes": (later + files, FIRST_VISIT),
        "later_bytes": (later, LATER),
    }
    return {
        "page": asked.name,
        "as": asked.account,
        "p50_ms": time["p50_ms"],
        "p95_ms": time["p95_ms"],
        "times_bare_p50": round(time["p50_ms"] / bare, 1),
        **{name: cost for name, (cost, _) in costs.items()},
        "of_limit": {name: round(cost / limit, 2) for name, (cost, limit) in costs.items()},
        "broken": [name for name, (cost, limit) in costs.items() if cost > limit],
    }


def _files(page: bytes) -> set[str]:
    """The files that the page has the browser fetch."""
    place = re.escape(settings.STATIC_URL.lstrip("/"))
    return set(re.findall(rf'(?:href|src)="/{place}([^"?#]+)"', page.decode()))


def _weight(name: str) -> int:
    """Bytes of a file, compressed; none where it is not installed."""
    found = finders.find(name)
    return len(gzip.compress(Path(str(found)).read_bytes())) if found else 0


def _bare_page(request: HttpRequest) -> HttpResponse:
    """Who is it? One row, and a line of a page."""
    account = cookie.account_of(request)
    person = people.person(account) if account else None
    return HttpResponse(f"<!doctype html><title>{person.organisation if person else ''}</title>")


@contextmanager
def _with_bare_page() -> Iterator[None]:
    addresses = ModuleType("addresses_with_bare_page")
    addresses.urlpatterns = [*get_resolver().url_patterns, path(BARE.lstrip("/"), _bare_page)]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=addresses):
        yield
