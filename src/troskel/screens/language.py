# SPDX-License-Identifier: EUPL-1.2
"""Which language a page is in: Swedish, until somebody has chosen English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

COOKIE = "troskel_language"
LASTS = timedelta(days=365)


def chosen(request: HttpRequest) -> str:
    """The language that the cookie asks for, where there is such a one."""
    asked = request.COOKIES.get(COOKIE, "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def remember(answer: HttpResponse, language: str) -> None:
    """Let the cookie ask for this language."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    answer.set_cookie(COOKIE, language, max_age=LASTS, httponly=True, samesite="Lax", secure=secure)


class Language:
    """Middleware: says the words of this request in its language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(chosen(request)):
            return self.get_response(request)
