# SPDX-License-Identifier: EUPL-1.2
"""The table of visits."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.ground.models import Record
from troskel.people.models import Account, Client, Municipality, Organisation

EVIDENCE = ["tag", "lock", "hand"]


class Visit(Record):
    """A carer's visit to a client, with its evidence (P2). `id` may be the phone's own, so that a repeat is one visit.

    `open`: begun by `arrive`, and not yet ended. Neither open nor departed: the end was never reported.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="visits")
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        related_name="visits",
        help_text="who made it, where told",
    )
    arrived = models.DateTimeField()
    departed = models.DateTimeField(null=True)
    open = models.BooleanField(default=False)
    evidence = models.CharField(max_length=10, help_text="of the arrival: tag | lock | hand")
    reason = models.CharField(max_length=50, blank=True, help_text="code; asked for when entered by hand")
    departed_evidence = models.CharField(max_length=10, blank=True, help_text="of the departure, once told")
    departed_reason = models.CharField(max_length=50, blank=True)
    flags = models.CharField(
        max_length=100, blank=True, help_text="codes of visits.rules.FLAGS, a space between"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "account"], condition=Q(open=True), name="one_open_visit_per_account"
            ),
            models.CheckConstraint(
                condition=~Q(open=True) | Q(departed=None, account__isnull=False),
                name="an_open_visit_has_not_ended",
            ),
            models.CheckConstraint(condition=Q(evidence__in=EVIDENCE), name="evidence_of_known_kind"),
            models.CheckConstraint(
                condition=~Q(evidence="hand") | ~Q(reason=""), name="a_visit_by_hand_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(departed_evidence__in=["", *EVIDENCE])
                & (~Q(departed_evidence="hand") | ~Q(departed_reason="")),
                name="a_departure_by_hand_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(departed=None) | Q(departed__gte=models.F("arrived")),
                name="visit_departs_after_it_arrives",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "client", "arrived"], name="visits_by_client"),
            models.Index(fields=["municipality", "account", "arrived"], name="visits_by_account"),
        ]
