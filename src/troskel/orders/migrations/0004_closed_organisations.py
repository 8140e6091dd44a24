# SPDX-License-Identifier: EUPL-1.2
"""A closed organisation gets no order (triggers.py)."""

from django.db import migrations

from troskel.orders.triggers import FOR_THE_CLOSED
from troskel.ground.triggers import create_all, drop_all


def raise_them(apps, schema_editor):
    create_all(FOR_THE_CLOSED, schema_editor.connection, schema_editor.execute)


def drop_them(apps, schema_editor):
    drop_all(FOR_THE_CLOSED, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_guards"), ("people", "0005_closed")]
    operations = [migrations.RunPython(raise_them, drop_them)]
