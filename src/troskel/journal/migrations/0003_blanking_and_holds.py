# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import troskel.ground.ids
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troskel.journal.triggers import drop_triggers, create_triggers


def up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    create_triggers(editor.connection, editor.execute)


def down(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    drop_triggers(editor.connection, editor.execute, table="journal_blanking")


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Blanking',
            fields=[
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='blanking', serialize=False, to='journal.line')),
                ('municipality', models.CharField(max_length=4)),
                ('recorded', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('municipality', models.CharField(max_length=4)),
                ('client', models.UUIDField()),
                ('reason', models.CharField(help_text='code', max_length=20)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('municipality', 'client', 'reason'), name='one_hold_per_client_and_reason')],
            },
        ),
        migrations.RunPython(up, down),
    ]
