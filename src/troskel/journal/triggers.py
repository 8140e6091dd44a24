# SPDX-License-Identifier: EUPL-1.2
"""The triggers that refuse to change the journal, and the two that follow a new line: they move the head of its chain,
and store which organisations it concerns.

A migration creates them. A later migration that alters one of these tables must create them again: SQLite
rebuilds an altered table and drops its triggers (a test checks that they exist).

They stop mistakes, and anyone who is not the owner of the database. The owner can drop them: the hashes
reveal what the owner changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

Execute = Callable[[str], object]


class JournalTrigger(NamedTuple):
    """One change that a table refuses, and the error message.

    `unless`: a condition on OLD and NEW that allows it. `unless_listed_in`: a table that must list the row's line.
    """

    table: str
    change: str
    message: str
    unless: str = ""
    unless_listed_in: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}_no_{self.change.lower()}"

    @property
    def tables(self) -> set[str]:
        """Returns the tables that must exist before the trigger can be created."""
        return {self.table, self.unless_listed_in} - {""}


_CORRECT = "correct it by a new line"
_ROW_TRIGGERS = (
    JournalTrigger("journal_line", "UPDATE", f"a line of the journal is never changed: {_CORRECT}"),
    JournalTrigger("journal_line", "DELETE", f"a line of the journal is never deleted: {_CORRECT}"),
    JournalTrigger(
        "journal_detail", "UPDATE", "a detail of the journal is never changed: retention deletes it whole"
    ),
    JournalTrigger(
        "journal_detail",
        "DELETE",
        "a detail of the journal is deleted by retention alone: name its line in journal_blanking",
        unless_listed_in="journal_blanking",
    ),
    JournalTrigger(
        "journal_lineorganisation",
        "UPDATE",
        f"whom a line of the journal concerns is never changed: {_CORRECT}",
    ),
    JournalTrigger(
        "journal_lineorganisation",
        "DELETE",
        f"whom a line of the journal concerns is never deleted: {_CORRECT}",
    ),
    JournalTrigger("journal_blanking", "UPDATE", "what has been blanked is never told otherwise"),
    JournalTrigger("journal_blanking", "DELETE", "what has been blanked is never forgotten"),
    JournalTrigger(
        "journal_chain",
        "UPDATE",
        "the head of a chain only moves forward",
        unless="NEW.number > OLD.number AND NEW.municipality = OLD.municipality AND NEW.kind = OLD.kind",
    ),
    JournalTrigger("journal_chain", "DELETE", "the head of a chain is never deleted"),
)
_TABLE_TRIGGERS = tuple(
    JournalTrigger(table, "TRUNCATE", "the journal is never emptied")
    for table in (
        *("journal_line", "journal_lineorganisation", "journal_detail"),
        *("journal_chain", "journal_blanking"),
    )
)


ORGANISATION_NAMES = ("organisation", "locksmith", "giver")
"""Names in a body whose value is an organisation's id."""

HOLDER_NAMES = ("from", "to", "last", "holder")
"""Names in a body whose value may be who holds a thing, as `{"kind": "organisation", "id": …}`."""

INDEXING_TRIGGER = "journal_line_organisations"
"""Stores the organisations that a new line's body names, in the statement that inserts the line."""

HEAD_TRIGGER = "journal_line_moves_head"
"""Moves the head of the chain to the last of the new lines, in the statement that inserts them."""

_NEW_LINE = "(SELECT NEW.id AS id, NEW.municipality AS municipality, NEW.kind AS kind, NEW.body AS body) line"


