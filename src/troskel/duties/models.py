# SPDX-License-Identifier: EUPL-1.2
"""Tables of duties and notices, and the engine's copy of each home's facts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from troskel.ground.models import Record
from troskel.people.models import Account, Client, Door, Home, Municipality, Organisation


class RoutineVersion(Record):
    """A version of the routine file: proposed by somebody, approved by another, in force from a day.

    Its text is kept, so the journal can always be replayed. A proposal has no sequence: it changes nothing yet.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    name = models.CharField(max_length=50, help_text="the file's name: the day it was changed")
    digest = models.CharField(max_length=64)
    text = models.TextField()
    by_system = models.BooleanField(
        default=False, help_text="put in force by the system, as when the municipality was founded"
    )
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    withdrawn = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    sequence = models.IntegerField(null=True, help_text="1 for the first that was approved, and so on")
    in_force_from = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "digest"], condition=Q(withdrawn=None), name="one_routine_per_digest"
            ),
            models.UniqueConstraint(fields=["municipality", "sequence"], name="routines_in_sequence"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None, sequence=None, in_force_from=None)
                | Q(
                    Q(by_system=True, approved_by=None) | Q(by_system=False, approved_by__isnull=False),
                    withdrawn=None,
                    approved_at__isnull=False,
                    sequence__isnull=False,
                    in_force_from__isnull=False,
                ),
                name="in_force_only_if_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")),
                name="the_author_does_not_approve",
            ),
        ]


class HomeState(models.Model):
    """The engine's state of a home: facts, open and planned duties. A cache of the journal; acts lock this row."""

    home = models.OneToOneField(Home, on_delete=models.PROTECT, primary_key=True, related_name="state")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    state = models.TextField(help_text="JSON of routine.engine.HomeState")
    wake = models.DateField(null=True, help_text="the next day on which time alone changes something here")

    class Meta:
        indexes = [models.Index(fields=["municipality", "wake"], name="homes_to_wake")]


class KeptJudgement(models.Model):
    """How an earlier version of the engine had judged some homes, where today's judges otherwise (decision 100).

    The line `engine.changed` holds the digest: what is altered here is told by `journal verify`.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    homes = models.TextField(help_text="JSON of routine.replay.KeptHome by home")


class Duty(Record):
    """Something a paragraph asks of somebody: a duty to do, or a notice to read."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, help_text="duty | notice")
    paragraph = models.CharField(max_length=4)
    ask = models.CharField(max_length=40)
    version = models.CharField(max_length=64, help_text="digest of the routine it was born with")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="duties")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="duties")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, null=True, related_name="duties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="duties")
    role = models.CharField(max_length=20)
    about = models.TextField(default="{}", help_text="JSON: order, lock, tag, decision")
    opened = models.DateField()
    opened_line = models.BigIntegerField(null=True, help_text="empty: the calendar opened it")
    due = models.DateField(null=True)
    also_role = models.CharField(max_length=20, blank=True, help_text="who may do it too, from also_from")
    also_organisation = models.UUIDField(null=True)
    also_from = models.DateField(null=True)
    person = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", help_text="who of them is asked"
    )
    escalated = models.DateField(null=True, help_text="the day it went to the deputy too")
    state = models.CharField(max_length=10, default="open")
    closed = models.DateField(null=True)
    closed_line = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "done", "moot"]), name="duty_in_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed=None) | (~Q(state="open") & Q(closed__isnull=False)),
                name="a_closed_duty_says_when",
            ),
            models.CheckConstraint(
                condition=Q(escalated=None) | Q(due__lt=F("escalated")), name="only_what_is_late_is_escalated"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "state", "organisation", "due"], name="worklist"),
            models.Index(fields=["municipality", "client"], name="duties_by_client"),
            # covers what conformance counts: no row is read
            models.Index(
                fields=[
                    *("municipality", "opened", "paragraph", "ask", "kind"),
                    *("state", "due", "closed", "organisation"),
                ],
                name="conformance",
            ),
        ]


class Deputy(Record):
    """Who is asked too, when a duty of a role in an organisation has been escalated."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="deputies")
    role = models.CharField(max_length=20, help_text="the routine's role: assessor, provider …")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_through = models.DateField(null=True)
    dismissed = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "organisation", "role"],
                condition=Q(dismissed=None),
                name="one_standing_deputy_per_role",
            ),
            models.CheckConstraint(
                condition=Q(valid_through=None) | Q(valid_through__gte=F("valid_from")),
                name="a_deputy_ends_after_it_begins",
            ),
        ]


class DayTurned(Record):
    """A day that has been turned. Each day is turned once."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "day"], name="a_day_turns_once")]


class DayConfirmed(Record):
    """The day that a person said it was, the last time: after a long standstill days are turned again by that."""

    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT)
    day = models.DateField()
