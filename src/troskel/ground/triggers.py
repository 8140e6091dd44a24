# SPDX-License-Identifier: EUPL-1.2
"""Rules that no constraint can express, as triggers on both databases: what breaks one is refused by name.

A migration raises them. A later migration that alters one of the tables must raise them again: SQLite rebuilds an
altered table and forgets its triggers (a test looks whether they stand).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

Execute = Callable[[str], object]

WORDS = {
    "sqlite": {"differs": "IS NOT", "day": "date({})"},
    "postgresql": {"differs": "IS DISTINCT FROM", "day": "({} AT TIME ZONE 'UTC')::date"},
}


class Trigger(NamedTuple):
    """Refuses a change of a table's row where `condition` on NEW (and OLD) holds. `name` is what the refusal says.

    In the condition `{differs}` compares what may be null, and `{day:NEW.placed}` is an instant's day in UTC.
    """

    name: str
    table: str
    change: str
    condition: str

    def created(self, vendor: str) -> Iterable[str]:
        """The statements that raise it."""
        condition = self._in_words_of(vendor)
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

    def dropped(self, vendor: str) -> str:
        """The statement that takes it away, if it stands."""
        table = f" ON {self.table}" if vendor == "postgresql" else ""
        return f"DROP TRIGGER IF EXISTS {self.name}{table}"

    def _in_words_of(self, vendor: str) -> str:
        words = WORDS[vendor]
        told = self.condition.replace("{differs}", words["differs"])
        before, *parts = told.split("{day:")
        days = (part.split("}", 1) for part in parts)
        return before + "".join(words["day"].format(instant) + rest for instant, rest in days)


def raise_all(triggers: Iterable[Trigger], connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Create the triggers, anew where they stand."""
    for trigger in triggers:
        execute(trigger.dropped(connection.vendor))
        for statement in trigger.created(connection.vendor):
            execute(statement)


def drop_all(triggers: Iterable[Trigger], connection: BaseDatabaseWrapper, execute: Execute) -> None:
    """Take the triggers away: to undo the migration, and for tests that tamper."""
    for trigger in triggers:
        execute(trigger.dropped(connection.vendor))


def missing(triggers: Iterable[Trigger], connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that should stand and do not."""
    known = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        known = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(known)
        standing = {name for (name,) in cursor.fetchall()}
    return [trigger.name for trigger in triggers if trigger.name not in standing]