def create_triggers(connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Creates the triggers, replacing those that exist.

    A trigger of a table that does not exist yet is left to the migration that creates the table.
    """
    if connection.vendor == "postgresql":
        execute(_POSTGRESQL_FUNCTIONS)
    tables = set(connection.introspection.table_names())
    for trigger in _triggers(connection):
        if trigger.tables <= tables:
            execute(_drop(connection, trigger))
            execute(_create(connection, trigger))
    if {"journal_line", "journal_chain"} <= tables:
        create_head_trigger(connection, execute)
    if "journal_lineorganisation" in tables:
        create_indexing_trigger(connection, execute)


def create_head_trigger(connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Creates the trigger that moves the head, replacing it where it exists.

    PostgreSQL moves it once a statement: each change of a row leaves one behind until the commit.
    """
    drop_head_trigger(connection, execute)
    if connection.vendor == "postgresql":
        execute(_MOVE_HEAD)
        execute(
            f"CREATE TRIGGER {HEAD_TRIGGER} AFTER INSERT ON journal_line REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_move_head()"
        )
    else:
        execute(
            f"CREATE TRIGGER {HEAD_TRIGGER} AFTER INSERT ON journal_line BEGIN "
            "UPDATE journal_chain SET number = NEW.number, hash = NEW.hash "
            "WHERE municipality = NEW.municipality AND kind = NEW.kind; END"
        )


def drop_head_trigger(connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Drops the trigger that moves the head, if it exists."""
    execute(_drop_on_line(connection, HEAD_TRIGGER))
    if connection.vendor == "postgresql":
        execute("DROP FUNCTION IF EXISTS journal_move_head()")


def create_indexing_trigger(connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Creates the trigger that fills `journal_lineorganisation`, replacing it where it exists."""
    insert = insert_organisations(connection, _NEW_LINE)
    execute(_drop_on_line(connection, INDEXING_TRIGGER))
    if connection.vendor == "postgresql":
        execute(
            "CREATE OR REPLACE FUNCTION journal_name_organisations() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {insert}; RETURN NULL; END $$"
        )
        execute(
            f"CREATE TRIGGER {INDEXING_TRIGGER} AFTER INSERT ON journal_line FOR EACH ROW "
            "EXECUTE FUNCTION journal_name_organisations()"
        )
    else:
        execute(f"CREATE TRIGGER {INDEXING_TRIGGER} AFTER INSERT ON journal_line BEGIN {insert}; END")


def insert_organisations(connection: BaseDatabaseWrapper, lines: str) -> str:
    """The statement that stores the organisations which the bodies of `lines` (a table called line) name."""
    if connection.vendor == "postgresql":
        value, stored = "CAST(line.body AS jsonb) #>> '{{{0}}}'", "CAST(named.organisation AS uuid)"
        path = ",".join
    else:
        value, stored = "json_extract(line.body, '$.{0}')", "replace(named.organisation, '-', '')"
        path = ".".join
    ids = [value.format(name) for name in ORGANISATION_NAMES]
    ids += [
        f"CASE WHEN {value.format(path([name, 'kind']))} = 'organisation' THEN {value.format(path([name, 'id']))} END"
        for name in HOLDER_NAMES
    ]
    named = " UNION ALL ".join(
        f"SELECT line.id AS line, line.municipality, {one} AS organisation FROM {lines} WHERE line.kind = 'acts'"
        for one in ids
    )
    return (
        "INSERT INTO journal_lineorganisation (organisation, line_id, municipality) "
        f"SELECT DISTINCT {stored}, named.line, named.municipality FROM ({named}) named "
        "WHERE named.organisation IS NOT NULL"
    )


def _drop_on_line(connection: BaseDatabaseWrapper, name: str) -> str:
    table = " ON journal_line" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {name}{table}"


def drop_triggers(connection: BaseDatabaseWrapper, execute: Execute, table: str = "") -> None:
    """Drops the triggers: to undo a migration (only those that need `table`), and for tests that tamper."""
    for trigger in _triggers(connection):
        if not table or table in trigger.tables:
            execute(_drop(connection, trigger))
    if not table:
        drop_head_trigger(connection, execute)
    if table in ("", "journal_lineorganisation"):
        execute(_drop_on_line(connection, INDEXING_TRIGGER))
        if connection.vendor == "postgresql":
            execute("DROP FUNCTION IF EXISTS journal_name_organisations()")
    if not table and connection.vendor == "postgresql":
        execute("DROP FUNCTION IF EXISTS journal_refuse()")
        execute("DROP FUNCTION IF EXISTS journal_refuse_unless_named()")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Returns the names of the triggers that should exist and do not."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        existing = {name for (name,) in cursor.fetchall()}
    expected = [*(trigger.name for trigger in _triggers(connection)), INDEXING_TRIGGER, HEAD_TRIGGER]
    return [name for name in expected if name not in existing]


def tables() -> set[str]:
    """Returns the tables that have such triggers, or are asked by one."""
    return {table for trigger in _ROW_TRIGGERS for table in trigger.tables}


def _triggers(connection: BaseDatabaseWrapper) -> tuple[JournalTrigger, ...]:
    return _ROW_TRIGGERS + (_TABLE_TRIGGERS if connection.vendor == "postgresql" else ())


# A trigger's condition may query another table in SQLite; in PostgreSQL only its function may.
_POSTGRESQL_FUNCTIONS = """
CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$;
CREATE OR REPLACE FUNCTION journal_refuse_unless_named() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF EXISTS (SELECT 1 FROM journal_blanking WHERE line_id = OLD.line_id) THEN RETURN OLD; END IF;
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation';
END $$
"""


_MOVE_HEAD = """
CREATE OR REPLACE FUNCTION journal_move_head() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    UPDATE journal_chain head SET number = last.number, hash = last.hash FROM (
        SELECT DISTINCT ON (municipality, kind) municipality, kind, number, hash FROM added
        ORDER BY municipality, kind, number DESC
    ) last WHERE head.municipality = last.municipality AND head.kind = last.kind;
    RETURN NULL;
END $$
"""


def _create(connection: BaseDatabaseWrapper, trigger: JournalTrigger) -> str:
    when = f"WHEN (NOT ({trigger.unless}))" if trigger.unless else ""
    if connection.vendor == "postgresql":
        each = "STATEMENT" if trigger.change == "TRUNCATE" else "ROW"
        function = "journal_refuse_unless_named" if trigger.unless_listed_in else "journal_refuse"
        return (
            f"CREATE TRIGGER {trigger.name} BEFORE {trigger.change} ON {trigger.table} FOR EACH {each} {when} "
            f"EXECUTE FUNCTION {function}('{trigger.message}')"
        )
    if trigger.unless_listed_in:
        when = f"WHEN NOT EXISTS (SELECT 1 FROM {trigger.unless_listed_in} WHERE line_id = OLD.line_id)"
    return (
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.change} ON {trigger.table} {when} "
        f"BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
    )


def _drop(connection: BaseDatabaseWrapper, trigger: JournalTrigger) -> str:
    table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {trigger.name}{table}"
