# SPDX-License-Identifier: EUPL-1.2
"""A home is known by its address in one spelling.

Where two homes prove to be one, the later keeps a key that no address has: who lives there is for a person to tell.
"""

from django.db import migrations

from troskel.ground.new_database import FillRows
from troskel.people.addresses import address_key

ROWS = 1000


def fill(apps, schema_editor):
    rows = apps.get_model("people", "Home").objects
    taken, changed = set(), []
    for home in rows.exclude(address_key=None).order_by("pk").iterator(ROWS):
        key = address_key(home.street, home.postcode, home.town, home.apartment)
        if key is not None and (home.municipality_id, key) not in taken:
            taken.add((home.municipality_id, key))
            home.address_key = key
            changed.append(home)
    rows.bulk_update(changed, ["address_key"], batch_size=ROWS // 4)


class Migration(migrations.Migration):
    dependencies = [("people", "0011_night_digests")]

    operations = [FillRows(fill, migrations.RunPython.noop)]
