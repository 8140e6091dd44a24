# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0009_merged_into'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessNote',
            fields=[
                ('home', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='access_note', serialize=False, to='people.home')),
                ('text', models.TextField()),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
            ],
        ),
    ]
