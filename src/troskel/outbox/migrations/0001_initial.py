# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models

import troskel.ground.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="host and process", max_length=100)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("municipality", models.CharField(max_length=4)),
                ("key", models.CharField(help_text="the same key is the same parcel", max_length=200)),
                ("kind", models.CharField(help_text="which handler does it", max_length=40)),
                ("payload", models.TextField(help_text="JSON")),
                ("put_at", models.DateTimeField()),
                ("run_at", models.DateTimeField(help_text="not before")),
                ("attempts", models.PositiveIntegerField(default=0, help_text="begun, whether or not ended")),
                ("leased_by", models.UUIDField(help_text="the worker that has it", null=True)),
                ("lease_until", models.DateTimeField(help_text="when another may take it over", null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("parked_at", models.DateTimeField(help_text="given up: a person must look", null=True)),
                (
                    "last_error",
                    models.CharField(help_text="codes and names of errors, no personal data", max_length=200),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None), ("parked_at", None)),
                        fields=["run_at"],
                        name="outbox_parcel_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("parked_at__isnull", False)),
                        fields=["municipality", "parked_at"],
                        name="outbox_parcel_parked",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "key"), name="one_parcel_per_key")
                ],
            },
        ),
    ]
