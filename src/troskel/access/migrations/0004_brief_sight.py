# SPDX-License-Identifier: EUPL-1.2
"""Somebody without sight of a client sees them for a short time, and a manager reviews it."""

import django.db.models.deletion
import troskel.ground.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_alarm_urgency'),
        ('people', '0019_caseloads'),
    ]

    operations = [
        migrations.CreateModel(
            name='BriefSight',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('taken', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('reviewed', models.DateTimeField(null=True)),
                ('verdict', models.CharField(blank=True, max_length=20)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='brief_sights', to='people.account')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='brief_sights', to='people.client')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.account')),
            ],
            options={
                'indexes': [models.Index(fields=['municipality', 'account', 'until'], name='brief_sights_by_account'), models.Index(condition=models.Q(('reviewed', None)), fields=['municipality', 'taken'], name='brief_sights_unreviewed')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('taken'))), name='a_brief_sight_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed', None), ('reviewed_by', None), ('verdict', '')), models.Q(('reviewed__isnull', False), ('reviewed_by__isnull', False), ('verdict__in', ['justified', 'unjustified'])), _connector='OR'), name='a_reviewed_brief_sight_has_a_verdict'), models.CheckConstraint(condition=models.Q(('reviewed_by', models.F('account')), _negated=True), name='nobody_reviews_the_own_brief_sight')],
            },
        ),
    ]
