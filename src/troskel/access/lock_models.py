# SPDX-License-Identifier: EUPL-1.2
"""Tables of the locks that are reached from here: what is wished and, apart from it, what was observed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.access.drivers import BoltPosition
from troskel.ground.models import Record
from troskel.people.models import Municipality


class ReachedLock(Record):
    """A lock: what was asked of it last, and what was observed last. Neither follows from the other."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    serial = models.CharField(max_length=64)
    wished = models.CharField(max_length=10, blank=True, help_text="unlock or lock")
    wished_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True, help_text="a command may be on its way: no other is sent")
    bolt = models.CharField(max_length=10, default=BoltPosition.UNKNOWN.value)
    battery = models.IntegerField(null=True, help_text="per cent")
    seen = models.DateTimeField(null=True)
    polled_on = models.DateField(null=True)
    polls = models.IntegerField(default=0, help_text="how often it was woken that day to tell its state")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "serial"], name="one_reached_lock_per_serial"),
            models.CheckConstraint(
                condition=Q(bolt__in=[bolt.value for bolt in BoltPosition]), name="a_bolt_is_somewhere"
            ),
        ]


class GrantAtLock(Record):
    """A grant at a lock: turned for once, or put into it as a credential. `observed` is empty until something was."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    serial = models.CharField(max_length=64)
    grant = models.UUIDField()
    wished = models.CharField(max_length=10, help_text="turn, there or gone")
    wished_at = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="of a turn: the grant's end")
    observed = models.CharField(
        max_length=10, blank=True, help_text="a turn's outcome; or: there, gone, on its way"
    )
    observed_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=100, blank=True, help_text="how the lock's maker names it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "serial", "grant"], name="one_row_per_grant_at_a_lock"
            ),
            models.CheckConstraint(
                condition=Q(wished__in=["turn", "there", "gone"]), name="a_grant_at_a_lock_has_a_wish"
            ),
            models.CheckConstraint(
                condition=Q(observed="", observed_at=None) | (~Q(observed="") & Q(observed_at__isnull=False)),
                name="an_observation_at_a_lock_has_its_time",
            ),
        ]
