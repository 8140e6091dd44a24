# SPDX-License-Identifier: EUPL-1.2
"""Makes the tables of an empty database as the migrations leave them, without going through each of them.

Migrations render every model again at each change: ten seconds of a processor, for tables without a row. Here they
are added up first, and the tables made from the sum. All of them are noted as applied.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations import RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor

from troskel.ground.migration_columns import TextColumn


class FillRows(RunPython):
    """A migration's step that changes rows alone: there is nothing for it to do in a new database."""


def is_empty(connection: Any) -> bool:
    """Has the database no table?"""
    return not connection.introspection.table_names()


def make_tables(connection: Any) -> None:
    """Makes the tables, indexes and triggers of all migrations in one transaction."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    state = executor.loader.project_state()
    steps = [(migration.app_label, step) for migration, _ in plan for step in migration.operations]
    with connection.schema_editor(atomic=True) as editor:
        for _app, step in steps:
            if isinstance(step, TextColumn):
                step.collate(state.apps, editor)
        for model in state.apps.get_models():
            editor.create_model(model)
        for app, step in steps:
            if _makes_schema(app, step):
                step.database_forwards(app, editor, state, state)
        applied = executor.recorder.Migration
        editor.create_model(applied)
        applied.objects.using(connection.alias).bulk_create(
            [applied(app=migration.app_label, name=migration.name) for migration, _ in plan]
        )


def _makes_schema(app: str, step: Any) -> bool:
    """Does the step change tables in a way that models don't tell? Django's own apps only fill rows so."""
    return isinstance(step, RunPython | RunSQL) and not isinstance(step, FillRows) and app not in DJANGOS_OWN


DJANGOS_OWN = ("auth", "contenttypes")
