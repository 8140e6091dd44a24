# SPDX-License-Identifier: EUPL-1.2
"""The signed cookie that tells which account sits at the screen."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAME = "troskel_account"
LASTS = timedelta(hours=12)


def account_of(request: HttpRequest) -> UUID | None:
    """The account that the cookie names; None without one, with one that is old, or one that was tampered with."""
    written = request.get_signed_cookie(NAME, default=None, max_age=int(LASTS.total_seconds()))
    return UUID(written) if written else None


def remember(answer: HttpResponse, account: UUID) -> None:
    """Let the cookie name this account."""
    secure = bool(getattr(settings, "SESSION_COOKIE_SECURE", False))
    answer.set_signed_cookie(NAME, str(account), max_age=LASTS, httponly=True, samesite="Lax", secure=secure)


def forget(answer: HttpResponse) -> None:
    """Let the cookie go."""
    answer.delete_cookie(NAME, samesite="Lax")
