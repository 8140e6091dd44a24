# SPDX-License-Identifier: EUPL-1.2
"""E-mail addresses have one spelling, with encoded domains. One that can't be sent to stays, for a person to correct."""

from django.db import migrations

from troskel.ground.new_database import FillRows
from troskel.ground.spelling import BadSpelling, email


def fill(apps, schema_editor):
    for row in apps.get_model("people", "Organisation").objects.exclude(email=""):
        try:
            spelt = email(row.email)
        except BadSpelling:
            continue
        if spelt != row.email:
            row.email = spelt
            row.save(update_fields=["email"])


class Migration(migrations.Migration):
    dependencies = [("people", "0012_home_keys")]

    operations = [FillRows(fill, migrations.RunPython.noop)]
