# SPDX-License-Identifier: EUPL-1.2
"""Every trigger of the database: `migrate` makes them anew, and a check finds those that differ."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection, transaction

from troskel.care import triggers as care
from troskel.custody import triggers as custody
from troskel.ground.triggers import create_all
from troskel.journal import triggers as journal
from troskel.orders import triggers as orders
from troskel.people import triggers as people
from troskel.visits import triggers as visits

OF_ROOMS = (*people.TRIGGERS, *care.TRIGGERS, *custody.TRIGGERS, *orders.TRIGGERS, *visits.TRIGGERS)
SCRATCH = "troskel_scratch"
"""The schema in which PostgreSQL makes the triggers once more, to tell how it writes them; rolled back."""


class Guard(NamedTuple):
    """A trigger, as the database tells it. `text`: its definition, and its function's."""

    table: str
    name: str
    text: str
    enabled: bool = True


def restore() -> None:
    """Makes every trigger anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        journal.create_triggers(connection, cursor.execute)
        create_all(OF_ROOMS, connection, cursor.execute)


def differing() -> list[str]:
    """Returns how the triggers differ from those that `migrate` makes: missing, switched off, changed, or others'."""
    expected = _expected_in_postgresql() if connection.vendor == "postgresql" else _expected_in_sqlite()
    found = {(guard.table, guard.name): guard for guard in _existing()}
    wrong = []
    for key, guard in sorted(expected.items()):
        there = found.pop(key, None)
        if there is None:
            wrong.append(f"the trigger {guard.name} of {guard.table} is missing")
        elif not there.enabled:
            wrong.append(f"the trigger {guard.name} of {guard.table} is switched off")
        elif there.text != guard.text:
            wrong.append(f"the trigger {guard.name} of {guard.table} is another than migrate makes")
    return wrong + [
        f"{table} has a trigger {name} that migrate does not make" for table, name in sorted(found)
    ]


def _existing() -> list[Guard]:
    return _in_schema("current_schema()") if connection.vendor == "postgresql" else _in_sqlite()


def _in_sqlite() -> list[Guard]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        return [Guard(*row) for row in cursor.fetchall()]


def _expected_in_sqlite() -> dict[tuple[str, str], Guard]:
    """SQLite keeps the text by which a trigger was made."""
    made: list[str] = []
    journal.create_triggers(connection, made.append)
    create_all(OF_ROOMS, connection, made.append)
    guards = {}
    for text in made:
        words = text.split()
        if words[:2] == ["CREATE", "TRIGGER"]:
            table = words[words.index("ON") + 1]
            guards[table, words[2]] = Guard(table, words[2], text)
    return guards


def _expected_in_postgresql() -> dict[tuple[str, str], Guard]:
    """PostgreSQL writes a trigger in its own way: they are made once more, on empty tables beside, and rolled back."""
    tables = {*journal.tables(), *(trigger.table for trigger in OF_ROOMS)}
    with transaction.atomic(), connection.cursor() as cursor:
        point = transaction.savepoint()
        cursor.execute("SELECT current_schema()")
        (ours,) = cursor.fetchone()
        cursor.execute(f"CREATE SCHEMA {SCRATCH}")
        for table in sorted(tables):
            cursor.execute(f'CREATE TABLE {SCRATCH}.{table} (LIKE "{ours}".{table})')
        cursor.execute(f"SET LOCAL search_path = {SCRATCH}")
        journal.create_triggers(connection, cursor.execute)
        create_all(OF_ROOMS, connection, cursor.execute)
        guards = _in_schema(f"'{SCRATCH}'")
        transaction.savepoint_rollback(point)
    return {(guard.table, guard.name): guard for guard in guards}


def _in_schema(schema: str) -> list[Guard]:
    """The triggers of a schema, without its name in their texts."""
    query = (
        "SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), p.prosrc, t.tgenabled = 'O', n.nspname "
        "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND n.nspname = {schema}"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            Guard(table, name, f"{definition.replace(f'{where}.', '')}\n{body}", enabled)
            for table, name, definition, body, enabled, where in cursor.fetchall()
        ]
