# SPDX-License-Identifier: EUPL-1.2
"""The address of locks, taken apart. It may hold a password: it is never repeated, in an error neither."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from troskel.access.locks.remote import NAME, Limits

LIMITS = {
    "patience": (1, 120),
    "settle": (1, 600),
    "fresh": (10, 7 * 86400),
    "polls": (0, 1440),
    "poll_after": (10, 86400),
}
"""What every make can be told after the question mark: lowest and highest."""


class LocksAddress(NamedTuple):
    """A URL, taken apart. `options`: what the make itself is told. `serials`: how its locks' begin; none: anyhow."""

    scheme: str
    host: str
    port: int | None
    path: str
    user: str
    password: str
    limits: Limits
    options: dict[str, str]
    serials: tuple[str, ...] = ()

    def has_only(self, *known: str) -> None:
        """Raise ValueError where an option has no meaning here."""
        if unknown := sorted(self.options.keys() - set(known)):
            raise ValueError(f"has {unknown[0][:20]!r} after the question mark, which means nothing here")


def address(url: str, schemes: Container[str]) -> LocksAddress:
    """Takes a URL apart. Raises ValueError with what is wrong, and never the URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is no URL") from None
    if parts.scheme not in schemes:
        raise ValueError("is no kind of lock that is known")
    if not parts.hostname or parts.fragment:
        raise ValueError("names no host, or has a # in it: write scheme://user:password@host:port/")
    options = _options(parts)
    limits = Limits(**{name: _limit(name, options.pop(name)) for name in LIMITS if name in options})
    serials = _serials(options.pop("serials")) if "serials" in options else ()
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return LocksAddress(
        parts.scheme, parts.hostname, port, parts.path, user, password, limits, options, serials
    )


def _options(parts: SplitResult) -> dict[str, str]:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError("has no name=value after the question mark") from None
    if len(dict(pairs)) < len(pairs):
        raise ValueError("says something twice after the question mark")
    return dict(pairs)


def _serials(text: str) -> tuple[str, ...]:
    serials = tuple(text.split(","))
    if not all(NAME.fullmatch(one) for one in serials):
        raise ValueError("has serials= with something else than how serials begin, with commas between")
    return serials


def _limit(name: str, text: str) -> int:
    lowest, highest = LIMITS[name]
    if not (text.isascii() and text.isdecimal() and lowest <= int(text) <= highest):
        raise ValueError(f"has {name}={text[:20]!r}: write a whole number from {lowest} to {highest}")
    return int(text)
