# SPDX-License-Identifier: EUPL-1.2
"""Tables of care: what is granted to whom, and who carries it out. Periods include both ends."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from troskel.ground.models import Record
from troskel.people.models import Client, Municipality, Organisation


class Service(models.TextChoices):
    """What a decision grants; the case system's codes are HTJ and TLARM."""

    HOME_CARE = "home_care"
    SAFETY_ALARM = "safety_alarm"


class Ending(models.TextChoices):
    """How a decision or allocation came to its end before it was planned to, if it did."""

    NONE = ""
    CONFIRMED = "confirmed"  # by a person, here
    CLOSED = "closed"  # by the case system: the care ends, but nobody has said so here
    UNCONFIRMED = "unconfirmed"  # absent from a night's extract; an assessor has not said so yet


class Investigation(Record):
    """An assessor's investigation that leads to a decision (A8)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="investigations")
    reference = models.CharField(max_length=50)
    started = models.DateField()
    finished = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "reference"], name="one_investigation_per_reference"
            ),
            models.CheckConstraint(
                condition=Q(finished=None) | Q(finished__gte=F("started")),
                name="investigation_finished_after_it_began",
            ),
        ]


class Decision(Record):
    """A decision in force: a service granted to a client for a period."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="decisions")
    reference = models.CharField(max_length=50)
    service = models.CharField(max_length=20, choices=Service.choices)
    valid_from = models.DateField()
    valid_through = models.DateField(null=True, help_text="empty: until further notice")
    replaces = models.CharField(
        max_length=50, blank=True, help_text="reference of the decision it follows up"
    )
    ending = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    reason = models.CharField(max_length=100, blank=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "reference"], name="one_decision_per_reference"),
            models.CheckConstraint(
                condition=Q(valid_through=None) | Q(valid_through__gte=F("valid_from")),
                name="decision_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=Q(service__in=Service.values), name="decision_of_known_service"),
        ]
        indexes = [
            models.Index(fields=["municipality", "valid_through"], name="decisions_by_end"),
        ]


class Allocation(Record):
    """A decision given to an organisation to carry out, for a period."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="allocations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="allocations")
    reference = models.CharField(max_length=50)
    valid_from = models.DateField()
    valid_through = models.DateField(null=True)
    ending = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    withdrawn = models.BooleanField(default=False)
    area_told = models.CharField(
        max_length=100, null=True, help_text="the provider's area that the case system last named"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "reference"], name="one_allocation_per_reference"
            ),
            models.CheckConstraint(
                condition=Q(valid_through=None) | Q(valid_through__gte=F("valid_from")),
                name="allocation_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(
                fields=["municipality", "organisation", "valid_through"], name="allocations_by_organisation"
            ),
        ]


class Suspension(Record):
    """The client is in hospital or away: access rests, nothing is removed. Both days are included.

    A client may have several, planned and begun, that overlap. `withdrawn`: ended before its first day was over.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="suspensions")
    reason = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_through = models.DateField(
        null=True, help_text="empty: until somebody says that the client is home"
    )
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "client", "valid_from"],
                condition=Q(valid_through=None, withdrawn=False),
                name="one_open_suspension_per_first_day",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["hospital", "short_term_stay", "away"]),
                name="suspension_for_known_reason",
            ),
            models.CheckConstraint(
                condition=Q(valid_through=None) | Q(valid_through__gte=F("valid_from")),
                name="suspension_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "client"], name="suspensions_by_client")]
