# SPDX-License-Identifier: EUPL-1.2
"""The base of every table, and the answers kept for repeated calls."""

from __future__ import annotations

from django.db import models

from troskel.ground.ids import new_id


class Record(models.Model):
    """A row with a UUIDv7 key, made by the caller or here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Answer(Record):
    """What an accepted act answered, by the caller's key: a repeat gets it again (design, Keys)."""

    municipality = models.CharField(max_length=4)
    account = models.UUIDField()
    key = models.CharField(max_length=200)
    content = models.CharField(max_length=64, help_text="SHA-256 of the act's name and values")
    answer = models.TextField(help_text="JSON")
    recorded = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "account", "key"], name="one_answer_per_key"),
        ]
