# SPDX-License-Identifier: EUPL-1.2
"""Tables of access: openings that were allowed, alarms, and the simulated locks' own memory."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from troskel.access.door_models import IssuedGrant as IssuedGrant
from troskel.access.door_models import LockKey as LockKey
from troskel.access.door_models import LockLogLine as LockLogLine
from troskel.access.door_models import PhoneKey as PhoneKey
from troskel.access.lock_models import GrantAtLock as GrantAtLock
from troskel.access.lock_models import ReachedLock as ReachedLock
from troskel.access.rules import ALARM_OUTCOMES, AlarmUrgency, LockOutcome, SightVerdict
from troskel.custody.models import Thing
from troskel.ground.models import Record
from troskel.people.models import Account, Client, Door, Municipality, Organisation


class Alarm(Record):
    """A client's safety alarm, from raised to closed. Whoever has accepted it may enter until then."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="alarms")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="alarms")
    raised = models.DateTimeField()
    accepted = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="alarms")
    until = models.DateTimeField(null=True, help_text="the acceptance lasts no longer, closed or not")
    closed = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    urgency = models.CharField(max_length=10, default=AlarmUrgency.USUAL, help_text="which goes first")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(urgency__in=sorted(AlarmUrgency.codes())), name="alarm_of_known_urgency"
            ),
            models.UniqueConstraint(
                fields=["municipality", "client", "organisation"],
                condition=Q(closed=None),
                name="one_open_alarm_per_client",
            ),
            models.CheckConstraint(
                condition=Q(accepted=None, accepted_by=None, until=None)
                | Q(accepted__isnull=False, accepted_by__isnull=False, until__isnull=False),
                name="an_acceptance_is_somebodys_and_ends",
            ),
            models.CheckConstraint(
                condition=Q(closed=None, outcome="")
                | Q(closed__isnull=False, outcome__in=sorted(ALARM_OUTCOMES)),
                name="a_closed_alarm_has_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "accepted_by"], name="alarms_by_responder")]


class BriefSight(Record):
    """Somebody without sight of a client sees them until an instant, and a manager reviews it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="brief_sights")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="brief_sights")
    taken = models.DateTimeField()
    until = models.DateTimeField()
    reviewed = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("taken")), name="a_brief_sight_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(reviewed=None, reviewed_by=None, verdict="")
                | Q(
                    reviewed__isnull=False,
                    reviewed_by__isnull=False,
                    verdict__in=[verdict.value for verdict in SightVerdict],
                ),
                name="a_reviewed_brief_sight_has_a_verdict",
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("account")), name="nobody_reviews_the_own_brief_sight"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "account", "until"], name="brief_sights_by_account"),
            models.Index(
                fields=["municipality", "taken"], condition=Q(reviewed=None), name="brief_sights_unreviewed"
            ),
        ]


class Opening(Record):
    """An allowed opening: paragraph, grant and outcome (empty: unknown)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="openings")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="openings")
    lock = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="openings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="openings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="openings")
    paragraph = models.CharField(max_length=10, help_text="A4: an allocated decision; alarm: an accepted one")
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, related_name="openings")
    grant = models.UUIDField(help_text="good for one opening")
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    outcome = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=20, blank=True, help_text="why the lock refused")
    battery = models.IntegerField(null=True, help_text="per cent")
    noted = models.DateTimeField(null=True)
    line = models.ForeignKey(
        LockLogLine,
        on_delete=models.PROTECT,
        null=True,
        related_name="openings",
        help_text="of the lock's log that tells of it: the lock has signed it",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "grant"], name="one_opening_per_grant"),
            models.CheckConstraint(
                condition=Q(noted=None, outcome="")
                | Q(noted__isnull=False, outcome__in=[o.value for o in LockOutcome]),
                name="an_outcome_is_known_and_noted",
            ),
            models.CheckConstraint(
                condition=Q(battery=None) | Q(battery__gte=0, battery__lte=100), name="battery_in_per_cent"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "lock", "noted"], name="openings_by_lock"),
            models.Index(fields=["municipality", "client"], name="openings_by_client"),
        ]


class SimulatedLock(Record):
    """A simulated lock's memory: bolt, battery, fault and grants. No act reads or writes it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    serial = models.CharField(max_length=50)
    unlocked = models.BooleanField(default=False)
    charge = models.IntegerField(default=1000, help_text="thousandths of a full battery")
    fault = models.CharField(max_length=20, blank=True)
    spent = models.TextField(default="{}", help_text="JSON: grants turned on once, until they end")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "serial"], name="one_simulated_lock_per_serial"),
            models.CheckConstraint(
                condition=Q(charge__gte=0, charge__lte=1000), name="charge_in_thousandths"
            ),
        ]
