# SPDX-License-Identifier: EUPL-1.2
"""The tables of the journal. Lines are only inserted: triggers refuse everything else (triggers.py)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from troskel.ground.models import Record
from troskel.journal.form import GENESIS_HASH


class ChainKind(models.TextChoices):
    """A municipality has one chain of acts and one chain of reads."""

    ACTS = "acts"
    READS = "reads"


class Chain(Record):
    """The head of a chain. Appending locks this row, so that numbers and hashes form one sequence."""

    municipality = models.CharField(max_length=4)
    kind = models.CharField(max_length=5, choices=ChainKind.choices)
    number = models.PositiveBigIntegerField(default=0, help_text="of the last line")
    hash = models.CharField(max_length=64, default=GENESIS_HASH, help_text="of the last line")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind"], name="one_chain_of_a_kind"),
        ]


class Line(Record):
    """One event or read: ids, periods and codes, and no personal data."""

    municipality = models.CharField(max_length=4)
    kind = models.CharField(max_length=5, choices=ChainKind.choices)
    number = models.PositiveBigIntegerField()
    occurred = models.DateTimeField(help_text="when it happened; a phone may tell it a week later")
    recorded = models.DateTimeField(help_text="when it was written here")
    actor_kind = models.CharField(max_length=20)
    actor = models.UUIDField(null=True)
    act = models.CharField(max_length=80)
    paragraph = models.CharField(max_length=20)
    event = models.CharField(max_length=80)
    homes = models.TextField(help_text="JSON list of ids")
    client = models.UUIDField(null=True)
    body = models.TextField(help_text="canonical JSON; TEXT, since jsonb would reorder the keys")
    detail_hash = models.CharField(
        max_length=64, help_text="salted hash of the detail row, empty without one"
    )
    previous = models.CharField(max_length=64, help_text="hash of the line before")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "number"], name="one_line_a_number"),
        ]
        indexes = [
            models.Index(fields=["municipality", "kind", "client", "number"], name="journal_line_client"),
            models.Index(fields=["municipality", "recorded"], name="journal_line_recorded"),
        ]


class LineOrganisation(models.Model):
    """An organisation that a line concerns. Not hashed: it repeats what the body says, so that an index can find it."""

    pk = models.CompositePrimaryKey("organisation", "line")
    organisation = models.UUIDField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="organisations", db_index=False)
    municipality = models.CharField(max_length=4)


class Detail(models.Model):
    """Free text and personal data of a line. Retention may delete the row; the chain still verifies."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    municipality = models.CharField(max_length=4)
    salt = models.CharField(max_length=32)
    text = models.TextField(help_text="canonical JSON")


class Blanking(models.Model):
    """Permits deletion of a line's detail: without this row the database refuses. Never changed, never deleted."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, primary_key=True, related_name="blanking")
    municipality = models.CharField(max_length=4)
    recorded = models.DateTimeField()


class Hold(Record):
    """While a hold is open, nothing about the client is erased, even when its retention time has passed."""

    municipality = models.CharField(max_length=4)
    client = models.UUIDField()
    reason = models.CharField(max_length=20, help_text="code")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "client", "reason"],
                condition=Q(until=None),
                name="one_hold_per_client_and_reason",
            ),
        ]


class LogReview(Record):
    """A month's review of who has read what (rule 7): drawn once, done when each drawn read has been judged."""

    municipality = models.CharField(max_length=4)
    month = models.CharField(max_length=7, help_text="as 2026-10")
    drawn = models.DateTimeField()
    drawn_by = models.UUIDField(null=True, help_text="the account; empty: the system")
    seed = models.CharField(max_length=64, help_text="the hash of the month's last read: nobody chose it")
    reads = models.PositiveBigIntegerField(help_text="how many the month had")
    done = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "month"], name="one_log_review_a_month"),
        ]


class DrawnRead(Record):
    """A read that was drawn for review, and what somebody else than the reader has found."""

    municipality = models.CharField(max_length=4)
    review = models.ForeignKey(LogReview, on_delete=models.PROTECT, related_name="drawn_reads")
    number = models.PositiveBigIntegerField(help_text="of the line in the chain of reads")
    reader = models.UUIDField(null=True, help_text="the account; empty: the command line")
    why = models.CharField(max_length=100, help_text="codes with blanks between: random, night, much …")
    outcome = models.CharField(max_length=20, blank=True, help_text="code; empty: not judged yet")
    judged_by = models.UUIDField(null=True)
    judged = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "review", "number"], name="a_read_is_drawn_once"),
            models.CheckConstraint(
                condition=Q(outcome="", judged_by=None, judged=None)
                | Q(
                    outcome__in=["justified", "explained", "unjustified"],
                    judged_by__isnull=False,
                    judged__isnull=False,
                ),
                name="judged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reader=None) | Q(judged_by=None) | ~Q(judged_by=F("reader")),
                name="nobody_judges_an_own_read",
            ),
        ]
