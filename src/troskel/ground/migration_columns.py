# SPDX-License-Identifier: EUPL-1.2
"""Adds columns in migrations without rebuilding the table: SQLite drops the triggers of a table that it rebuilds."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import CharField


class TextColumn(migrations.SeparateDatabaseAndState):
    """Adds a text column, empty in existing rows.

    `sorted_by_bytes`: the column is a sort key and must not use the database's own collation.
    """

    def __init__(
        self, model: str, name: str, length: int, *, sorted_by_bytes: bool = False, **more: Any
    ) -> None:
        self.model, self.name, self.sorted_by_bytes = model, name, sorted_by_bytes
        field: Any = CharField(max_length=length, default="", **more)

        def add(apps: Any, schema_editor: Any) -> None:
            collation = ' COLLATE "C"' if self._is_collated(schema_editor) else ""
            schema_editor.execute(
                f'ALTER TABLE {self._table(apps)} ADD COLUMN "{name}" varchar({length}){collation} '
                "DEFAULT '' NOT NULL"
            )

        def drop(apps: Any, schema_editor: Any) -> None:
            schema_editor.execute(f'ALTER TABLE {self._table(apps)} DROP COLUMN "{name}"')

        super().__init__(
            database_operations=[migrations.RunPython(add, drop)],
            state_operations=[migrations.AddField(model.split(".")[1], name, field)],
        )

    def collate(self, apps: Any, schema_editor: Any) -> None:
        """Tells the model, whose table is to be made, the collation that this step gives its column."""
        if self._is_collated(schema_editor):
            apps.get_model(*self.model.split("."))._meta.get_field(self.name).db_collation = "C"

    def _is_collated(self, schema_editor: Any) -> bool:
        return self.sorted_by_bytes and schema_editor.connection.vendor == "postgresql"

    def _table(self, apps: Any) -> str:
        return str(apps.get_model(*self.model.split("."))._meta.db_table)
