# SPDX-License-Identifier: EUPL-1.2
"""Rules that no constraint can say, as triggers (triggers.py)."""

from django.db import migrations

from troskel.orders.triggers import OF_CARE
from troskel.ground.triggers import drop_all, create_all


def raise_them(apps, schema_editor):
    create_all(OF_CARE, schema_editor.connection, schema_editor.execute)


def drop_them(apps, schema_editor):
    drop_all(OF_CARE, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_repairs"),
        ("people", "0002_representatives_consents_entrusted"),
        ("care", "0002_suspensions"),
    ]
    operations = [migrations.RunPython(raise_them, drop_them)]
