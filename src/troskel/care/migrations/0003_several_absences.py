import datetime as dt
import json
from collections import defaultdict

from django.db import migrations, models

from troskel.ground.new_database import FillRows

ONE_DAY = dt.timedelta(days=1)


def rows_end_as_the_journal_tells(apps, schema_editor):
    """Until now the facts held the latest absence alone, and the wrong row could end. `duties` folds the facts anew."""
    Line = apps.get_model('journal', 'Line')
    Suspension = apps.get_model('care', 'Suspension')
    rows = defaultdict(list)
    for row in Suspension.objects.order_by('id'):
        rows[row.client_id].append(row)
    lines = defaultdict(list)
    for line in Line.objects.filter(kind='acts', event__startswith='suspension.').order_by('municipality', 'number'):
        lines[line.client].append((line.event, json.loads(line.body)))
    for client, told_lines in lines.items():
        told = _folded(told_lines)
        if len(told) != len(rows[client]):
            continue
        for row, (begins, through) in zip(rows[client], told, strict=True):
            row.withdrawn = through is not None and through < begins
            row.valid_through = row.valid_through if row.withdrawn else through
        Suspension.objects.bulk_update(rows[client], ['valid_through', 'withdrawn'])


def _folded(told):
    """First and last day of each absence, as `routine.fold_care` tells them of lines that name none."""
    found = []
    for event, body in told:
        if event == 'suspension.began':
            found.append((_day(body['from']), _day(body.get('through'))))
        else:
            on = _day(body['on'])
            found = [
                (begins, on - ONE_DAY) if begins <= on and (through is None or on <= through) else (begins, through)
                for begins, through in found
            ]
    return found


def _day(text):
    return dt.date.fromisoformat(text) if text else None


class Migration(migrations.Migration):

    dependencies = [
        ('care', '0002_suspensions'),
        ('journal', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='suspension',
            name='one_open_suspension_per_client',
        ),
        migrations.AddField(
            model_name='suspension',
            name='withdrawn',
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_through', None), ('withdrawn', False)), fields=('municipality', 'client', 'valid_from'), name='one_open_suspension_per_first_day'),
        ),
        FillRows(rows_end_as_the_journal_tells, migrations.RunPython.noop, elidable=True),
    ]
