# SPDX-License-Identifier: EUPL-1.2
"""The table of visits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.ground.models import Record
from troskel.people.models import Account, Client, Municipality, Organisation


class Visit(Record):
    """A carer's visit to a client, with what proves it (P2)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="visits")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="visits")
    arrived = models.DateTimeField()
    departed = models.DateTimeField(null=True)
    evidence = models.CharField(max_length=10, help_text="tag | lock | hand")
    reason = models.CharField(max_length=50, blank=True, help_text="code; asked for when entered by hand")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(evidence__in=["tag", "lock", "hand"]), name="evidence_of_known_kind"
            ),
            models.CheckConstraint(
                condition=~Q(evidence="hand") | ~Q(reason=""), name="a_visit_by_hand_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(departed=None) | Q(departed__gte=models.F("arrived")),
                name="visit_departs_after_it_arrives",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "client", "arrived"], name="visits_by_client")]
