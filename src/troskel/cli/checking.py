# SPDX-License-Identifier: EUPL-1.2
"""What `troskel check` looks at, and `serve` before it begins: each finding in plain words, with what to do."""

from __future__ import annotations

import errno
import hashlib
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection

from troskel.cli import checking_kept, tables
from troskel.cli.findings import CheckFinding, missing, note, ok
from troskel.cli.output import CommandError
from troskel.cli.port_owner import owner_of
from troskel.cli.tables import TablesState
from troskel.duties import routines
from troskel.ground import clock
from troskel.journal import queries as journal
from troskel.outbox.email_delivery import SmtpTransport, is_this_machine
from troskel.outbox.worker import TransientFailure
from troskel.people import queries as people

LONGEST_STANDSTILL = timedelta(days=7)
SMTP_SECONDS = 5.0
STAMP = "troskel.sha256"
"""In the folder of the pages' files: of which files it was filled."""


def findings(address: tuple[str, int] | None, *, ask_mail_server: bool) -> Iterator[CheckFinding]:
    """Yields all findings.

    `address`: the host and port to listen on; None: do not try. `ask_mail_server`: connect to it, in some seconds.
    """
    if address is not None:
        yield from port_findings(*address)
    yield from _clock()
    yield from _static_files()
    yield from _mail(ask=ask_mail_server)
    yield from _rights()
    try:
        found = tables.state()
    except CommandError as unreachable:
        yield missing("database", str(unreachable))
        return
    if found is not TablesState.READY:
        yield missing("database", found.value)
        return
    yield ok("database", f"{connection.display_name}, with the tables of this version")
    yield from _log_of_postgresql()
    yield from _municipalities()


def _log_of_postgresql() -> Iterator[CheckFinding]:
    """PostgreSQL logs a refused row's values (a case reference), and those of slow statements, unless it is terse."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('log_error_verbosity'), current_setting('fsync'), current_database(), "
                       "ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")  # fmt: skip
        verbosity, fsync, name, encrypted = cursor.fetchone()
    if fsync != "on":
        words = "PostgreSQL does not write to disk (fsync is off): a power cut loses acts, or all"
        yield missing("database", words) if settings.PRODUCTION else note("database", words)
    if verbosity == "terse":
        yield ok("database's log", "without the values of rows")
    else:
        yield note(
            "database's log",
            "PostgreSQL writes values of refused rows in its own log. As its superuser: "
            f"ALTER DATABASE {connection.ops.quote_name(name)} SET log_error_verbosity = terse",
        )
    host = str(connection.settings_dict["HOST"])
    if not encrypted and host and not host.startswith("/") and not is_this_machine(host):
        yield note("database", f"it is asked at {host} without TLS: leave ?sslmode= out of TROSKEL_DATABASE")


def port_findings(host: str, port: int) -> Iterator[CheckFinding]:
    """Tries the port, as the server itself would not notice that another has it: both would answer, by turns."""
    where = f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listening:
            listening.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # one that has just ended is no other
            listening.bind(address)
            listening.listen()
    except socket.gaierror:
        yield missing(
            "port", f"{host} is no address: write 127.0.0.1 (this machine only) or one of this machine's"
        )
    except OSError as error:
        words = {
            errno.EADDRINUSE: f"{where} is taken: {owner_of(port) or 'another program'} listens there; "
            "stop it, or take another port (--port)",
            errno.EADDRNOTAVAIL: f"{host} is no address of this machine",
            errno.EACCES: f"{where} is for the superuser: take a port above 1023, and put a web server in front",
        }
        yield missing("port", words.get(error.errno or 0, f"{where}: {error.strerror}"))
    else:
        yield ok("port", f"{where} is free")


def _clock() -> Iterator[CheckFinding]:
    seasons = [datetime(2026, month, 1, tzinfo=clock.STOCKHOLM).utcoffset() for month in (1, 7)]
    if seasons != [timedelta(hours=1), timedelta(hours=2)]:
        yield missing("time zone", "Europe/Stockholm is not known here: install the package tzdata again")
    here = clock.now().astimezone()
    if here.utcoffset() != here.astimezone(ZoneInfo("Europe/Stockholm")).utcoffset():
        yield note(
            "time zone",
            f"this machine's is {here.tzname()}: days are Stockholm's all the same, but timers and logs are not "
            "(timedatectl set-timezone Europe/Stockholm)",
        )
    else:
        yield ok("time zone", "as in Stockholm")


def _static_files() -> Iterator[CheckFinding]:
    if not settings.STATIC_ROOT:
        yield ok("pages' files", "taken from where the program lies, outside production")
        return
    stamp = Path(settings.STATIC_ROOT, STAMP)
    if not stamp.is_file():
        yield missing("pages' files", f"there are none in {settings.STATIC_ROOT}: run 'troskel static'")
    elif stamp.read_text(encoding="ascii").strip() != static_digest():
        yield missing(
            "pages' files", f"{settings.STATIC_ROOT} has those of another version: run 'troskel static'"
        )
    else:
        yield ok("pages' files", f"in {settings.STATIC_ROOT}")


def static_digest() -> str:
    """Returns the SHA-256 of all the pages' files, with their names."""
    digest = hashlib.sha256()
    found = {name: storage for finder in get_finders() for name, storage in finder.list([])}
    for name in sorted(found):
        digest.update(name.encode() + b"\0")
        with found[name].open(name) as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def _mail(*, ask: bool) -> Iterator[CheckFinding]:
    described = {setting.name: setting.default for setting in settings.TROSKEL_SETTINGS}
    if settings.TROSKEL_LETTER_BOX:
        yield note("e-mail", f"nobody gets any: it is written to the folder {settings.TROSKEL_LETTER_BOX}")
        return
    if settings.PRODUCTION and described["TROSKEL_SMTP"] == settings.TROSKEL_SMTP:
        yield missing("e-mail", "no mail server is named: set TROSKEL_SMTP (smtp://host:port)")
        return
    if settings.PRODUCTION and described["TROSKEL_MAIL_FROM"] == settings.TROSKEL_MAIL_FROM:
        yield missing("e-mail", "no sender is named: set TROSKEL_MAIL_FROM to an address of your own")
        return
    if not ask:
        return
    transport = SmtpTransport.from_url(
        settings.TROSKEL_SMTP, sender=settings.TROSKEL_MAIL_FROM, timeout=SMTP_SECONDS
    )
    try:
        transport.try_connection()
    except TransientFailure as failure:
        where = f"{transport.host}:{transport.port}"
        words = f"the mail server {where} can't be used ({failure}): e-mail waits in the outbox until it can"
        yield note("e-mail", words)
    else:
        yield ok("e-mail", f"the mail server {transport.host}:{transport.port} answers")


