# SPDX-License-Identifier: EUPL-1.2
"""Middleware: each request has an id, one line in the log, and a count.

The line has the route's name, never the path or the query, which may hold a case number; no account and no address.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from troskel.ground import counters
from troskel.ground.error_log import FIELDS, method_of, request_id, route_of
from troskel.ground.ids import new_id
from troskel.web.shell.forwarded import is_from_proxy

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id as nginx makes it, or a UUID: what a proxy hands on may be its client's own words."""
STATIC = "static"

_log = logging.getLogger("troskel.requests")


class RequestLog:
    """Takes the id that a named proxy gives, or makes one; answers with it, and logs the request under it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        mine = given if is_from_proxy(request) and GIVEN.fullmatch(given) else new_id().hex
        token = request_id.set(mine)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            self._note(request, response, time.perf_counter() - began)
        finally:
            request_id.reset(token)
        response[HEADER] = mine
        return response

    def _note(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        method, route = method_of(request), route_of(request)
        counters.count_request(method, route, response.status_code, seconds)
        fields = {"status": response.status_code, "ms": round(seconds * 1000)}
        _log.info("%s %s", method, route, extra={FIELDS: fields})
