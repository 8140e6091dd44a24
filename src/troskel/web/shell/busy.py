# SPDX-License-Identifier: EUPL-1.2
"""Middleware: nobody waits for the database for ever, and those who change something leave others to be answered.

A request that changes something takes one of few places in this process; where none is left, it is answered at once
that the server is busy (503). So is one whose wait has reached its limit.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from troskel.ground import counters, waiting
from troskel.ground.error_log import error_text
from troskel.web.shell.security_headers import secure

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_log = logging.getLogger(__name__)


class InTurn:
    """Gives places to requests that change something: five of eight threads; any number in a program of one's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        threads = settings.TROSKEL_THREADS
        self.places = threading.BoundedSemaphore(max(1, threads * 5 // 8)) if threads else None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.places is None or request.method in SAFE_METHODS:
            return self.get_response(request)
        if not self.places.acquire(blocking=False):
            return busy()
        try:
            return self.get_response(request)
        finally:
            self.places.release()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answers 503 where the wait has reached its limit, or the database is away; Django takes other errors."""
        code = waiting.code_of(exception)
        if code == waiting.AWAY:
            _log.error("the database is away: %s", error_text(exception))
        return busy(code) if code else None


def busy(code: str = waiting.CODE) -> HttpResponse:
    """503, and when to try again. The page uses neither the session nor the database."""
    counters.count_limit(code)
    values = {"code": code, "is_away": code == waiting.AWAY}
    response = Unavailable(get_template("web/busy.html", using="jinja2").render(values), status=503)
    response["Retry-After"] = str(waiting.RETRY_AFTER_SECONDS)
    response.code = code
    return response


TURNED_AWAY = (
    "Det kom för mycket, eller för långsamt. Försök igen om en stund. (Too much, or too slow: try again.)\n"
)


class Unavailable(HttpResponse):
    """503, with the code by which the API tells why."""

    code = waiting.CODE


def turned_away(path: str, status: int) -> tuple[list[tuple[str, str]], bytes]:
    """The answer to a request that is not read to its end: short, as nothing else has been made of it."""
    phrase = HTTPStatus(status).phrase
    is_api = path.startswith("/api/")
    headers = {"Content-Type": "application/problem+json" if is_api else "text/plain; charset=utf-8"}
    headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(waiting.RETRY_AFTER_SECONDS)
    secure(headers)
    problem = {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": phrase,
        "code": waiting.CODE,
    }
    return [*headers.items()], (json.dumps(problem) if is_api else TURNED_AWAY).encode()
