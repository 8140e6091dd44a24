# SPDX-License-Identifier: EUPL-1.2
"""Ensures that the tables exist and are this program's: creates them in an empty database, updates older ones asked."""

from __future__ import annotations

import os
import sys
from enum import Enum
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from troskel.cli.output import CommandError, print_status
from troskel.keeping import guards


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
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        why = str(error).strip().splitlines()[0]
        raise CommandError(f"the database can't be reached: {why}: look at TROSKEL_DATABASE") from None
    applied = {name for name in executor.loader.applied_migrations if name[0] in apps.app_configs}
    if not applied:
        return TablesState.MISSING
    if applied - executor.loader.disk_migrations.keys():
        return TablesState.NEWER
    return (
        TablesState.OLDER
        if executor.migration_plan(executor.loader.graph.leaf_nodes())
        else TablesState.READY
    )


def migrate() -> None:
    """Creates or updates the tables, and makes every trigger anew. Raises CommandError where they are newer."""
    _make_private_file()
    found = state()
    if found is TablesState.NEWER:
        raise CommandError(found.value)
    told = 1 if found is TablesState.OLDER else 0  # each step of an update, which may take long, as it goes
    call_command("migrate", verbosity=told, interactive=False, stdout=sys.stderr)
    guards.restore()


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