def _rights() -> Iterator[CheckFinding]:
    file = tables.database_file()
    if file is None or not file.exists():
        return
    open_to_others = [
        part.name
        for part in (file, *(file.with_name(f"{file.name}-{kind}") for kind in ("wal", "shm")))
        if part.exists() and part.stat().st_mode & 0o077
    ]
    if open_to_others:
        words = f"others on this machine may read {', '.join(open_to_others)}: chmod 600 in {file.parent}"
        yield missing("rights", words) if settings.PRODUCTION else note("rights", words)
    else:
        yield ok("rights", f"{file} is its owner's alone")


def _municipalities() -> Iterator[CheckFinding]:
    codes = people.municipalities()
    if not codes:
        yield note("municipality", "there is none yet: 'troskel begin'")
    for code in codes:
        head = journal.last_recorded(code)
        if head is not None and head > clock.now():
            now = f"{clock.now():%Y-%m-%d %H:%M}"
            words = (
                f"this machine's is {now} UTC, and {code} has an act of {head:%Y-%m-%d %H:%M}: set the clock"
            )
            yield missing("clock", words) if settings.PRODUCTION else note("clock", words)
        elif head is not None and clock.now() - head > LONGEST_STANDSTILL:
            days = (clock.now() - head).days
            yield note("clock", f"nothing has happened in {code} for {days} days: is the clock right?")
        for night in people.unfinished_nights(code):
            words = (
                "has stopped: the administrator releases or rejects it on the page of nights"
                if night.is_stopped
                else "was broken off: import the same files again, and it goes on where it was"
            )
            yield note("night", f"{code}'s night of {night.day} {words}")
        newest = routines.approved_last(code)
        if settings.PRODUCTION and newest is not None and newest.header.id == routines.shipped().header.id:
            yield note(
                "routine", f"{code} follows Tröskelby's routine, not its own: 'troskel routine propose FILE'"
            )
    if codes:
        yield ok("municipality", ", ".join(codes))
    yield from checking_kept.findings(codes)
