# SPDX-License-Identifier: EUPL-1.2
"""Ensures that the tables exist: creates them in an empty database, never updates older ones unasked."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from troskel.cli.output import CommandError, print_status


def migrate() -> None:
    """Creates or updates the tables."""
    call_command("migrate", verbosity=0, interactive=False)


def ensure_ready() -> None:
    """Creates the tables of an empty database. Raises CommandError if it is unreachable or needs an update."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError(f"the database can't be reached: {error}: look at TROSKEL_DATABASE") from None
    if not executor.loader.applied_migrations:
        print_status("making the tables of a new database")
        migrate()
    elif executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("the tables are of an older version: take a backup, and run 'troskel migrate'")
