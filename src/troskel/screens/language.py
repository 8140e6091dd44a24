# SPDX-License-Identifier: EUPL-1.2
"""The language of a page: Swedish, unless the person has chosen English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from troskel.screens.cookies import full_name

COOKIE_NAME = "troskel_language"
COOKIE_LIFETIME = timedelta(days=365)


def language_of(request: HttpRequest) -> str:
    """Returns the language in the cookie; the default if it is missing or unknown."""
    code = request.COOKIES.get(full_name(COOKIE_NAME), "")
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def set_cookie(answer: HttpResponse, language: str) -> None:
    """Sets the cookie to this language."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    answer.set_cookie(
        full_name(COOKIE_NAME),
        language,
        max_age=COOKIE_LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


class LanguageMiddleware:
    """Middleware: activates the request's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
            return self.get_response(request)
