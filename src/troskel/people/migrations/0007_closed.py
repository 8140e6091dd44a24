# SPDX-License-Identifier: EUPL-1.2
"""Accounts and organisations close, from an instant or a day. An account that was not active is closed."""

from datetime import UTC, datetime

from django.db import migrations, models

from troskel.ground.new_database import FillRows

LONG_AGO = datetime(2012, 1, 1, tzinfo=UTC)


def close_inactive(apps, schema_editor):
    apps.get_model("people", "Account").objects.filter(is_active=False).update(closed=LONG_AGO)


class Migration(migrations.Migration):
    dependencies = [("people", "0006_reserved_numbers")]
    operations = [
        migrations.AddField(
            "organisation",
            "closed",
            models.DateField(help_text="the first day on which it does nothing more", null=True),
        ),
        migrations.AddField(
            "account", "closed", models.DateTimeField(help_text="empty: it is open", null=True)
        ),
        migrations.AddField(
            "client",
            "lock_unwanted",
            models.DateField(help_text="since when an assessor has confirmed it", null=True),
        ),
        FillRows(close_inactive, migrations.RunPython.noop),
        migrations.RemoveField("account", "is_active"),
    ]
