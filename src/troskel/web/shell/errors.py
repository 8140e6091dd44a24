# SPDX-License-Identifier: EUPL-1.2
"""What a person sees when something goes wrong: which thing, and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from troskel.screens.render import show


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this role."""
    return show(request, "screens/forbidden.html", {"roles": []}, status=403)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that is too old, or from elsewhere. Nothing has been done."""
    return show(request, "web/stale.html", {}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or not for this viewer to know of; the two answer alike."""
    return show(request, "web/not_found.html", {}, status=404)


def broken(_request: HttpRequest) -> HttpResponse:
    """500: our fault. The page asks nothing of what may be broken: neither who one is nor the database."""
    return HttpResponse(get_template("web/broken.html", using="jinja2").render({}), status=500)
