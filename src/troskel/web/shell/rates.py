# SPDX-License-Identifier: EUPL-1.2
"""Middleware: how many requests a token, and an address, may make (429).

Each has a bucket that fills at a steady rate, and holds the requests of one minute. The buckets lie in the memory of
the process. The pages' own files cost nothing.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from troskel.screens import tries

REMEMBERED = 20_000
"""Buckets at most; the one that was used longest ago goes first, and is full when it comes back."""
SECONDS = 60
TOO_OFTEN = "Det gick för fort. Vänta lite. (Too many requests: wait a little.)\n"


class Buckets:
    """A bucket for each key, with `size` requests a minute. `now`: seconds that never go back."""

    def __init__(self, size: int, now: Callable[[], float] = time.monotonic) -> None:
        self.size = size
        self.now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> int:
        """Takes a request from the bucket of each key. Returns 0, or after how many seconds there is one in all."""
        now, rate = self.now(), self.size / SECONDS
        with self._lock:
            left = [self._left(key, now, rate) for key in keys]
            missing = max(1 - least for least in left)
            taken = 1 if missing <= 0 else 0
            for key, held in zip(keys, left, strict=True):
                self._buckets[key] = held - taken, now
                self._buckets.move_to_end(key)
            while len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        return 0 if taken else ceil(missing / rate)

    def _left(self, key: str, now: float, rate: float) -> float:
        held, since = self._buckets.get(key, (float(self.size), now))
        return min(float(self.size), held + (now - since) * rate)


class Rates:
    """Answers 429, and when to try again, to who asks too often. Off in a program of one's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        limited = settings.TROSKEL_THREADS and settings.TROSKEL_REQUESTS
        self.buckets = Buckets(settings.TROSKEL_REQUESTS) if limited else None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.buckets is None or request.path_info.startswith(settings.STATIC_URL):
            return self.get_response(request)
        keys = [f"address {tries.caller(request)}"]
        if token := request.META.get("HTTP_AUTHORIZATION", ""):
            keys.append(hashlib.sha256(token.encode()).hexdigest())
        seconds = self.buckets.wait(*keys)
        if not seconds:
            return self.get_response(request)
        tries.limit_met("requests", request)
        response = HttpResponse(
            "Det gick för fort. Vänta lite.\n", content_type="text/plain; charset=utf-8", status=429
        )
        response["Retry-After"] = str(seconds)
        return response
