# SPDX-License-Identifier: EUPL-1.2
"""Brings a backup back into an empty place, verifies it there, and tries that the newest can be brought back."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

from troskel.ground.backup_files import backups
from troskel.keeping.backup import (
    DATABASE,
    CannotKeep,
    Heads,
    postgresql_environment,
    programme,
    run,
    unpacked,
)
from troskel.keeping.telling import Tell, file_growing, telling

PROGRAM = "import sys; from troskel.cli.main import main; sys.exit(main(sys.argv[1:]))"
DRILL_DATABASE = "troskel_drill"


class Place(NamedTuple):
    """Where a backup is brought back to. `described`: Django's settings for it."""

    described: dict[str, Any]

    @property
    def kind(self) -> str:
        return "postgresql" if self.described["ENGINE"].endswith("postgresql") else "sqlite"

    @property
    def url(self) -> str:
        """As TROSKEL_DATABASE is written."""
        described = self.described
        if self.kind == "sqlite":
            return f"sqlite:///{quote(str(described['NAME']))}"
        told = {"host": described["HOST"], "port": described["PORT"], **_ssl(described)}
        who = quote(described["USER"], safe="")
        password = f":{quote(described['PASSWORD'], safe='')}" if described["PASSWORD"] else ""
        options = urlencode({name: value for name, value in told.items() if value})
        return f"postgresql://{who}{password}@/{quote(described['NAME'], safe='')}?{options}"


class Restored(NamedTuple):
    """What was brought back: seconds to bring back and to verify, and what is wrong with it."""

    made: str
    lines: int
    restoring: float
    verifying: float
    wrong: list[str]


def restore(path: Path, place: Place, identities: Sequence[Path], tell: Tell) -> Restored:
    """Brings the backup back into the place, and verifies it there. Raises CannotKeep where something is there.

    The other parts (routines, settings, signed heads) are put beside a SQLite file, in `….restored`.
    """
    _refuse_what_is_there(place)
    began = time.monotonic()
    with unpacked(path, identities, tell) as (parts, about):
        if about["database"] != place.kind:
            raise CannotKeep(f"it is a backup of {about['database']}: name such a place")
        part = parts / DATABASE[place.kind]
        with telling(_bringing_back(place, part.stat().st_size), tell):
            if place.kind == "sqlite":
                _put_sqlite(part, Path(place.described["NAME"]))
            else:
                options = ["--exit-on-error", "--no-owner", f"--dbname={place.described['NAME']}"]
                run([programme("pg_restore"), *options, str(part)], postgresql_environment(place.described))
        restoring = time.monotonic() - began
        tell("verifying: journal, duties and rows")
        began = time.monotonic()
        wrong = [*_other_heads(place, about["heads"]), *_verify(place, parts, tell)]
        if place.kind == "sqlite":
            part.unlink()
            shutil.copytree(parts, beside := f"{place.described['NAME']}.restored")
            os.chmod(beside, 0o700)
    lines = sum(head[2] for head in about["heads"])
    return Restored(about["made"], lines, restoring, time.monotonic() - began, wrong)


def drill(folder: Path, place: Place, identities: Sequence[Path], tell: Tell) -> tuple[Path, Restored]:
    """Brings the newest backup of the folder back to a temporary place, verifies it, and removes it again.

    `place`: today's database; of PostgreSQL another one is made beside it for the while.
    """
    found = list(backups(folder))
    if not found:
        raise CannotKeep(f"there is no backup in {folder}")
    newest = found[-1]
    tell(f"the newest is {newest.name}")
    if place.kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="troskel-drill-") as work:
            file = Path(work) / "drill.sqlite3"
            there = Place({**place.described, "NAME": str(file)})
            return newest, restore(newest, there, identities, tell)
    there = Place({**place.described, "NAME": DRILL_DATABASE})
    _on_server(place, f"CREATE DATABASE {DRILL_DATABASE} ENCODING 'UTF8' TEMPLATE template0")
    try:
        return newest, restore(newest, there, identities, tell)
    finally:
        _on_server(place, f"DROP DATABASE {DRILL_DATABASE}")


