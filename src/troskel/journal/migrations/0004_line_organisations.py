# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troskel.ground.new_database import FillRows
from troskel.journal.triggers import create_triggers, drop_triggers, insert_organisations


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Old lines: the same statement as the trigger's, over all of them."""
    editor.execute(insert_organisations(editor.connection, "journal_line line"))


def guard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    create_triggers(editor.connection, editor.execute)


def unguard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    drop_triggers(editor.connection, editor.execute, table="journal_lineorganisation")


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_blanking_and_holds")]

    operations = [
        migrations.CreateModel(
            name="LineOrganisation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organisation", models.UUIDField()),
                ("municipality", models.CharField(max_length=4)),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="journal.line",
                    ),
                ),
            ],
        ),
        FillRows(fill, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
