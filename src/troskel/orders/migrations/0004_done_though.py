# SPDX-License-Identifier: EUPL-1.2
"""A removal that has been done though the lock was needed is written down, marked (rule 10)."""

from django.db import migrations

from troskel.ground.migration_columns import TextColumn


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_guards")]
    operations = [
        TextColumn("orders.order", "done_though", 200, help_text="codes: what was unusual about the report"),
    ]
