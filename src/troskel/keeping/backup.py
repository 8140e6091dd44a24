# SPDX-License-Identifier: EUPL-1.2
"""A backup while it is being served: the database, settings, routines and signed heads, in one encrypted file."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

import pyrage
from django.conf import settings
from django.db import connection, transaction

from troskel.duties.models import RoutineVersion
from troskel.ground import clock
from troskel.ground.backup_files import backups
from troskel.journal.models import Chain
from troskel.keeping import heads
from troskel.keeping.telling import Counted, Tell, file_growing, telling
from troskel.retention import plans

FORM = "troskel backup 1"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""The name of the database within a backup."""

Heads = list[list[Any]]
"""Of each chain: municipality, kind, number and hash of its head."""


class CannotKeep(RuntimeError):
    """A backup can't be made, or brought back. The message tells what is wrong and what to do, and no secret."""


class Backup(NamedTuple):
    """A backup that has been made. `lines`: the lines of all chains in it."""

    path: Path
    size: int
    lines: int
    pruned: list[Path]


class Keep(NamedTuple):
    """How many days, weeks and months back one backup each is kept."""

    daily: int
    weekly: int
    monthly: int


def make(
    folder: Path,
    recipients: Sequence[str],
    keep: Keep | None,
    *,
    plain: bool = False,
    tell: Tell = lambda _: None,
) -> Backup:
    """Makes a backup in the folder, and removes those that need not be kept. Raises CannotKeep, OSError.

    `recipients`: age's public keys; whoever has one of their identities can read it. `plain`: nobody needs one.
    """
    keys = _recipients(recipients)
    if not keys and not plain:
        raise CannotKeep(
            "for whom is it encrypted? Set TROSKEL_BACKUP_TO or --recipient ('troskel backup key FILE' makes a pair), "
            "or say --plain"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = clock.now()
    path = folder / f"troskel-{made.astimezone(UTC):%Y%m%dT%H%M%S}Z.tar.gz{'' if plain else '.age'}"
    if path.exists():
        raise CannotKeep(f"{path} is there already")
    with tempfile.TemporaryDirectory(prefix=".troskel-", dir=folder) as work:
        found = _write_parts(Path(work), made, tell)
        packed = Path(work) / "packed"
        _pack(Path(work), packed, tell)
        ready = packed if plain else Path(work) / "encrypted"
        if not plain:
            with telling(file_growing("encrypting", ready, packed.stat().st_size), tell):
                pyrage.encrypt_file(str(packed), str(ready), keys)
        ready.chmod(0o600)
        with ready.open("rb") as file:
            os.fsync(file.fileno())
        size = ready.stat().st_size
        ready.rename(path)
    pruned = prune(folder, keep) if keep else []
    return Backup(path, size, sum(head[2] for head in found), pruned)


def prune(folder: Path, keep: Keep) -> list[Path]:
    """Removes the backups that need not be kept; returns them. Other files are left."""
    found = backups(folder)
    kept = to_keep(found.values(), keep)
    gone = [path for path, made in found.items() if made not in kept]
    for path in gone:
        path.unlink()
    return gone


def to_keep(made: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Of these backups, the newest of each of the last days, weeks and months that have one; always the newest."""
    newest_first = sorted(made, reverse=True)
    kept = set(newest_first[:1])
    for number, form in ((keep.daily, "%Y-%m-%d"), (keep.weekly, "%G-%V"), (keep.monthly, "%Y-%m")):
        periods: dict[str, datetime] = {}
        for instant in newest_first:
            periods.setdefault(instant.astimezone(clock.STOCKHOLM).strftime(form), instant)
        kept.update(list(periods.values())[:number])
    return kept


def new_identity(path: Path) -> str:
    """Writes a new identity to a file, its owner's alone; returns the recipient that is encrypted to."""
    identity = pyrage.x25519.Identity.generate()
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(f"{identity}\n")
    return str(identity.to_public())


def programme(name: str) -> str:
    """Returns where one of PostgreSQL's programs is. Raises CannotKeep where it is not on PATH."""
    found = which(name)
    if found is None:
        raise CannotKeep(
            f"{name} is not on PATH: apt-get install postgresql-client, of the server's version or newer"
        )
    return found


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Runs one of PostgreSQL's programs. Raises CannotKeep with its last words."""
    done = subprocess.run(
        arguments, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotKeep(f"{Path(arguments[0]).name}: {words[-1]}")


def postgresql_environment(described: Mapping[str, Any]) -> dict[str, str]:
    """The database of Django's settings, as PostgreSQL's programs read it: no process list shows the password."""
    named = {
        "PGDATABASE": "NAME",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGHOST": "HOST",
        "PGPORT": "PORT",
    }
    told = {name: str(described[field]) for name, field in named.items() if described.get(field)}
    options = described.get("OPTIONS", {})
    for option in ("sslmode", "sslrootcert", "sslcert", "sslkey", "service"):
        if option in options:
            told[f"PG{option.upper()}"] = str(options[option])
    return told


def _recipients(texts: Sequence[str]) -> list[Any]:
    keys = []
    for text in texts:
        try:
            keys.append(
                pyrage.ssh.Recipient.from_str(text)
                if text.startswith("ssh-")
                else pyrage.x25519.Recipient.from_str(text)
            )
        except Exception:  # pyrage's own
            raise CannotKeep(f"{text[:20]} is no recipient: write age1… or ssh-ed25519 …") from None
    return keys


def _write_parts(work: Path, made: datetime, tell: Tell) -> Heads:
    """Writes what goes into the backup; returns the heads of the chains in it."""
    before = [list(row) for row in _head_rows()]
    file = work / DATABASE[connection.vendor]
    copy = _dump_postgresql if connection.vendor == "postgresql" else _copy_sqlite
    with telling(file_growing("copying the database", file, _database_size()), tell):
        found = copy(file, before)
    for version in RoutineVersion.objects.exclude(sequence=None):
        folder = work / "routines" / version.municipality_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{version.sequence}-{version.name}.toml").write_text(version.text, encoding="utf-8")
    for plan in plans.folder().glob("retention-*.toml"):
        _copy(plan, work / "routines" / plan.name)
    _copy(Path(settings.TROSKEL_HEADS), work / "heads.jsonl")
    (work / "journal.pub").write_text(heads.public_pem(), encoding="ascii")
    (work / "settings.env").write_text("".join(_settings()), encoding="utf-8")
    about = {
        "form": FORM,
        "made": made.isoformat(),
        "database": connection.vendor,
        "heads": found,
        "secrets": "left out: make new ones, or take them from where they are kept",
    }
    (work / "backup.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    return found


def _head_rows() -> Iterator[tuple[Any, ...]]:
    yield from Chain.objects.order_by("municipality", "kind").values_list(
        "municipality", "kind", "number", "hash"
    )


def _copy_sqlite(file: Path, before: Heads) -> Heads:
    """SQLite's online backup, in one step: writers go on meanwhile. It must reach what the chains had reached."""
    source = f"{Path(connection.settings_dict['NAME']).as_uri()}?mode=ro"
    with closing(sqlite3.connect(source, uri=True)) as live, closing(sqlite3.connect(file)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        query = "SELECT municipality, kind, number, hash FROM journal_chain ORDER BY municipality, kind"
        found = [list(row) for row in copy.execute(query)]
        line = "SELECT hash FROM journal_line WHERE municipality = ? AND kind = ? AND number = ?"
        for municipality, kind, number, known in before:
            there = copy.execute(line, (municipality, kind, number)).fetchone()
            if number and (there is None or there[0] != known):
                raise CannotKeep(
                    f"the copy lacks line {number} of {municipality} {kind}: the database is damaged"
                )
    return found


def _database_size() -> int:
    """Bytes of the SQLite file. What a dump of PostgreSQL comes to is not known before."""
    if connection.vendor == "postgresql":
        return 0
    return Path(connection.settings_dict["NAME"]).stat().st_size


def _dump_postgresql(file: Path, _before: Heads) -> Heads:
    """`pg_dump` of one snapshot, and the heads of the chains in that snapshot."""
    programme("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        found = [list(row) for row in _head_rows()]
        arguments = [
            "--format=custom",
            "--compress=0",
            "--no-owner",
            f"--snapshot={snapshot}",
            f"--file={file}",
        ]
        run([programme("pg_dump"), *arguments], postgresql_environment(connection.settings_dict))
    return found


def _settings() -> Iterator[str]:
    """The settings that are set, but for secrets: whoever may read a backup need not be able to sign as the program."""
    for setting in settings.TROSKEL_SETTINGS:
        value = os.environ.get(setting.name)
        if setting.is_secret:
            yield f"# {setting.name} is a secret: left out\n"
        elif value:
            yield f"{setting.name}={value}\n"


def _copy(file: Path, to: Path) -> None:
    with suppress(FileNotFoundError):
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(file.read_bytes())


def _pack(work: Path, packed: Path, tell: Tell) -> None:
    parts = sorted(part for part in work.rglob("*") if part.is_file())
    counted = Counted("packing", sum(part.stat().st_size for part in parts))
    with (
        packed.open("wb") as file,
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar,
        telling(counted.words, tell),
    ):
        for part in parts:
            with part.open("rb") as counted.file:
                tar.addfile(tar.gettarinfo(part, arcname=str(part.relative_to(work))), counted)


@contextmanager
def unpacked(path: Path, identities: Sequence[Path], tell: Tell) -> Iterator[tuple[Path, Any]]:
    """The parts of a backup in a folder that is gone afterwards, and what it says of itself. Raises CannotKeep."""
    with tempfile.TemporaryDirectory(prefix="troskel-restore-") as name:
        work = Path(name)
        packed = path
        if path.name.endswith(".age"):
            packed = work / "packed"
            with telling(file_growing("decrypting", packed, path.stat().st_size), tell):
                _decrypt(path, packed, identities)
        database = [work / "parts" / name for name in DATABASE.values()]
        try:
            with (
                telling(_unpacking(database), tell),
                tarfile.open(packed) as tar,
            ):
                tar.extractall(work / "parts", filter="data")
            about = json.loads((work / "parts" / "backup.json").read_text(encoding="utf-8"))
        except (tarfile.TarError, FileNotFoundError, ValueError, EOFError) as error:
            raise CannotKeep(f"{path} is no backup, or it is damaged: {error}") from None
        if about.get("form") != FORM:
            raise CannotKeep(f"{path} is of another form than {FORM}")
        yield work / "parts", about


def _unpacking(files: Sequence[Path]) -> Callable[[], str]:
    """The words of unpacking: how much there is of the database, by either name."""

    def words() -> str:
        here = next((file for file in files if file.exists()), files[0])
        return file_growing("unpacking", here)()

    return words


def _decrypt(path: Path, packed: Path, files: Sequence[Path]) -> None:
    identities = []
    for file in files:
        text = file.read_text(encoding="ascii")
        try:
            if "PRIVATE KEY" in text:
                identities.append(pyrage.ssh.Identity.from_buffer(text.encode()))
            else:
                lines = [
                    line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")
                ]
                identities += [pyrage.x25519.Identity.from_str(line) for line in lines]
        except Exception:  # pyrage's own
            raise CannotKeep(
                f"{file} holds no identity: AGE-SECRET-KEY-1…, or an ssh key without a password"
            ) from None
    if not identities:
        raise CannotKeep("it is encrypted: give the identity that can read it (--identity FILE)")
    try:
        pyrage.decrypt_file(str(path), str(packed), identities)
    except (pyrage.DecryptError, OSError) as error:
        raise CannotKeep(f"{path} can't be decrypted: {error}") from None
