# SPDX-License-Identifier: EUPL-1.2
"""Middleware: what the web server in front says of a request, believed from its address alone.

Without the scheme no form works behind TLS: the browser says `Origin: https://…`, and we were asked over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PEER = "troskel.peer"
"""The key in META of the address that really calls: a proxy's, or a client's."""
FORWARDED = "troskel.forwarded"
"""The key in META of whether a proxy has handed the request on, by what it says itself."""
PROTO, CLIENT = "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR"

SIGNS = (PROTO, CLIENT, "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


class ForwardedMiddleware:
    """Takes scheme and client address from the last proxy, and removes the headers of everybody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META[PEER] = request.META.get("REMOTE_ADDR", "")
        request.META[FORWARDED] = any(name in request.META for name in SIGNS)
        proto, client = request.META.pop(PROTO, ""), request.META.pop(CLIENT, "")
        if _is_proxy(request.META.get("REMOTE_ADDR", "")):
            if _last(proto) in ("http", "https"):
                request.META["wsgi.url_scheme"] = _last(proto)
            if _last(client):
                request.META["REMOTE_ADDR"] = _last(client)
        return self.get_response(request)


def is_forwarded(request: HttpRequest) -> bool:
    """Has a proxy handed this request on?"""
    return bool(request.META.get(FORWARDED))


def is_from_proxy(request: HttpRequest) -> bool:
    """Does the request come from a proxy that is named?"""
    return _is_proxy(request.META.get(PEER, ""))


def _is_proxy(address: str) -> bool:
    try:
        return str(ip_address(address)) in settings.TROSKEL_PROXIES
    except ValueError:
        return False


def _last(header: str) -> str:
    """What the nearest proxy has added: what stands before it may be the client's own invention."""
    return header.rpartition(",")[2].strip()
