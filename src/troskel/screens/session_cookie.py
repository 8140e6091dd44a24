# SPDX-License-Identifier: EUPL-1.2
"""The cookies of a session: the secret of one on the server, and in the demo the person that was chosen.

The session's cookie holds when it was last used, signed, so that an idle session is over without a write a page. Its
secret is random: whoever knows the signing key can forge no session.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from troskel.ground import clock
from troskel.screens.cookies import full_name

COOKIE_NAME = "troskel_account"
"""The demo's. It is honoured in the demo alone."""
COOKIE_LIFETIME = timedelta(hours=12)
SESSION = "troskel_session"


def account_of(request: HttpRequest) -> UUID | None:
    """Returns the account of the demo's cookie; None outside the demo, without a cookie, or with an invalid one."""
    if not settings.DEMO:
        return None
    value = request.get_signed_cookie(COOKIE_NAME, default=None, max_age=int(COOKIE_LIFETIME.total_seconds()))
    return UUID(value) if value else None


def set_cookie(answer: HttpResponse, account: UUID) -> None:
    """Sets the demo's cookie to this account."""
    answer.set_signed_cookie(
        COOKIE_NAME,
        str(account),
        max_age=COOKIE_LIFETIME,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def session_of(request: HttpRequest) -> tuple[str, datetime] | None:
    """Returns the secret of the session's cookie, and when it was last used; None where it is missing or forged."""
    try:
        secret, _, seen = _signer().unsign(request.COOKIES.get(full_name(SESSION), "")).rpartition(":")
        return secret, datetime.fromtimestamp(int(seen), UTC)
    except (BadSignature, ValueError, OverflowError):
        return None


def keep(answer: HttpResponse, secret: str, expires: datetime) -> None:
    """Sets the session's cookie: it has been used now."""
    now = clock.now()
    answer.set_cookie(
        full_name(SESSION),
        _signer().sign(f"{secret}:{int(now.timestamp())}"),
        max_age=max(expires - now, timedelta(0)),
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def delete_cookie(answer: HttpResponse) -> None:
    """Deletes both cookies."""
    for name in (COOKIE_NAME, full_name(SESSION)):
        answer.set_cookie(
            name,
            max_age=0,
            expires="Thu, 01 Jan 1970 00:00:00 GMT",
            httponly=True,
            samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )


def _signer() -> Signer:
    return Signer(salt=SESSION)
