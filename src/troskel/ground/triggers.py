# SPDX-License-Identifier: EUPL-1.2
"""Rules that no constraint can express, as triggers on both databases. A violation names the trigger.

A migration creates them. A later migration that alters one of the tables must create them again: SQLite rebuilds an
altered table and drops its triggers (a test checks that they exist).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

Execute = Callable[[str], object]

DIALECTS = {
    "sqlite": {"differs": "IS NOT", "day": "date({})"},
    "postgresql": {"differs": "IS DISTINCT FROM", "day": "({} AT TIME ZONE 'UTC')::date"},
}


class Trigger(NamedTuple):
    """Refuses a change of a table's row when `condition` on NEW (and OLD) holds. The error message is `name`.

    In the condition `{differs}` compares nullable values, and `{day:NEW.placed}` is an instant's day in UTC.
    """

    name: str
    table: str
    change: str
    condition: str

    def create_statements(self, vendor: str) -> Iterable[str]:
        """Yields the statements that create the trigger."""
        condition = self._condition_for(vendor)
        if vendor == "sqlite":
            yield (
                f"CREATE TRIGGER {self.name} BEFORE {self.change} ON {self.table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
            )
            return
        yield (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION USING MESSAGE = '{self.name}', ERRCODE = 'check_violation'; END IF; "
            f"RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {self.name} BEFORE {self.change} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )

    def drop_statement(self, vendor: str) -> str:
        """Returns the statement that drops the trigger if it exists."""
        table = f" ON {self.table}" if vendor == "postgresql" else ""
        return f"DROP TRIGGER IF EXISTS {self.name}{table}"

    def _condition_for(self, vendor: str) -> str:
        dialect = DIALECTS[vendor]
        condition = self.condition.replace("{differs}", dialect["differs"])
        before, *parts = condition.split("{day:")
        days = (part.split("}", 1) for part in parts)
        return before + "".join(dialect["day"].format(instant) + rest for instant, rest in days)


def create_all(triggers: Iterable[Trigger], connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Creates the triggers, replacing those that exist."""
    for trigger in triggers:
        execute(trigger.drop_statement(connection.vendor))
        for statement in trigger.create_statements(connection.vendor):
            execute(statement)


def drop_all(triggers: Iterable[Trigger], connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Drops the triggers: to undo the migration, and for tests that tamper."""
    for trigger in triggers:
        execute(trigger.drop_statement(connection.vendor))


def missing(triggers: Iterable[Trigger], connection: BaseDatabaseWrapper) -> list[str]:
    """Returns the names of the triggers that should exist and do not."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        existing = {name for (name,) in cursor.fetchall()}
    return [trigger.name for trigger in triggers if trigger.name not in existing]
