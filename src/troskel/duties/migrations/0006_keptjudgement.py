# SPDX-License-Identifier: EUPL-1.2
"""What an earlier version of the engine judged otherwise than a later one is kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('duties', '0005_day_confirmed'),
        ('people', '0019_caseloads'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptJudgement',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('homes', models.TextField(help_text='JSON of routine.replay.KeptHome by home')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
            ],
        ),
    ]