def _refuse_what_is_there(place: Place) -> None:
    if place.kind == "sqlite":
        file = Path(place.described["NAME"])
        beside = [file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", ".restored"))]
        there = [str(one) for one in beside if one.exists()]
        if there:
            raise CannotKeep(f"{', '.join(there)} is there: move it aside, or name another place")
        return
    try:
        with closing(_connected(place)) as other:
            count = other.execute(
                "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            ).fetchone()
    except psycopg.Error as error:
        raise CannotKeep(f"the database can't be reached: {str(error).strip().splitlines()[0]}") from None
    if count and count[0]:
        raise CannotKeep(
            f"the database {place.described['NAME']} has {count[0]} tables: name an empty one (createdb)"
        )


def _put_sqlite(part: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with (
        part.open("rb") as source,
        open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as target,
    ):
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())


def _connected(place: Place) -> Any:
    described = place.described
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    told = {name: described[field] for name, field in named.items() if described.get(field)}
    return psycopg.connect(make_conninfo(**told, **_ssl(described)), autocommit=True)


def _ssl(described: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in described["OPTIONS"].items() if name.startswith("ssl")}


def _on_server(place: Place, statement: str) -> None:
    try:
        with closing(_connected(place)) as server:
            server.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        raise CannotKeep(
            f"its user may make no database: ALTER ROLE {place.described['USER']} CREATEDB, or 'troskel restore'"
        ) from None
    except psycopg.Error as error:
        raise CannotKeep(f"{statement.split(' ENCODING')[0]}: {str(error).strip().splitlines()[0]}") from None


def _other_heads(place: Place, told: Heads) -> list[str]:
    """How the chains' heads differ from those that the backup tells."""
    query = "SELECT municipality, kind, number, hash FROM journal_chain ORDER BY municipality, kind"
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.described["NAME"])) as copy:
            found = [list(row) for row in copy.execute(query)]
    else:
        with closing(_connected(place)) as copy:
            found = [list(row) for row in copy.execute(query).fetchall()]
    return [] if found == told else ["the chains do not end where the backup says that they end"]


def _bringing_back(place: Place, total: int) -> Callable[[], str]:
    """The words of bringing back: PostgreSQL's own size would be asked for by a connection more."""
    what = "bringing the database back"
    return (
        file_growing(what, Path(place.described["NAME"]), total) if place.kind == "sqlite" else lambda: what
    )


def _verify(place: Place, parts: Path, tell: Tell) -> list[str]:
    """What `journal verify` says of what was brought back, by the heads that were signed before the backup."""
    heads, key = parts / "heads.jsonl", parts / "journal.pub"
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TROSKEL_")}
    kept.pop("CREDENTIALS_DIRECTORY", None)
    environment = kept | {
        "TROSKEL_DATABASE": place.url,
        "TROSKEL_HEADS": str(heads),
        "TROSKEL_JOURNAL_KEY": secrets.token_hex(32),  # it signs nothing
        "TROSKEL_SECRET": secrets.token_hex(32),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    if settings.TROSKEL_RETENTION:
        environment["TROSKEL_RETENTION"] = str(settings.TROSKEL_RETENTION)
    command = [sys.executable, "-c", PROGRAM, "journal", "verify", "--all", "--key", str(key)]
    wrong = []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        with subprocess.Popen(
            command, env=environment, stdout=out, stderr=subprocess.PIPE, text=True
        ) as verifying:
            assert verifying.stderr is not None
            for line in map(str.rstrip, verifying.stderr):
                tell(line)
                wrong.append(line)
        if verifying.returncode == 0:
            return []
        out.seek(0)
        return out.read().strip().splitlines() or wrong[-1:] or ["it could not be verified"]
