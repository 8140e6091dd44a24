# SPDX-License-Identifier: EUPL-1.2
"""A holding's predecessor is looked up in the index of its thing, however long the chain is (triggers.py)."""

from django.db import migrations

from troskel.custody.triggers import TRIGGERS
from troskel.ground.triggers import create_all


def raise_them(apps, schema_editor):
    create_all(TRIGGERS, schema_editor.connection, schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("custody", "0005_numbers_in_one_spelling")]
    operations = [migrations.RunPython(raise_them, migrations.RunPython.noop)]
