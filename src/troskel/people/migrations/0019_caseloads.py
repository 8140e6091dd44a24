# SPDX-License-Identifier: EUPL-1.2
"""Whose case a client is, and who stands in for whom."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
import troskel.ground.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies: ClassVar = [
        ('people', '0018_enrolment_issuer'),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name='account',
            name='unit',
            field=models.CharField(help_text='of the office, as assessors share them', max_length=100, null=True),
        ),
        migrations.AddField(
            model_name='client',
            name='assessor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='caseload', to='people.account'),
        ),
        migrations.AddField(
            model_name='client',
            name="assessor_told",
            field=models.CharField(help_text="whom the case system last named", max_length=200, null=True),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["municipality", "assessor"], name="clients_by_assessor"),
        ),
        migrations.CreateModel(
            name='Cover',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('valid_from', models.DateField()),
                ('valid_through', models.DateField()),
                ('ended', models.DateField(help_text='the day on which it was ended before its time', null=True)),
                ('absent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covers', to='people.account')),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covering', to='people.account')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended', None)), fields=('municipality', 'absent'), name='one_standing_cover_per_person'), models.CheckConstraint(condition=models.Q(('valid_through__gte', models.F('valid_from'))), name='a_cover_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('absent', models.F('deputy')), _negated=True), name='nobody_covers_oneself')],
            },
        ),
    ]
