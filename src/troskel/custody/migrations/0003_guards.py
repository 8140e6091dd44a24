# SPDX-License-Identifier: EUPL-1.2
"""Rules that no constraint can say, as triggers (triggers.py)."""

from django.db import migrations

from troskel.custody.triggers import TRIGGERS
from troskel.ground.triggers import drop_all, create_all


def raise_them(apps, schema_editor):
    create_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


def drop_them(apps, schema_editor):
    drop_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0002_offers_and_signatures"),
        ("people", "0002_representatives_consents_entrusted"),
        ("care", "0002_suspensions"),
    ]
    operations = [migrations.RunPython(raise_them, drop_them)]
