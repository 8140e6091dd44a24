# SPDX-License-Identifier: EUPL-1.2
"""New names of two models. Their tables keep the old names, so that the database does not change."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Pulse", "Heartbeat"),
                migrations.AlterModelTable("Heartbeat", "outbox_pulse"),
                migrations.RenameModel("Parcel", "OutboxMessage"),
                migrations.AlterModelTable("OutboxMessage", "outbox_parcel"),
                migrations.AlterField(
                    "OutboxMessage",
                    "key",
                    models.CharField(max_length=200, help_text="the same key is the same message"),
                ),
            ]
        )
    ]
