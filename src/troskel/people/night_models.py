# SPDX-License-Identifier: EUPL-1.2
"""The case system's nights: those that were taken in, and those that stopped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.ground.models import Record


class ImportedNight(Record):
    """An imported night of the case system; `rejected` contains no personal data."""

    municipality = models.ForeignKey("people.Municipality", on_delete=models.PROTECT)
    day = models.DateField(help_text="the night's")
    digest = models.CharField(max_length=64, default="", help_text="of the files' bytes")
    taken_in = models.DateTimeField()
    unchanged = models.PositiveIntegerField(help_text="lines that said what was known already")
    changes = models.TextField(help_text="JSON: by act, how many items it changed")
    rejections = models.PositiveIntegerField(help_text="lines that were not used")
    rejected = models.TextField(help_text="JSON: file, line, column and reason of the first of them")

    class Meta:
        indexes = [models.Index(fields=["municipality", "id"], name="nights_by_municipality")]


class StoppedNight(Record):
    """A night that stopped: it waits for the administrator's word. `reasons` contains no personal data."""

    municipality = models.ForeignKey("people.Municipality", on_delete=models.PROTECT)
    day = models.DateField(help_text="the night's")
    digest = models.CharField(max_length=64, help_text="of the files' bytes")
    stopped = models.DateTimeField(help_text="when it last stopped")
    reasons = models.TextField(help_text="JSON: kind, file, line, and how many of how many")
    answer = models.CharField(max_length=10, default="", help_text="released | rejected | taken_in")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "digest", "day"],
                condition=~Q(answer="taken_in"),
                name="one_question_per_night",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "released", "rejected", "taken_in"]),
                name="night_of_known_answer",
            ),
        ]
