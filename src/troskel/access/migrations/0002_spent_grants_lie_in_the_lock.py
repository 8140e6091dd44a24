# SPDX-License-Identifier: EUPL-1.2

import json

from django.db import migrations, models

from troskel.ground.new_database import FillRows
from troskel.ground import clock


def take_over(apps, schema_editor):
    """The grants that have not ended go into the lock's memory; a lock refuses the others by their time."""
    Opening = apps.get_model('access', 'Opening')
    for lock in apps.get_model('access', 'SimulatedLock').objects.all():
        grants = lock.spent_grants.values_list('grant', flat=True)
        current = Opening.objects.filter(grant__in=list(grants), not_after__gte=clock.now())
        lock.spent = json.dumps({str(one.grant): one.not_after.isoformat() for one in current})
        lock.save(update_fields=['spent'])


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='spentgrant',
            name='lock',
            field=models.ForeignKey(on_delete=models.CASCADE, related_name='spent_grants', to='access.simulatedlock'),
        ),
        migrations.AddField(
            model_name='simulatedlock',
            name='spent',
            field=models.TextField(default='{}', help_text='JSON: grants turned on once, until they end'),
        ),
        FillRows(take_over, migrations.RunPython.noop),
        migrations.DeleteModel(
            name='SpentGrant',
        ),
    ]
