# SPDX-License-Identifier: EUPL-1.2
"""Whose cases a person looks after for a time, besides one's own (`Client.assessor`); a provider's areas."""

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


class ClientArea(Record):
    """In which of an organisation's areas a client is. An area is there while a client or a colleague is in it.

    It counts while the organisation sees the client (`permits.sight`), so a former provider needs no ending of it.
    """

    municipality = models.ForeignKey("people.Municipality", on_delete=models.PROTECT)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="areas")
    client = models.ForeignKey("people.Client", on_delete=models.PROTECT, related_name="areas")
    area = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "organisation", "client"], name="one_area_per_organisation_and_client"
            ),
            models.CheckConstraint(condition=~Q(area=""), name="an_area_has_a_name"),
        ]
