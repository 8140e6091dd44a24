# SPDX-License-Identifier: EUPL-1.2
"""Which other municipality a client belonged to before, so that its last month can be billed (O2)."""

from django.db import migrations, models

from troskel.ground.migration_columns import TextColumn


class Migration(migrations.Migration):
    dependencies = [("people", "0004_imported_nights")]

    operations = [
        TextColumn(
            "people.Client",
            "assigned_by",
            4,
            blank=True,
            help_text="the other municipality, of one who is own since `own_since`",
        ),
        migrations.AddField("client", "own_since", models.DateField(null=True)),
    ]
