# SPDX-License-Identifier: EUPL-1.2
"""Which day a person said that it was: after a long standstill no day is turned without."""

import django.db.models.deletion
import troskel.ground.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('duties', '0004_allocations_numbered'),
        ('people', '0018_enrolment_issuer'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayConfirmed',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('municipality', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
