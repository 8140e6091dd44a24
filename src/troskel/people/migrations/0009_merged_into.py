# SPDX-License-Identifier: EUPL-1.2
"""An entry that was merged points to the one that remains, which is merged into no other (triggers.py)."""

import django.db.models.deletion
from django.db import migrations, models

from troskel.ground.triggers import create_all, drop_all
from troskel.people.triggers import TRIGGERS


def raise_them(apps, schema_editor):
    create_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


def drop_them(apps, schema_editor):
    drop_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("people", "0008_planned_moves")]

    operations = [
        migrations.AddField(
            model_name="client",
            name="merged_into",
            field=models.ForeignKey(
                help_text="the entry that remains",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="people.client",
            ),
        ),
        migrations.RunPython(raise_them, drop_them),
    ]
