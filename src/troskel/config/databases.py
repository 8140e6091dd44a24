# SPDX-License-Identifier: EUPL-1.2
"""Turns `TROSKEL_DATABASE` into Django's settings, with the options that both databases are tested with."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

URL_FORMS = (
    "sqlite:///folder/file.sqlite3 (four slashes for an absolute path) or postgresql://user@host:5432/name"
)

# WAL and IMMEDIATE together: otherwise a transaction that reads before it writes fails with "locked", without waiting.
# FULL: an act that was answered is on disk, even after a power cut.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
WITHOUT_JIT = "-c jit=off"
# Without JIT: it compiles for seconds what runs for milliseconds, since Sight's conditions look dear to the planner.
POSTGRESQL_OPTIONS = {
    "server_side_binding": True,
    "prepare_threshold": 5,
    "options": WITHOUT_JIT,
    "connect_timeout": 5,
}

VERIFIED = {"sslmode": "verify-full", "sslrootcert": "system"}
"""Of a server on another machine: TLS, with a certificate that this machine trusts and that names the host."""


def database(url: str) -> dict[str, Any]:
    """Returns Django's settings for the database at `url`. Raises ValueError for an unknown form."""
    scheme = url.partition(":")[0]
    if scheme == "sqlite" and url.startswith("sqlite:///"):
        return {**_sqlite(url), "CONN_MAX_AGE": None, "ATOMIC_REQUESTS": False}
    if scheme in ("postgresql", "postgres") and "://" in url:
        return {**_postgresql(url), "CONN_MAX_AGE": None, "ATOMIC_REQUESTS": False}
    raise ValueError(f"begins with {scheme!r}: write {URL_FORMS}")  # the rest may hold a password


def waiting(described: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Returns Django's settings for a database, with the longest that a transaction waits for another."""
    options = dict(described["OPTIONS"])
    if described["ENGINE"].endswith("sqlite3"):
        options["timeout"] = seconds
    elif options["options"] == WITHOUT_JIT:
        options["options"] += f" -c lock_timeout={int(seconds * 1000)}"
    return {**described, "OPTIONS": options}


def _sqlite(url: str) -> dict[str, Any]:
    path = unquote(url.removeprefix("sqlite:///"))
    if not path or path.endswith("/"):
        raise ValueError(f"names no file: write {URL_FORMS}")
    return {
        "ENGINE": "troskel.ground.sqlite3",
        "NAME": str(Path(path).absolute()),
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ValueError(f"names no database: write {URL_FORMS}")
    options = dict(
        parse_qsl(parts.query, keep_blank_values=True)
    )  # ?host=/folder/of/socket, sslmode and other options of libpq
    host = options.pop("host", None) or unquote(parts.hostname or "")
    verified = VERIFIED if _is_elsewhere(host) and "sslmode" not in options else {}
    port = options.pop("port", None) or str(parts.port or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**POSTGRESQL_OPTIONS, **verified, **options},
    }


def _is_elsewhere(host: str) -> bool:
    """Is it another machine? A socket's folder and the names of this one are not."""
    if not host or host.startswith("/"):
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
