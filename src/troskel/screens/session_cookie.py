# SPDX-License-Identifier: EUPL-1.2
"""The signed cookie with the account of the session."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE_NAME = "troskel_account"
COOKIE_LIFETIME = timedelta(hours=12)


def account_of(request: HttpRequest) -> UUID | None:
    """Returns the cookie's account; None without a cookie, with an expired or invalid one, and outside the demo."""
    if not settings.DEMO:
        return None
    value = request.get_signed_cookie(COOKIE_NAME, default=None, max_age=int(COOKIE_LIFETIME.total_seconds()))
    return UUID(value) if value else None


def set_cookie(answer: HttpResponse, account: UUID) -> None:
    """Sets the cookie to this account."""
    secure = bool(getattr(settings, "SESSION_COOKIE_SECURE", False))
    answer.set_signed_cookie(
        COOKIE_NAME, str(account), max_age=COOKIE_LIFETIME, httponly=True, samesite="Lax", secure=secure
    )


def delete_cookie(answer: HttpResponse) -> None:
    """Deletes the cookie."""
    answer.delete_cookie(COOKIE_NAME, samesite="Lax")
