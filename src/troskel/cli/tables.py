# SPDX-License-Identifier: EUPL-1.2
"""Ensures that the tables exist and are this program's: creates them in an empty database, updates older ones asked."""

from __future__ import annotations

import os
import sys
from enum import Enum
from functools import cache
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError

from troskel.cli.output import CommandError, print_status
from troskel.keeping import guards
from troskel.people.roles import Actor, ActorKind


class TablesState(Enum):
    """What the tables of the database are to this program. The value: what to do, empty where nothing is."""

    MISSING = "the database is empty: 'troskel migrate' makes its tables"
    OLDER = "the tables are of an older version: take a backup, and run 'troskel migrate'"
    NEWER = (
        "the tables are of a newer version than this program: install that version again, or restore a backup"
    )
    READY = ""


def state() -> TablesState:
    """Returns what the tables are. Raises CommandError where the database can't be reached or is none."""
    file = database_file()
    if file is not None and not file.exists():
        return TablesState.MISSING  # who only looks makes no file
    try:
        recorded = MigrationRecorder(connection).applied_migrations()
    except DatabaseError as error:
        why = str(error).strip().splitlines()[0]
        raise CommandError(f"the database can't be reached: {why}: look at TROSKEL_DATABASE") from None
    applied = {name for name in recorded if name[0] in apps.app_configs}
    if not applied:
        return TablesState.MISSING
    if applied - _migrations():
        return TablesState.NEWER
    return TablesState.OLDER if _migrations() - applied else TablesState.READY


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """This program's migrations, each as app and name."""
    return frozenset(MigrationLoader(None).disk_migrations)


def migrate() -> None:
    """Creates or updates the tables, and makes every trigger anew. Raises CommandError where they are newer."""
    _make_private_file()
    found = state()
    if found is TablesState.NEWER:
        raise CommandError(found.value)
    told = 1 if found is TablesState.OLDER else 0  # each step of an update, which may take long, as it goes
    call_command("migrate", verbosity=told, interactive=False, stdout=sys.stderr)
    guards.restore()
    _note_engine()


def _note_engine() -> None:
    """Writes down that another version judges from now on, in each municipality; what was judged stays.

    Where lines are later than the clock nothing is written: it would stand before them.
    """
    from troskel.acts import upgrading
    from troskel.duties import kept_judgements
    from troskel.ground import clock
    from troskel.journal import queries as journal
    from troskel.people import queries as people
    from troskel.routine.engine_digest import engine_digest

    for code in people.municipalities():
        changes = kept_judgements.changes(code)
        last = journal.last_recorded(code)
        if not last or (changes and changes[-1].engine == engine_digest()):
            continue
        if last > clock.now():
            print_status(
                f"{code}: its last line is of {last:%Y-%m-%d %H:%M}, later than the clock: migrate again"
            )
            continue
        print_status(f"{code}: another version judges duties from now on: the journal is replayed")
        answer = upgrading.note_engine(
            Actor.system(code, ActorKind.COMMAND_LINE), engine=engine_digest()
        ).answer
        if answer["homes"]:
            kept = f"{answer['duties']} duties in {answer['homes']} homes"
            print_status(f"{code}: {kept} stay as the earlier version judged them")


def ensure_ready() -> None:
    """Creates the tables of an empty database. Raises CommandError if it is unreachable, older or newer."""
    _make_private_file()
    found = state()
    if found is TablesState.MISSING:
        print_status("making the tables of a new database")
        migrate()
    elif found is not TablesState.READY:
        raise CommandError(found.value)


def database_file() -> Path | None:
    """Returns SQLite's file; None of PostgreSQL, and of a database in memory."""
    name = str(connection.settings_dict["NAME"])
    return Path(name) if connection.vendor == "sqlite" and ":memory:" not in name else None


def _make_private_file() -> None:
    """Makes SQLite's file where it is missing, for its owner alone: SQLite's own -wal and -shm follow it."""
    file = database_file()
    if file is None or file.exists():
        return
    try:
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise CommandError(f"{file} can't be made: {error.strerror}: look at TROSKEL_DATABASE") from None
