# SPDX-License-Identifier: EUPL-1.2
"""Whose cases a person looks after for a time, besides one's own (`Client.assessor`)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from troskel.ground.models import Record


class Cover(Record):
    """An assessor's absence, and who looks after the cases meanwhile. Both days are included."""

    municipality = models.ForeignKey("people.Municipality", on_delete=models.PROTECT)
    absent = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="covers")
    deputy = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="covering")
    valid_from = models.DateField()
    valid_through = models.DateField()
    ended = models.DateField(null=True, help_text="the day on which it was ended before its time")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "absent"],
                condition=Q(ended=None),
                name="one_standing_cover_per_person",
            ),
            models.CheckConstraint(
                condition=Q(valid_through__gte=F("valid_from")), name="a_cover_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(absent=F("deputy")), name="nobody_covers_oneself"),
        ]
