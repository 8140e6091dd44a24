# SPDX-License-Identifier: EUPL-1.2
"""Middleware: security headers. No inline script or style, nothing from other origins.

The camera is allowed for our own pages, which scan serial numbers; images stay in the browser.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)


HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def secure(headers: MutableMapping[str, str] | ResponseHeaders) -> None:
    """Adds to an answer the headers that it has not got. In production browsers are told to ask by TLS alone."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if settings.PRODUCTION:
        headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)


class SecurityHeadersMiddleware:
    """Adds the headers to every response; an error is kept by nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        secure(response.headers)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
