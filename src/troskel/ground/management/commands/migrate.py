# SPDX-License-Identifier: EUPL-1.2
"""Django's `migrate`, which makes the tables of an empty database at once."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from troskel.ground.new_database import is_empty, make_tables


class Command(DjangoMigrate):
    """As Django's, which has nothing left to do but to send its signals where the database was empty."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes or updates the tables."""
        only_looks = options["plan"] or options["check_unapplied"]
        connection = connections[options["database"]]
        if not (options["app_label"] or only_looks or options["fake"]) and is_empty(connection):
            make_tables(connection)
        super().handle(*args, **options)
