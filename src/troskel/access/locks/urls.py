# SPDX-License-Identifier: EUPL-1.2
"""Which locks a URL means: `mqtt+nuki://…`, `mqtt+homeassistant://…`, `https://…`, or `none`.

A URL may hold a password: it is never repeated, in an error neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from troskel.access.drivers import LockDriver, NoLocks
from troskel.access.locks.records import LockRecords
from troskel.access.locks.remote import Limits, LockLink, RemoteLocks

LIMITS = {"patience": (1, 120), "fresh": (10, 7 * 86400), "polls": (0, 1440), "poll_after": (10, 86400)}
"""The parts of a URL's query that every make has: lowest and highest."""


class Address(NamedTuple):
    """A URL, taken apart. `options`: what the make itself is told."""

    scheme: str
    host: str
    port: int | None
    path: str
    user: str
    password: str
    limits: Limits
    options: dict[str, str]

    def none_left(self, *known: str) -> None:
        """Raise where an option has no meaning here."""
        if unknown := sorted(self.options.keys() - set(known)):
            raise ValueError(f"has {unknown[0]!r} after the question mark, which means nothing here")


Make = Callable[[Address], LockLink]
MAKES: dict[str, Make] = {}
"""The links, by the scheme of the URL."""


def address(url: str) -> Address:
    """Takes a URL apart. Raises ValueError with what is wrong, and never the URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is no URL") from None
    if parts.scheme not in MAKES:
        raise ValueError(f"is no kind of lock: write none, or a URL with {', '.join(sorted(MAKES))}")
    if not parts.hostname or parts.fragment:
        raise ValueError("names no host, or has a # in it: write scheme://user:password@host:port/")
    options = _options(parts)
    limits = Limits(**{name: _limit(name, options.pop(name)) for name in LIMITS if name in options})
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.scheme, parts.hostname, port, parts.path, user, password, limits, options)


def _options(parts: SplitResult) -> dict[str, str]:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError("has no name=value after the question mark") from None
    if len(dict(pairs)) < len(pairs):
        raise ValueError("says something twice after the question mark")
    return dict(pairs)


def _limit(name: str, text: str) -> int:
    lowest, highest = LIMITS[name]
    if not (text.isascii() and text.isdecimal() and lowest <= int(text) <= highest):
        raise ValueError(f"has {name}={text[:20]!r}: write a whole number from {lowest} to {highest}")
    return int(text)


def checked(text: str) -> str:
    """Returns the text where locks can be reached by it. Raises ValueError."""
    driver_of(text, lambda: None)  # type: ignore[arg-type,return-value]
    return text


def driver_of(url: str, records: Callable[[], LockRecords]) -> LockDriver:
    """Returns the driver of the locks behind a URL. Nothing is connected to yet. Raises ValueError."""
    if url == "none":
        return NoLocks()
    where = address(url)
    return RemoteLocks(MAKES[where.scheme](where), records(), where.limits)
