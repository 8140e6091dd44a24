# SPDX-License-Identifier: EUPL-1.2
"""Error pages: what went wrong and what to do."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from troskel.ground import waiting
from troskel.screens.render import render_page
from troskel.web.shell.busy import busy


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this role."""
    return render_page(request, "screens/forbidden.html", {"roles": []}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form with an old or foreign CSRF token. Nothing has been done."""
    return render_page(request, "web/csrf_failure.html", {}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or out of this viewer's sight; the two look the same."""
    return render_page(request, "web/not_found.html", {}, status=404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is away. The page uses neither the session nor the database."""
    if code := waiting.code_of(sys.exc_info()[1]):
        return busy(code)
    return HttpResponse(get_template("web/server_error.html", using="jinja2").render({}), status=500)
