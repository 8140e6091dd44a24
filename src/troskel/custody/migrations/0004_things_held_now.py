# SPDX-License-Identifier: EUPL-1.2
"""A holding says what kind of thing it is about, so that what lies in stock is found among hundreds of thousands."""

from django.db import migrations, models

from troskel.ground.new_database import FillRows
from troskel.ground.migration_columns import TextColumn


def fill(apps, schema_editor):
    schema_editor.execute(
        "UPDATE custody_holding SET thing_kind = (SELECT t.kind FROM custody_thing t WHERE t.id = thing_id)"
    )


class Migration(migrations.Migration):
    dependencies = [("custody", "0003_guards")]
    operations = [
        TextColumn("custody.holding", "thing_kind", 10, help_text="the thing's, so that stock is found"),
        FillRows(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "holding",
            models.Index(
                fields=["municipality", "thing_kind", "kind", "holder"],
                condition=models.Q(until=None),
                name="things_held_now",
            ),
        ),
    ]
