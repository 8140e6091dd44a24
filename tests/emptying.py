# SPDX-License-Identifier: EUPL-1.2
"""After a test that commits, its rows go; the journal refuses that. Here is the way round it.

`empty_the_tables_after_tests()` is called once, by the outermost conftest. Django's own way empties every table and
makes the rows of its content types and permissions anew; here only tables with rows are emptied, and those stay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction
from django.test import TransactionTestCase

from troskel.journal.triggers import create_triggers, drop_triggers

OF_DJANGO = {"django_migrations", "django_content_type", "auth_permission"}
"""Tables whose rows the migrations have made."""


@contextlib.contextmanager
def unguarded() -> Iterator[None]:
    """Without the triggers of the journal; afterwards they stand again."""
    with connection.cursor() as cursor:
        drop_triggers(connection, cursor.execute)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            create_triggers(connection, cursor.execute)


def empty_the_tables() -> None:
    """Delete every row that a test has made, in one transaction: constraints are asked at its end."""
    quoted = connection.ops.quote_name
    with transaction.atomic(), unguarded(), connection.cursor() as cursor:
        tables = sorted({*connection.introspection.table_names(cursor)} - OF_DJANGO)
        looks = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})" for table in tables)
        cursor.execute(" UNION ALL ".join(looks))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quoted(table)}")
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no trigger is raised while one is waiting


def empty_the_tables_after_tests() -> None:
    """Let this be how tables are emptied after every test that commits."""
    TransactionTestCase._fixture_teardown = lambda case: empty_the_tables()  # type: ignore[attr-defined]
