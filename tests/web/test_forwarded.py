# SPDX-License-Identifier: EUPL-1.2
"""Scheme and client address come from the web server in front, and from nobody else."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from troskel.web.shell.forwarded import ForwardedMiddleware

FORWARDED = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "203.0.113.7, 198.51.100.9"}


@pytest.mark.parametrize(
    ("asked_from", "scheme", "address"),
    [
        ("127.0.0.1", "https", "198.51.100.9"),
        ("192.0.2.1", "http", "192.0.2.1"),
        ("", "http", ""),
    ],
)
def test_only_a_proxy_is_believed(asked_from: str, scheme: str, address: str) -> None:
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    ForwardedMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR=asked_from, **FORWARDED))
    (request,) = seen
    assert (request.scheme, request.META["REMOTE_ADDR"]) == (scheme, address)
    assert not FORWARDED.keys() & request.META.keys()


@pytest.mark.django_db
@pytest.mark.parametrize(("asked_from", "answer"), [("127.0.0.1", 302), ("192.0.2.1", 403)])
def test_a_form_behind_tls(asked_from: str, answer: int) -> None:
    """Its Origin is https: behind the proxy it passes the check against forgery, from elsewhere it does not."""
    browser = Client(enforce_csrf_checks=True, REMOTE_ADDR=asked_from, HTTP_HOST="localhost")
    browser.get("/", **FORWARDED)
    token = browser.cookies["csrftoken"].value
    sent = {"language": "en", "next": "/", "csrfmiddlewaretoken": token}
    got = browser.post("/language", sent, HTTP_ORIGIN="https://localhost", **FORWARDED)
    assert got.status_code == answer
