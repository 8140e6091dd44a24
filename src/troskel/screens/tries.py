# SPDX-License-Identifier: EUPL-1.2
"""How often signing in may fail, and what the security log says of it.

Failures are counted by browser: one in which somebody has signed in here before is known by a cookie, and has a count
of its own. All other browsers at an address share one, so that whoever guesses from an office's network stops new
browsers there for a while, never those in use. No failure is counted against a person from everywhere: nobody can lock
another out. The counts lie in the memory of the process, and are few.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from troskel.ground import clock, counters
from troskel.ground.error_log import FIELDS
from troskel.screens.cookies import full_name

WINDOW = timedelta(minutes=15)
MOST_OF_ADDRESS = 20
MOST_OF_BROWSER = 10
MOST_OF_PERSON = 5
"""Failures in the window: of one address, of a known browser, and of one person at either."""
REMEMBERED = 20_000
"""Counts at most; the oldest goes first."""
KNOWN_BROWSER = "troskel_browser"
KNOWN_FOR = timedelta(days=180)

_log = logging.getLogger("troskel.security")
_failures: OrderedDict[str, deque[datetime]] = OrderedDict()
_lock = threading.Lock()


def wait(request: HttpRequest, person: str = "") -> int:
    """Returns for how many seconds this browser must wait before it tries again; 0: it may try now."""
    now = clock.now()
    with _lock:
        seconds = max(_wait(key, most, now) for key, most in _keys(request, person))
    if seconds:
        limit_met("sign_in", request)
    return seconds


def limit_met(limit: str, request: HttpRequest) -> None:
    """Counts a request that met a limit, and writes it in the security log."""
    counters.count_limit(limit)
    _log.warning("limit met", extra={FIELDS: {"limit": limit, "from": _mark(caller(request))}})


def failed(request: HttpRequest, method: str, reason: str, person: str = "") -> None:
    """Counts a failure, and writes it in the security log: no name, no address, but which failures are of one."""
    now = clock.now()
    with _lock:
        for key, _most in _keys(request, person):
            times = _failures.setdefault(key, deque(maxlen=MOST_OF_ADDRESS))
            times.append(now)
            _failures.move_to_end(key)
        while len(_failures) > REMEMBERED:
            _failures.popitem(last=False)
    counters.count_sign_in(method, "refused")
    fields = {"method": method, "reason": reason, "from": _mark(caller(request))}
    _log.warning("sign-in refused:", extra={FIELDS: fields})


def succeeded(request: HttpRequest, response: HttpResponse, login: str, method: str) -> None:
    """Forgets the failures of the person in this browser, which is known from now on."""
    counters.count_sign_in(method, "done")
    with _lock:
        for key, _most in _keys(request, login)[1:]:
            _failures.pop(key, None)
    response.set_cookie(
        full_name(KNOWN_BROWSER),
        _signer().sign(login),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


def token_refused(request: HttpRequest) -> None:
    """Writes in the security log that a token was sent that is none, or none any more."""
    counters.count_sign_in("token", "refused")
    _log.warning("token refused:", extra={FIELDS: {"from": _mark(caller(request))}})


def forget_all() -> None:
    """Forgets every count."""
    with _lock:
        _failures.clear()


def caller(request: HttpRequest) -> str:
    """Returns the address that calls; behind a proxy of TROSKEL_PROXIES, what that one says."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _keys(request: HttpRequest, person: str) -> list[tuple[str, int]]:
    try:
        place, most = (
            f"browser {_signer().unsign(request.COOKIES.get(full_name(KNOWN_BROWSER), ''))}",
            MOST_OF_BROWSER,
        )
    except BadSignature:
        place, most = f"address {caller(request)}", MOST_OF_ADDRESS
    keys = [(_mark(place), most)]
    return [*keys, (_mark(f"{place} {person}"), MOST_OF_PERSON)] if person else keys


def _wait(key: str, most: int, now: datetime) -> int:
    times = [at for at in _failures.get(key, ()) if now - at < WINDOW]
    if len(times) < most:
        return 0
    return int((times[-most] + WINDOW - now).total_seconds()) + 1


def _mark(text: str) -> str:
    """What stands for an address: the same for the same one, and nobody reads which."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]


def _signer() -> Signer:
    return Signer(salt=KNOWN_BROWSER)
