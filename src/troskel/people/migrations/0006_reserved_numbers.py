# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import troskel.ground.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_own_since'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReservedNumber',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(help_text='order', max_length=10)),
                ('year', models.IntegerField()),
                ('number', models.IntegerField()),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('municipality', 'kind', 'year', 'number'), name='a_number_is_reserved_once')],
            },
        ),
    ]
