# SPDX-License-Identifier: EUPL-1.2
"""The base class of every table, and the answers stored for repeated calls."""

from __future__ import annotations

from django.db import models

from troskel.ground.ids import new_id


class Record(models.Model):
    """A row with a UUIDv7 key, created by the caller or by default."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Answer(Record):
    """The answer of an accepted act, by the caller's idempotency key: a repeat gets the same answer (design, Keys)."""

    municipality = models.CharField(max_length=4)
    account = models.UUIDField()
    key = models.CharField(max_length=200)
    content = models.CharField(max_length=64, help_text="SHA-256 of the act's name and values")
    answer = models.TextField(help_text="JSON")
    done = models.PositiveIntegerField(null=True, help_text="items settled of an act in parts; null: all")
    recorded = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "account", "key"], name="one_answer_per_key"),
        ]
