import datetime as dt
import json
from collections import defaultdict
from uuid import UUID

from django.db import migrations, models

ONE_DAY = dt.timedelta(days=1)


def facts_hold_every_absence(apps, schema_editor):
    """Until now the facts held the latest absence alone, and the wrong row could end: both are told by the journal."""
    Line = apps.get_model('journal', 'Line')
    Suspension = apps.get_model('care', 'Suspension')
    HomeState = apps.get_model('duties', 'HomeState')
    rows = defaultdict(list)
    for row in Suspension.objects.order_by('id'):
        rows[row.client_id].append(row)
    lines = defaultdict(list)
    for line in Line.objects.filter(kind='acts', event__startswith='suspension.').order_by('municipality', 'number'):
        lines[line.client].append((line.event, json.loads(line.body)))
    absences = {client: _folded(told) for client, told in lines.items()}
    for client, told in absences.items():
        if len(told) != len(rows[client]):
            continue
        for row, (begins, through) in zip(rows[client], told, strict=True):
            row.withdrawn = through is not None and through < begins
            row.valid_through = row.valid_through if row.withdrawn else through
        Suspension.objects.bulk_update(rows[client], ['valid_through', 'withdrawn'])
    for state in HomeState.objects.filter(state__contains='"suspended"').iterator():
        kept = json.loads(state.state)
        for client, facts in kept['facts'].get('clients', {}).items():
            was_away = facts.pop('suspended', None)
            facts.pop('suspended_through', None)
            if was_away:
                told = absences.get(UUID(client), [])
                facts['absences'] = [_stored(*period) for period in told if period[1] is None or period[1] >= period[0]]
        HomeState.objects.filter(pk=state.pk).update(state=json.dumps(kept, separators=(',', ':'), ensure_ascii=False))


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


def _stored(begins, through):
    period = {'begins': begins.isoformat(), 'through': through.isoformat() if through else None}
    return {name: day for name, day in period.items() if day}


def _day(text):
    return dt.date.fromisoformat(text) if text else None


class Migration(migrations.Migration):

    dependencies = [
        ('care', '0002_suspensions'),
        ('duties', '0002_person_deputies_versions'),
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
        migrations.RunPython(facts_hold_every_absence, migrations.RunPython.noop, elidable=True),
    ]
