# SPDX-License-Identifier: EUPL-1.2
"""Each municipality's own sender."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_message_and_heartbeat")]

    operations = [
        migrations.CreateModel(
            name="Sender",
            fields=[
                ("municipality", models.CharField(max_length=4, primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=254)),
            ],
        ),
    ]
