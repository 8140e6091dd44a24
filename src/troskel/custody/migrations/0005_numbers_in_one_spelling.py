# SPDX-License-Identifier: EUPL-1.2
"""Numbers of locks, tags and keys have one spelling. Where two prove to be one number, the later keeps its own."""

from django.db import migrations

from troskel.ground.new_database import FillRows
from troskel.ground.spelling import thing_number

ROWS = 1000


def fill(apps, schema_editor):
    things = apps.get_model("custody", "Thing").objects
    taken, other = set(), []
    for thing in things.order_by("pk").iterator(ROWS):
        spelt = thing_number(thing.number) or thing.number
        if spelt == thing.number:
            taken.add((thing.municipality_id, thing.kind, spelt))
        else:
            other.append((thing, spelt))
    changed = []
    for thing, spelt in other:
        key = (thing.municipality_id, thing.kind, spelt)
        if key not in taken and len(spelt) <= 50:
            taken.add(key)
            thing.number = spelt
            changed.append(thing)
    things.bulk_update(changed, ["number"], batch_size=ROWS // 4)


class Migration(migrations.Migration):
    dependencies = [("custody", "0004_things_held_now")]

    operations = [FillRows(fill, migrations.RunPython.noop)]
