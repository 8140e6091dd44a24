# SPDX-License-Identifier: EUPL-1.2
"""Are the tables there? An empty database gets them; an older one is not changed without being asked."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from troskel.cli.output import Wrong, say


def make() -> None:
    """Make or update the tables."""
    call_command("migrate", verbosity=0, interactive=False)


def ready() -> None:
    """Make the tables of an empty database. Raises Wrong where it can't be reached, or needs an update."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise Wrong(f"the database can't be reached: {error}: look at TROSKEL_DATABASE") from None
    if not executor.loader.applied_migrations:
        say("making the tables of a new database")
        make()
    elif executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Wrong("the tables are of an older version: take a backup, and run 'troskel migrate'")
