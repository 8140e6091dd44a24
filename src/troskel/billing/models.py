# SPDX-License-Identifier: EUPL-1.2
"""Tables of billing: invoice rows of a month, and basis forms made of them."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q

from troskel.ground.models import Record
from troskel.people.models import Account, Client, Municipality, Organisation

IS_A_MONTH = reduce(or_, (Q(month__endswith=f"-{number:02}") for number in range(1, 13)))
"""LIKE conditions: SQLite has no regular expressions where another program reads the file."""


class MonthlyCount(Record):
    """Counts of a month for one client of another municipality and one provider. Time in whole minutes."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    month = models.CharField(max_length=7, help_text="as 2026-10")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="%(class)ss")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="%(class)ss")
    visits = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField(help_text="of the visits whose departure is known")
    without_departure = models.PositiveIntegerField(help_text="visits that no minutes could be reckoned for")

    class Meta:
        abstract = True


class InvoiceRow(MonthlyCount):
    """A row on the home-care invoice (O2). Without a row the month is not billed yet."""

    billed = models.DateTimeField()
    billed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "month", "client", "organisation"],
                name="one_invoice_row_per_month_client_and_provider",
            ),
            models.CheckConstraint(condition=IS_A_MONTH, name="invoice_row_of_a_month"),
            models.CheckConstraint(
                condition=Q(without_departure__lte=F("visits")), name="invoice_row_counts_its_visits"
            ),
        ]


class BasisFormState(models.TextChoices):
    """A basis form's state; transitions are in rules.py."""

    MADE = "made"
    SIGNED = "signed"
    SENT = "sent"
    RECEIVED = "received"


class BasisForm(MonthlyCount):
    """The basis form (O3) with its counts. Once signed, the document is kept byte for byte."""

    number = models.CharField(max_length=14)
    state = models.CharField(max_length=10, choices=BasisFormState.choices, default=BasisFormState.MADE)
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    signed = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    sent = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    received = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    pdf = models.BinaryField(null=True, help_text="the document that was signed")
    digest = models.CharField(max_length=64, blank=True, help_text="its SHA-256, which the journal has too")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "month", "client", "organisation"],
                name="one_basis_form_per_month_client_and_provider",
            ),
            models.UniqueConstraint(fields=["municipality", "number"], name="one_basis_form_per_number"),
            models.CheckConstraint(condition=IS_A_MONTH, name="basis_form_of_a_month"),
            models.CheckConstraint(
                condition=Q(without_departure__lte=F("visits")), name="basis_form_counts_its_visits"
            ),
            models.CheckConstraint(
                condition=Q(state="made", signed=None, sent=None, received=None)
                | Q(state="signed", signed__isnull=False, sent=None, received=None)
                | Q(state="sent", signed__isnull=False, sent__isnull=False, received=None)
                | Q(state="received", signed__isnull=False, sent__isnull=False, received__isnull=False),
                name="basis_form_has_gone_every_step",
            ),
            models.CheckConstraint(
                condition=Q(state="made", pdf=None, digest="")
                | ~Q(state="made") & ~Q(digest="") & ~Q(pdf=None),
                name="a_signed_basis_form_is_kept",
            ),
        ]
