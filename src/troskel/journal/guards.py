# SPDX-License-Identifier: EUPL-1.2
"""The triggers that refuse to change what is written.

A migration raises them. A later migration that alters one of these tables must raise them again: SQLite
rebuilds an altered table and forgets its triggers (a test looks whether they stand).

They stop mistakes, and anyone who is not the owner of the database. The owner can drop them: that is what
the hashes are for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

Execute = Callable[[str], object]


class Guard(NamedTuple):
    """One thing that a table refuses, and what it answers. `unless` is a condition on OLD and NEW."""

    table: str
    change: str
    answer: str
    unless: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_no_{self.change.lower()}"


_CORRECT = "correct it by a new line"
_ROW_GUARDS = (
    Guard("journal_line", "UPDATE", f"a line of the journal is never changed: {_CORRECT}"),
    Guard("journal_line", "DELETE", f"a line of the journal is never deleted: {_CORRECT}"),
    Guard("journal_detail", "UPDATE", "a detail of the journal is never changed: retention deletes it whole"),
    Guard(
        "journal_chain",
        "UPDATE",
        "the head of a chain only moves forward",
        unless="NEW.number > OLD.number AND NEW.municipality = OLD.municipality AND NEW.kind = OLD.kind",
    ),
    Guard("journal_chain", "DELETE", "the head of a chain is never deleted"),
)
_TABLE_GUARDS = tuple(
    Guard(table, "TRUNCATE", "the journal is never emptied")
    for table in ("journal_line", "journal_detail", "journal_chain")
)


def raise_guards(connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Create the triggers. Nothing happens to those that stand already."""
    if connection.vendor == "postgresql":
        execute(_POSTGRESQL_FUNCTION)
    for guard in _guards(connection):
        execute(_drop(connection, guard))
        execute(_create(connection, guard))


def lower_guards(connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Drop the triggers: to undo the migration, and for tests that tamper or empty the tables."""
    for guard in _guards(connection):
        execute(_drop(connection, guard))
    if connection.vendor == "postgresql":
        execute("DROP FUNCTION IF EXISTS journal_refuse()")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that should stand and do not."""
    known = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        known = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(known)
        standing = {name for (name,) in cursor.fetchall()}
    return [guard.name for guard in _guards(connection) if guard.name not in standing]


def _guards(connection: BaseDatabaseWrapper) -> tuple[Guard, ...]:
    return _ROW_GUARDS + (_TABLE_GUARDS if connection.vendor == "postgresql" else ())


_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$
"""


def _create(connection: BaseDatabaseWrapper, guard: Guard) -> str:
    when = f"WHEN (NOT ({guard.unless}))" if guard.unless else ""
    if connection.vendor == "postgresql":
        each = "STATEMENT" if guard.change == "TRUNCATE" else "ROW"
        return (
            f"CREATE TRIGGER {guard.name} BEFORE {guard.change} ON {guard.table} FOR EACH {each} {when} "
            f"EXECUTE FUNCTION journal_refuse('{guard.answer}')"
        )
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.change} ON {guard.table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.answer}'); END"
    )


def _drop(connection: BaseDatabaseWrapper, guard: Guard) -> str:
    table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {guard.name}{table}"
