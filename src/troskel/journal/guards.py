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
    """One thing that a table refuses, and what it answers.

    `unless` is a condition on OLD and NEW; `unless_named_in`, a table in which the row's line must stand.
    """

    table: str
    change: str
    answer: str
    unless: str = ""
    unless_named_in: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_no_{self.change.lower()}"

    @property
    def tables(self) -> set[str]:
        """The tables that must be there before it can be raised."""
        return {self.table, self.unless_named_in} - {""}


_CORRECT = "correct it by a new line"
_ROW_GUARDS = (
    Guard("journal_line", "UPDATE", f"a line of the journal is never changed: {_CORRECT}"),
    Guard("journal_line", "DELETE", f"a line of the journal is never deleted: {_CORRECT}"),
    Guard("journal_detail", "UPDATE", "a detail of the journal is never changed: retention deletes it whole"),
    Guard(
        "journal_detail",
        "DELETE",
        "a detail of the journal is deleted by retention alone: name its line in journal_blanking",
        unless_named_in="journal_blanking",
    ),
    Guard("journal_blanking", "UPDATE", "what has been blanked is never told otherwise"),
    Guard("journal_blanking", "DELETE", "what has been blanked is never forgotten"),
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
    for table in ("journal_line", "journal_detail", "journal_chain", "journal_blanking")
)


def raise_guards(connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Create the triggers. Nothing happens to those that stand already.

    A guard of a table that is not there yet is left to the migration that makes the table.
    """
    if connection.vendor == "postgresql":
        execute(_POSTGRESQL_FUNCTIONS)
    there = set(connection.introspection.table_names())
    for guard in _guards(connection):
        if guard.tables <= there:
            execute(_drop(connection, guard))
            execute(_create(connection, guard))


def lower_guards(connection: BaseDatabaseWrapper, execute: Execute, of: str = "") -> None:
    """Drop the triggers: to undo a migration (those alone that need the table `of`), and for tests that tamper."""
    for guard in _guards(connection):
        if not of or of in guard.tables:
            execute(_drop(connection, guard))
    if not of and connection.vendor == "postgresql":
        execute("DROP FUNCTION IF EXISTS journal_refuse()")
        execute("DROP FUNCTION IF EXISTS journal_refuse_unless_named()")


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


# The condition of a trigger may ask another table in SQLite; in PostgreSQL only its function may.
_POSTGRESQL_FUNCTIONS = """
CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$;
CREATE OR REPLACE FUNCTION journal_refuse_unless_named() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF EXISTS (SELECT 1 FROM journal_blanking WHERE line_id = OLD.line_id) THEN RETURN OLD; END IF;
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation';
END $$
"""


def _create(connection: BaseDatabaseWrapper, guard: Guard) -> str:
    when = f"WHEN (NOT ({guard.unless}))" if guard.unless else ""
    if connection.vendor == "postgresql":
        each = "STATEMENT" if guard.change == "TRUNCATE" else "ROW"
        function = "journal_refuse_unless_named" if guard.unless_named_in else "journal_refuse"
        return (
            f"CREATE TRIGGER {guard.name} BEFORE {guard.change} ON {guard.table} FOR EACH {each} {when} "
            f"EXECUTE FUNCTION {function}('{guard.answer}')"
        )
    if guard.unless_named_in:
        when = f"WHEN NOT EXISTS (SELECT 1 FROM {guard.unless_named_in} WHERE line_id = OLD.line_id)"
    return (
        f"CREATE TRIGGER {guard.name} BEFORE {guard.change} ON {guard.table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.answer}'); END"
    )


def _drop(connection: BaseDatabaseWrapper, guard: Guard) -> str:
    table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {guard.name}{table}"
