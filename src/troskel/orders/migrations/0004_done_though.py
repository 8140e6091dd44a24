# SPDX-License-Identifier: EUPL-1.2
"""A removal that has been done though the lock was needed is written down, marked (rule 10)."""

from django.db import migrations

from troskel.ground.migration_columns import text_column
from troskel.ground.triggers import create_all
from troskel.orders.triggers import TRIGGERS


def raise_them_again(apps, schema_editor):
    create_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_guards")]
    operations = [
        text_column("orders.order", "done_though", 200, help_text="codes: what was unusual about the report"),
        migrations.RunPython(raise_them_again, migrations.RunPython.noop),
    ]
