# SPDX-License-Identifier: EUPL-1.2
"""A night is known again by its bytes; those taken in before have no digest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0010_access_notes")]

    operations = [
        migrations.AddField(
            model_name="importednight",
            name="digest",
            field=models.CharField(default="", help_text="of the files' bytes", max_length=64),
        ),
    ]
