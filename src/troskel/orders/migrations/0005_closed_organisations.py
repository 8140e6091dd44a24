# SPDX-License-Identifier: EUPL-1.2
"""A closed organisation gets no order, and a lock that nobody wants is taken down (triggers.py)."""

from django.db import migrations

from troskel.orders.triggers import TRIGGERS
from troskel.ground.triggers import create_all, drop_all


def raise_them(apps, schema_editor):
    create_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


def drop_them(apps, schema_editor):
    drop_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_done_though"), ("people", "0007_closed"), ("care", "0002_suspensions")]
    operations = [migrations.RunPython(raise_them, drop_them)]
