# SPDX-License-Identifier: EUPL-1.2
"""A closed organisation gets no allocation (triggers.py)."""

from django.db import migrations

from troskel.care.triggers import TRIGGERS
from troskel.ground.triggers import create_all, drop_all


def raise_them(apps, schema_editor):
    create_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


def drop_them(apps, schema_editor):
    drop_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("care", "0004_investigations_finished"), ("people", "0007_closed")]
    operations = [migrations.RunPython(raise_them, drop_them)]
