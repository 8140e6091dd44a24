# SPDX-License-Identifier: EUPL-1.2
"""The night that is being taken in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0016_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name='municipality',
            name='begun_night',
            field=models.TextField(default='', help_text='JSON: the night that is being taken in'),
        ),
    ]
