# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
from django.db import migrations, models

import troskel.ground.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("municipality", models.CharField(max_length=4)),
                ("kind", models.CharField(choices=[("acts", "Acts"), ("reads", "Reads")], max_length=5)),
                ("number", models.PositiveBigIntegerField()),
                (
                    "occurred",
                    models.DateTimeField(help_text="when it happened; a phone may tell it a week later"),
                ),
                ("recorded", models.DateTimeField(help_text="when it was written here")),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor", models.UUIDField(null=True)),
                ("act", models.CharField(max_length=80)),
                ("paragraph", models.CharField(max_length=20)),
                ("event", models.CharField(max_length=80)),
                ("homes", models.TextField(help_text="JSON list of ids")),
                ("client", models.UUIDField(null=True)),
                (
                    "body",
                    models.TextField(help_text="canonical JSON; TEXT, since jsonb would reorder the keys"),
                ),
                (
                    "detail_hash",
                    models.CharField(
                        help_text="salted hash of the detail row, empty without one", max_length=64
                    ),
                ),
                ("previous", models.CharField(help_text="hash of the line before", max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("municipality", models.CharField(max_length=4)),
                ("kind", models.CharField(choices=[("acts", "Acts"), ("reads", "Reads")], max_length=5)),
                ("number", models.PositiveBigIntegerField(default=0, help_text="of the last line")),
                (
                    "hash",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000",
                        help_text="of the last line",
                        max_length=64,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "kind"), name="one_chain_of_a_kind")
                ],
            },
        ),
        migrations.CreateModel(
            name="Detail",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="journal.line",
                    ),
                ),
                ("municipality", models.CharField(max_length=4)),
                ("salt", models.CharField(max_length=32)),
                ("text", models.TextField(help_text="canonical JSON")),
            ],
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                fields=["municipality", "kind", "client", "number"], name="journal_line_client"
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["municipality", "recorded"], name="journal_line_recorded"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(
                fields=("municipality", "kind", "number"), name="one_line_a_number"
            ),
        ),
    ]
