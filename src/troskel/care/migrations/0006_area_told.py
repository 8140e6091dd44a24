# SPDX-License-Identifier: EUPL-1.2
"""Which of a provider's areas the case system last named for an allocation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0005_guards")]
    operations = [
        migrations.AddField(
            model_name="allocation",
            name="area_told",
            field=models.CharField(
                help_text="the provider's area that the case system last named", max_length=100, null=True
            ),
        ),
    ]
