# SPDX-License-Identifier: EUPL-1.2
"""The tables of the outbox: messages to send, and running workers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.ground.models import Record

UNFINISHED = Q(done_at=None, parked_at=None)


class OutboxMessage(Record):
    """A task to do after its transaction has committed: ids and codes, no personal data."""

    municipality = models.CharField(max_length=4)
    key = models.CharField(max_length=200, help_text="the same key is the same message")
    kind = models.CharField(max_length=40, help_text="which handler does it")
    payload = models.TextField(help_text="JSON")
    put_at = models.DateTimeField()
    run_at = models.DateTimeField(help_text="not before")
    attempts = models.PositiveIntegerField(default=0, help_text="begun, whether or not ended")
    leased_by = models.UUIDField(null=True, help_text="the worker that has it")
    lease_until = models.DateTimeField(null=True, help_text="when another may take it over")
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True, help_text="given up: a person must look")
    last_error = models.CharField(max_length=200, help_text="codes and names of errors, no personal data")

    class Meta:
        db_table = "outbox_parcel"  # the name from before the model was renamed
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="one_parcel_per_key"),
        ]
        indexes = [
            models.Index(fields=["run_at"], condition=UNFINISHED, name="outbox_parcel_waiting"),
            models.Index(
                fields=["municipality", "parked_at"],
                condition=Q(parked_at__isnull=False),
                name="outbox_parcel_parked",
            ),
        ]


class Sender(models.Model):
    """The address that a municipality's e-mail comes from; without a row, the installation's."""

    municipality = models.CharField(max_length=4, primary_key=True)
    address = models.CharField(max_length=254)


class Heartbeat(Record):
    """A worker's last sign of life; `id` is the worker's id."""

    name = models.CharField(max_length=100, help_text="host and process")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "outbox_pulse"  # the name from before the model was renamed
