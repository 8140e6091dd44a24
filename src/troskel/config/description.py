# SPDX-License-Identifier: EUPL-1.2
"""Every setting, described once: `settings.py` reads them by it, `troskel settings` makes docs/settings.md of it."""

from __future__ import annotations

import re
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import urlsplit

from troskel.config.databases import database
from troskel.ground.environment import (
    Parse,
    Setting,
    flag,
    folder,
    instant,
    journal_key,
    names,
    one_of,
    signing_secret,
)


def municipality_code(text: str) -> str:
    """Parses a municipality's code."""
    if not re.fullmatch(r"\d{4}", text, re.ASCII):
        raise ValueError(f"is {text!r}: a municipality's code is four digits")
    return text


def mail_server(text: str) -> str:
    """Checks the address of a mail server; it may hold a password, and is never repeated."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        is_one = is_one and parts.query in ("", "tls=none")
    except ValueError:
        is_one = False
    if not is_one:
        raise ValueError("is no mail server: write smtp://host:port or smtps://user:password@host")
    return text


def mail_address(text: str) -> str:
    """Parses the address of a sender."""
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", parseaddr(text)[1]):
        raise ValueError(
            f"is {text!r}: write an address, as troskel@annanby.se or Tröskel <troskel@annanby.se>"
        )
    return text


def mail_addresses(text: str) -> list[str]:
    """Parses addresses with commas between."""
    return [mail_address(one) for one in names(text)]


def proxies(text: str) -> frozenset[str]:
    """Parses the addresses of the web servers in front."""
    try:
        return frozenset(str(ip_address(name)) for name in names(text))
    except ValueError:
        raise ValueError(f"is {text!r}: write addresses with commas between, as 127.0.0.1") from None


def whole_number(lowest: int, highest: int) -> Parse:
    """Parses a number; 0 where none is set."""

    def parse(text: str) -> int:
        if text == "0" or (text.isdecimal() and lowest <= int(text) <= highest):
            return int(text)
        raise ValueError(f"is {text!r}: write a whole number from {lowest} to {highest}")

    return parse


def locks(text: str) -> str:
    """Checks which locks are meant; a URL may hold a password, and is never repeated."""
    if text in ("", "simulated", "none"):
        return text
    from troskel.access.locks.urls import links_of  # what speaks to locks is loaded where there are any

    try:
        links_of(text)
    except ValueError as wrong:
        raise ValueError(f"{wrong}; or write simulated or none") from None
    return text


def seconds(text: str) -> float:
    """Parses a time to wait."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 3600:
        raise ValueError(f"is {text!r}: write seconds, from 0.1 to 3600")
    return number


