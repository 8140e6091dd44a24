# SPDX-License-Identifier: EUPL-1.2
"""Renders a template as a response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_page(
    request: HttpRequest, template: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Returns the page, in the language of the request."""
    return render(request, template, dict(values), using="jinja2", status=status)
