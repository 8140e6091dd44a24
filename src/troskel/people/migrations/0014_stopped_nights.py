# SPDX-License-Identifier: EUPL-1.2
"""Nights that stopped, and what the administrator said."""

import django.db.models.deletion
from django.db import migrations, models

import troskel.ground.ids


class Migration(migrations.Migration):
    dependencies = [("people", "0013_email_spelling")]

    operations = [
        migrations.CreateModel(
            name="StoppedNight",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(help_text="the night's")),
                ("digest", models.CharField(help_text="of the files' bytes", max_length=64)),
                ("stopped", models.DateTimeField(help_text="when it last stopped")),
                ("reasons", models.TextField(help_text="JSON: kind, file, line, and how many of how many")),
                (
                    "answer",
                    models.CharField(default="", help_text="released | rejected | taken_in", max_length=10),
                ),
                (
                    "municipality",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.municipality"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answer", "taken_in"), _negated=True),
                        fields=("municipality", "digest", "day"),
                        name="one_question_per_night",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "released", "rejected", "taken_in"])),
                        name="night_of_known_answer",
                    ),
                ]
            },
        )
    ]
