# SPDX-License-Identifier: EUPL-1.2
"""`./dev keep FOLDER`: keep today's database, filled, for the tests of every later version.

FOLDER gets a database of each engine, and what it held and answered. `tests/config/test_migrating.py` loads
each such folder of tests/data, migrates it to the latest, and asks again. A folder is made once, and never anew.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.environment import ROOT, VENV, Missing, say
from tools.postgres import Server, running

PLAYS = ROOT / "plays"
EXTRACT = ROOT / "tests" / "data" / "small-extract"
SUMMER, AUTUMN, LATER = "2026-08-14T12:00:00+02:00", "2026-11-20T12:00:00+01:00", "2033-01-10T12:00:00+01:00"
LIFE, EVERY_TABLE, BILLED, TWO_ROUTINES, BLANKED, IMPORTED = (f"090{number}" for number in range(1, 7))
TOWNS = {
    LIFE: SUMMER,
    EVERY_TABLE: SUMMER,
    BILLED: AUTUMN,
    TWO_ROUTINES: AUTUMN,
    BLANKED: LATER,
    IMPORTED: AUTUMN,
}
"""The municipalities, and when each is asked. What is kept already was asked so: add, and change nothing."""
COMMANDS = ("clients", "phone-clients", "gaps", "duties", "conformance")
READINGS = {
    "anna": ("clients", "decisions", "orders", "locks", "tags", "links", "visits", "duties", "journal"),
    "olle": ("openings", "notices", "deputies", "keys", "gaps"),
    "carin": ("phone/clients",),
}
"""What is asked by the API, in the town of every table."""


def main(arguments: Sequence[str]) -> int:
    """Keep into a folder; `fill`, `migrate` and `ask` are about the database of TROSKEL_DATABASE."""
    if list(arguments) == ["fill"]:
        fill()
    elif list(arguments) == ["migrate"]:
        for town in {
            instant: town for town, instant in sorted(TOWNS.items(), key=lambda one: one[1])
        }.values():
            troskel(town, "migrate")  # each writes its line at its own instant, the earliest first
    elif list(arguments) == ["ask"]:
        print(json.dumps(ask(), ensure_ascii=False, indent=1, sort_keys=True))
    elif len(arguments) == 1:
        keep(Path(arguments[0]))
    else:
        raise Missing("write './dev keep tests/data/schema-VERSION'")
    return 0


def keep(folder: Path) -> None:
    """Fill a database of each engine and keep it. Raises Missing where the folder is there already."""
    if folder.exists():
        raise Missing(f"{folder} is there already: what is kept is never made anew")
    with tempfile.TemporaryDirectory(prefix="troskel-keep-") as scratch, running(VENV) as server:
        made = Path(scratch) / "kept"
        made.mkdir()
        _keep_sqlite(Path(scratch) / "troskel.sqlite3", made)
        _keep_postgresql(server, made)
        shutil.copytree(made, folder)
    say(f"kept in {folder}: write a README.md beside, with the version and the commit")


def _keep_sqlite(file: Path, folder: Path) -> None:
    run("fill", url := f"sqlite:///{file}")
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    (folder / "troskel.sqlite3.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    _write_answers(folder / "sqlite.json", url)


def _keep_postgresql(server: Server, folder: Path) -> None:
    run("fill", server.url)
    command: list[str | Path] = [
        server.binaries / "pg_dump",
        "--inserts",
        "--rows-per-insert=200",
        "--no-owner",
    ]
    command += ["--no-privileges", "--no-comments", server.url]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # what stands first names versions; the last lines are for psql alone
    plain = re.sub(r"^\\(un)?restrict .*\n", "", dumped[dumped.index("CREATE ") :], flags=re.MULTILINE)
    (folder / "postgresql.sql.gz").write_bytes(gzip.compress(plain.encode(), 9, mtime=0))
    _write_answers(folder / "postgresql.json", server.url)


def _write_answers(file: Path, url: str) -> None:
    told = {"tables": count_rows(url), "answers": json.loads(run("ask", url))}
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def run(what: str, url: str) -> str:
    """`fill`, `migrate` or `ask`, by the program as it is, in the database at `url`; gives its stdout."""
    with tempfile.TemporaryDirectory(prefix="troskel-letters-") as letters:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TROSKEL_")}
        asked = {**clean, "TROSKEL_DATABASE": url, "TROSKEL_LETTER_BOX": letters}
        asked["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        command = [sys.executable, "-m", "tools.keeping", what]
        done = subprocess.run(command, cwd=ROOT, env=asked, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def count_rows(url: str) -> dict[str, int]:
    """How many rows each table of ours has: what Django keeps for itself is left out."""
    listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if urlsplit(url).scheme == "sqlite":
        opened: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        import psycopg

        opened = psycopg.connect(url)
        listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with contextlib.closing(opened) as database:
        names = sorted(name for (name,) in database.execute(listed).fetchall())
        ours = [name for name in names if not name.startswith(("django_", "auth_", "sqlite_"))]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in ours}


# --- in a process of its own, in the database of TROSKEL_DATABASE


def fill() -> None:
    """Live, play and take in, each in a municipality of its own, until no table is empty."""
    url = os.environ["TROSKEL_DATABASE"]
    troskel(LIFE, "simulate", "--days", "20", "--clients", "3", "--database", url)
    troskel(EVERY_TABLE, "play", PLAYS / "every-table.jsonl")
    _open_and_visit()
    troskel(EVERY_TABLE, "worker", "--once")
    troskel(BILLED, "play", PLAYS / "other-municipality.jsonl")
    troskel(TWO_ROUTINES, "play", PLAYS / "routine-version.jsonl")
    troskel(BLANKED, "play", PLAYS / "thread.jsonl")
    troskel(BLANKED, "retention", "blank", "--all")
    troskel(IMPORTED, "municipality", "add", IMPORTED, IMPORTED)
    for night, day in (("night-1", "2026-11-19"), ("night-2", "2026-11-20")):
        troskel(IMPORTED, "import", EXTRACT / night, "--day", day, "--confirm")


def ask() -> dict[str, Any]:
    """What the database answers: on the command line, then by the API, which writes that it was asked."""
    told: dict[str, Any] = {}
    for town in TOWNS:
        told[f"{town} journal verify"] = [
            line for chain in ("acts", "reads") for line in _verified(town, chain).splitlines()
        ]
        troskel(town, "journal", "verify")  # and all that follows from them: duties, rows, triggers
        for command in COMMANDS:
            told[f"{town} {command}"] = json.loads(troskel(town, *command.split(), "--json"))
    for account, readings in READINGS.items():
        get = _caller(account)
        for reading in readings:
            told[f"{EVERY_TABLE} {account} {reading}"] = get("GET", reading)
    cases = [client["case"] for client in told[f"{EVERY_TABLE} anna clients"]["items"]]
    for case in cases:
        told[f"{EVERY_TABLE} anna clients/{case}"] = _caller("anna")("GET", f"clients/{case}")
    _verified(EVERY_TABLE, "reads")  # what was written now follows what lay there
    return told


def _verified(town: str, chain: str) -> str:
    """The chain alone."""
    return troskel(town, "journal", "verify", "--chain", chain)


def _open_and_visit() -> None:
    """What only a phone does: a door is opened at the lock, and an act comes with a key."""
    call = _caller("carin")
    call("POST", "phone/open", {"client": "K1", "serial": "4711-0938"}, "a door")
    visit = {"client": "K1", "arrived": "2026-08-14T11:00:00+02:00", "by": "hand", "reason": "no_tag_yet"}
    call("POST", "acts/register_visit", visit, "a visit")


def _caller(account: str) -> Any:
    """`call(method, path, values, key)` of the API, by a new token of the account in the town of every table."""
    from django.test import Client

    bearer = troskel(EVERY_TABLE, "token", account).strip()

    def call(method: str, path: str, values: Any = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": key}
        sent = {"content_type": "application/json", "headers": headers, "HTTP_HOST": "localhost"}
        got = Client().generic(method, f"/api/v1/{path}", json.dumps(values) if values else "", **sent)  # type: ignore[arg-type]
        if got.status_code != 200:
            raise RuntimeError(f"{account} {path}: {got.status_code} {got.content.decode()}")
        return got.json()

    return call


def troskel(town: str, *arguments: str | Path) -> str:
    """A command of the program in that municipality, at its instant; gives its stdout. Raises where it fails."""
    from troskel.cli.main import main as command

    os.environ |= {"TROSKEL_MUNICIPALITY": town, "TROSKEL_NOW": TOWNS[town]}
    with contextlib.redirect_stdout(io.StringIO()) as told, contextlib.redirect_stderr(io.StringIO()) as said:
        code = command([str(argument) for argument in arguments])
    if code:
        raise RuntimeError(f"{town} {arguments}: {code}\n{told.getvalue()}{said.getvalue()}")
    return told.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
