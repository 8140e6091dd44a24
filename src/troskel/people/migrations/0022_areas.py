# SPDX-License-Identifier: EUPL-1.2
"""In which area a provider has a client; a unit of an account is a provider's area, too."""

import django.db.models.deletion
import troskel.ground.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0021_directory'),
    ]

    operations = [
        migrations.AlterField(
            model_name='account',
            name='unit',
            field=models.CharField(help_text="or a provider's area", max_length=100, null=True),
        ),
        migrations.CreateModel(
            name='ClientArea',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('area', models.CharField(max_length=100)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='people.client')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='areas', to='people.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('municipality', 'organisation', 'client'), name='one_area_per_organisation_and_client'), models.CheckConstraint(condition=models.Q(('area', ''), _negated=True), name='an_area_has_a_name')],
            },
        ),
    ]
