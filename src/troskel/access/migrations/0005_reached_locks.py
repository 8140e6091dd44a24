# SPDX-License-Identifier: EUPL-1.2
"""What is wished and what is observed of locks that are reached from here."""

import django.db.models.deletion
import troskel.ground.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_brief_sight'),
        ('people', '0022_areas'),
    ]

    operations = [
        migrations.CreateModel(
            name='GrantAtLock',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('serial', models.CharField(max_length=64)),
                ('grant', models.UUIDField()),
                ('wished', models.CharField(help_text='turn, there or gone', max_length=10)),
                ('wished_at', models.DateTimeField()),
                ('until', models.DateTimeField(help_text="of a turn: the grant's end", null=True)),
                ('observed', models.CharField(blank=True, help_text="a turn's outcome; or: there, gone, on its way", max_length=10)),
                ('observed_at', models.DateTimeField(null=True)),
                ('reference', models.CharField(blank=True, help_text="how the lock's maker names it", max_length=100)),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('municipality', 'serial', 'grant'), name='one_row_per_grant_at_a_lock'), models.CheckConstraint(condition=models.Q(('wished__in', ['turn', 'there', 'gone'])), name='a_grant_at_a_lock_has_a_wish'), models.CheckConstraint(condition=models.Q(models.Q(('observed', ''), ('observed_at', None)), models.Q(models.Q(('observed', ''), _negated=True), ('observed_at__isnull', False)), _connector='OR'), name='an_observation_at_a_lock_has_its_time')],
            },
        ),
        migrations.CreateModel(
            name='ReachedLock',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('serial', models.CharField(max_length=64)),
                ('wished', models.CharField(blank=True, help_text='unlock or lock', max_length=10)),
                ('wished_at', models.DateTimeField(null=True)),
                ('busy_until', models.DateTimeField(help_text='a command may be on its way: no other is sent', null=True)),
                ('bolt', models.CharField(default='unknown', max_length=10)),
                ('battery', models.IntegerField(help_text='per cent', null=True)),
                ('seen', models.DateTimeField(null=True)),
                ('polled_on', models.DateField(null=True)),
                ('polls', models.IntegerField(default=0, help_text='how often it was woken that day to tell its state')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.municipality')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('municipality', 'serial'), name='one_reached_lock_per_serial'), models.CheckConstraint(condition=models.Q(('bolt__in', ['unknown', 'locked', 'unlocked', 'locking', 'unlocking', 'jammed'])), name='a_bolt_is_somewhere')],
            },
        ),
    ]
