# SPDX-License-Identifier: EUPL-1.2
"""Clients are searched by first name and street as well, and accounts listed, all in the Swedish order.

The keys of clients are made anew: in the older ones å, ä and ö came before the other letters that follow z.
"""

from django.db import migrations, models

from troskel.ground.new_database import FillRows
from troskel.ground.migration_columns import TextColumn
from troskel.ground.sorting import truncated_sort_key

ROWS = 1000


def fill(apps, schema_editor):
    for model, keys in (
        ("Client", {"sort_key": ("last_name", "first_name"), "first_key": ("first_name", "last_name")}),
        ("Home", {"street_key": ("street",)}),
        ("Account", {"sort_key": ("name",)}),
    ):
        rows = apps.get_model("people", model).objects
        changed = []
        for row in rows.order_by("pk").iterator(ROWS):
            for key, parts in keys.items():
                setattr(row, key, truncated_sort_key(*(getattr(row, part) for part in parts)))
            changed.append(row)
        rows.bulk_update(changed, list(keys), batch_size=ROWS // 4)


def sort_by_bytes(apps, schema_editor):
    """PostgreSQL sorts as its database was made to; a sort key is sorted byte by byte."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE people_client ALTER COLUMN sort_key TYPE varchar(250) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("people", "0002_representatives_consents_entrusted")]
    operations = [
        TextColumn("people.client", "first_key", 250, sorted_by_bytes=True, help_text="first name first: searched by, too"),
        TextColumn("people.home", "street_key", 250, sorted_by_bytes=True, help_text="what the street is searched by"),
        TextColumn("people.account", "sort_key", 250, sorted_by_bytes=True),
        migrations.RunPython(sort_by_bytes, migrations.RunPython.noop),
        FillRows(fill, migrations.RunPython.noop),
        migrations.AddIndex("client", models.Index(fields=["municipality", "first_key"], name="clients_by_first_name")),
        migrations.AddIndex("home", models.Index(fields=["municipality", "street_key"], name="homes_by_street")),
        migrations.AddIndex("account", models.Index(fields=["municipality", "sort_key"], name="accounts_in_swedish_order")),
        migrations.AlterField("client", "sort_key", models.CharField(max_length=250, help_text="last name first")),
    ]