SETTINGS = (
    Setting(
        "TROSKEL_PRODUCTION",
        "`true` where clients are real: cookies over TLS alone, no demo, no simulated locks, no moved clock",
        flag,
        default_says="false",
    ),
    Setting(
        "TROSKEL_DATABASE",
        "`sqlite:///folder/file.sqlite3` (four slashes for an absolute path) or "
        "`postgresql://user:password@host:5432/name` (on another machine with TLS and its certificate verified, unless "
        "`?sslmode=…` says otherwise)",
        database,
        default="sqlite:///data/troskel.sqlite3",
        is_secret=True,
    ),
    Setting(
        "TROSKEL_SECRET",
        "signs cookies: at least 32 characters that nobody can guess. Outside production a random one is made, in a "
        "file beside the SQLite file (`….secret`), or in `data/troskel.secret` with PostgreSQL",
        signing_secret,
        default_says="a random one",
        is_secret=True,
        in_production="required",
    ),
    Setting(
        "TROSKEL_SECRET_PREVIOUS",
        "the secret before, while it is changed: what it has signed holds on, for the twelve hours of a session",
        signing_secret,
        default_says="none",
        is_secret=True,
    ),
    Setting(
        "TROSKEL_HOSTS",
        "the host names that it answers to, with commas between",
        names,
        default="localhost,127.0.0.1,[::1]",
        in_production="required",
    ),
    Setting(
        "TROSKEL_PROXIES",
        "the addresses of the web servers in front: their `X-Forwarded-Proto` and `X-Forwarded-For` are believed, "
        "nobody else's",
        proxies,
        default="127.0.0.1,::1",
    ),
    Setting(
        "TROSKEL_METRICS_FROM",
        "the addresses that `/-/metrics` answers, with commas between; this machine's own count only where no web "
        "server has handed the request on",
        proxies,
        default="127.0.0.1,::1",
    ),
    Setting(
        "TROSKEL_METRICS_TOKEN",
        "or it answers whoever sends this as `Authorization: Bearer …`: at least 32 characters",
        signing_secret,
        default_says="none",
        is_secret=True,
    ),
    Setting(
        "TROSKEL_LOG",
        "how log lines are written: `text` or `json`",
        one_of("text", "json"),
        default="text",
    ),
    Setting(
        "TROSKEL_STATIC",
        "the folder of the pages' files in production, filled by `troskel static`",
        folder,
        default_says="`static` beside the SQLite file, or in `data`",
    ),
    Setting(
        "TROSKEL_MUNICIPALITY",
        "the municipality that commands and the demo's start page are about",
        municipality_code,
        default="0999",
    ),
    Setting(
        "TROSKEL_SMTP",
        "`smtp://host:port` (STARTTLS, which a server on another machine must offer) or `smtps://user:password@host`; "
        "`?tls=none` after it sends in the clear",
        mail_server,
        default="smtp://127.0.0.1:1025",
        is_secret=True,
    ),
    Setting(
        "TROSKEL_MAIL_FROM",
        "the sender of e-mail, for municipalities that have no own",
        mail_address,
        default="troskel@example.org",
    ),
    Setting(
        "TROSKEL_LETTER_BOX",
        "a folder for e-mail instead of a mail server; `demo` sets it unless `TROSKEL_SMTP` is set",
        folder,
        default_says="none",
    ),
    Setting(
        "TROSKEL_RETENTION",
        "a folder with your own retention plans, `retention-<first day>.toml`",
        folder,
        default_says="those that are shipped",
    ),
    Setting(
        "TROSKEL_JOURNAL_KEY",
        "signs the journal's heads ([the journal](journal.md)): 64 hexadecimal digits. Without one a random one is "
        "made, in a file beside the SQLite file (`….journal-key`), or in `data/troskel.journal-key` with PostgreSQL",
        journal_key,
        default_says="a random one",
        is_secret=True,
    ),
    Setting(
        "TROSKEL_HEADS",
        "the file to which signed heads are appended: where the database's owner can only add",
        folder,
        default_says="`….heads` beside the SQLite file, or `data/troskel.heads`",
    ),
    Setting(
        "TROSKEL_HEADS_TO",
        "the addresses that signed heads are sent to, with commas between",
        mail_addresses,
        default_says="none",
    ),
    Setting(
        "TROSKEL_BACKUP",
        "the folder of backups ([backup](backup.md))",
        folder,
        default_says="none: `troskel backup` names one",
    ),
    Setting(
        "TROSKEL_BACKUP_TO",
        "who can read backups: recipients of age (`age1…`, `ssh-ed25519 …`), with commas between",
        names,
        default_says="none: `troskel backup` names them",
    ),
    Setting(
        "TROSKEL_LOCKS",
        "which locks `POST /phone/open` reaches ([locks](locks.md)): `simulated` (refused in production), `none`, or a "
        "URL as `mqtt+nuki://user:password@host/`, `mqtt+homeassistant://…` or `https://:key@host/`; several with a "
        "space or a new line between, each with `serials=`",
        locks,
        default_says="`simulated`; in production `none`",
        is_secret=True,
    ),
    Setting(
        "TROSKEL_WORKERS",
        "processes of `serve` that answer; as many as processors at most",
        whole_number(1, 64),
        default="1",
    ),
    Setting(
        "TROSKEL_THREADS",
        "threads of each: five of eight may change something at a time, two never wait for the database",
        whole_number(4, 256),
        default="0",
        default_says="`16` under `serve`",
    ),
    Setting(
        "TROSKEL_REQUESTS",
        "requests a minute of one token, and of one address, in each process; more get 429. `0`: no limit",
        whole_number(60, 1_000_000),
        default="3000",
    ),
    Setting(
        "TROSKEL_SESSIONS",
        "in how many browsers a person can be signed in at a time; one more ends the oldest. `0`: no limit",
        whole_number(1, 100),
        default="5",
    ),
    Setting(
        "TROSKEL_WAIT",
        "the longest that a transaction waits for another, in seconds; then the answer is 503, or the command ends",
        seconds,
        default="20",
        default_says="`5` under `serve`, else `20`",
    ),
    Setting(
        "TROSKEL_NOW",
        "an instant with offset at which the clock stands still",
        instant,
        default_says="none",
        in_production="refused",
    ),
    Setting(
        "TROSKEL_DEMO",
        "`true`: anyone can become any of the people; `demo` sets it",
        flag,
        default_says="false",
        in_production="refused",
    ),
    Setting(
        "TROSKEL_DEBUG", "`true`: Django's error pages", flag, default_says="false", in_production="refused"
    ),
    Setting(
        "TROSKEL_SIGN_IN",
        "the file that says how people sign in ([signing in](signing-in.md))",
        default_says="by passkeys alone",
    ),
    Setting(
        "TROSKEL_OIDC_SECRET",
        "the secret by which the sign-in provider knows the program; else it stands in that file",
        default_says="none",
        is_secret=True,
    ),
    Setting(
        "TROSKEL_TEST_POSTGRES",
        "the address of a server for `./dev test` to use, instead of starting one",
        default_says="none",
    ),
)
