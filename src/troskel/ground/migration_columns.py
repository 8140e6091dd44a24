# SPDX-License-Identifier: EUPL-1.2
"""Adds columns in migrations without rebuilding the table: SQLite drops the triggers of a table that it rebuilds."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import CharField


def text_column(model: str, name: str, length: int, *, sorted_by_bytes: bool = False, **more: Any) -> Any:
    """Returns the operation that adds a text column, empty in existing rows.

    `sorted_by_bytes`: the column is a sort key and must not use the database's own collation.
    """

    def add(apps: Any, schema_editor: Any) -> None:
        table = apps.get_model(*model.split("."))._meta.db_table
        collation = (
            ' COLLATE "C"' if sorted_by_bytes and schema_editor.connection.vendor == "postgresql" else ""
        )
        schema_editor.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} varchar({length}){collation} DEFAULT '' NOT NULL"
        )

    def drop(apps: Any, schema_editor: Any) -> None:
        table = apps.get_model(*model.split("."))._meta.db_table
        schema_editor.execute(f"ALTER TABLE {table} DROP COLUMN {name}")

    field: Any = CharField(max_length=length, default="", **more)
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunPython(add, drop)],
        state_operations=[migrations.AddField(model.split(".")[1], name, field)],
    )
