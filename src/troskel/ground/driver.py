# SPDX-License-Identifier: EUPL-1.2
"""Statements on the driver's own connection: Django's cursor costs as much as a small query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections


def db_value(value: Any) -> Any:
    """Returns an id or an instant in the database's form, and any other value as it is."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return instant_value(value, connection)
    return value


def instant_value(value: datetime, database: Any) -> Any:
    """Returns an instant in the database's form, which is text in UTC on SQLite."""
    return _sqlite_instant(value) if database.vendor == "sqlite" else value


@lru_cache(maxsize=1_024)  # rows that are written together share one instant
def _sqlite_instant(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))


@contextmanager
def pipelined() -> Iterator[None]:
    """Sends the statements inside without waiting for the answer of each, where the database is another process.

    What a statement violates is raised at the end, if nothing inside has read rows since. `execute` knows no counts.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "sqlite":
        yield
        return
    database.ensure_connection()
    with database.wrap_database_errors, database.connection.pipeline():
        yield


def execute(sql: str, params: Sequence[Any]) -> int:
    """Runs a statement on the driver's connection, with values in the database's form. Returns the rows it changed.

    As `fetch`, past Django's cursor.
    """
    return run(connections[DEFAULT_DB_ALIAS], sql, params)


def run(database: Any, sql: str, params: Sequence[Any]) -> int:
    """As `execute`, on Django's connection itself: each look through its thread-local proxy costs some microseconds."""
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return int(cursor.rowcount)
    _make_ready(database)
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            return int(database.connection.execute(for_sqlite(sql), params).rowcount)
        if (
            database.connection.pgconn.pipeline_status
        ):  # its answer comes later, to a cursor that nobody reads
            return int(_driver_cursor(database, "unread").execute(sql, params).rowcount)
        return int(_driver_cursor(database).execute(sql, params).rowcount)


@lru_cache(maxsize=256)
def for_sqlite(sql: str) -> str:
    """Returns SQL with the placeholders of SQLite's driver."""
    return "%".join(part.replace("%s", "?") for part in sql.split("%%"))


def fetch(database: Any, sql: str, driver_sql: str, params: list[Any]) -> list[Any]:
    """Runs the SQL on the driver's connection: Django's cursor costs as much as a small query.

    Where queries are being watched (counted in a test, logged), it goes through Django's cursor. `driver_sql`: with the
    placeholders of SQLite's driver. `database`: as in `run`.
    """
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())
    _make_ready(database)
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            return list(database.connection.execute(driver_sql, params))
        return list(_driver_cursor(database).execute(sql, params).fetchall())


def _driver_cursor(database: Any, purpose: str = "rows") -> Any:
    """The cursor that is kept for each connection and purpose: making one costs as much as a small query."""
    cursors = database.__dict__.setdefault(_KEPT, {})
    kept = cursors.get(purpose)
    if kept is None or kept.connection is not database.connection:
        kept = cursors[purpose] = database.connection.cursor()
    return kept


_KEPT = "troskel_driver_cursors"


def _make_ready(database: Any) -> None:
    """What Django's cursor does before it runs a statement; an open transaction has done it."""
    if database.in_atomic_block and not database.needs_rollback:
        return
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
