# SPDX-License-Identifier: EUPL-1.2
"""Tables of the door protocol: keys of locks and phones, grants, and the locks' logs as phones bring them.

Numbers, names and keys are hex, as `docs/door-protocol.md` has them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from troskel.custody.models import Thing
from troskel.ground.models import Record
from troskel.people.models import Account, Client, Door, Municipality, Organisation


class LockKey(Record):
    """A lock's public key, by which its answers are known. `head`: the log up to where the server has every line."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    lock = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="lock_keys")
    number = models.CharField(max_length=16, help_text="the lock's own, in messages")
    point = models.CharField(max_length=66)
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True, help_text="the lock has got another key")
    epoch = models.BigIntegerField(default=0)
    head = models.BigIntegerField(default=0)
    gap = models.DateTimeField(null=True, help_text="since when lines are missing")
    broken = models.DateTimeField(null=True, help_text="since when its log contradicts itself")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "lock"], condition=Q(ended=None), name="one_key_per_lock"
            ),
            models.UniqueConstraint(
                fields=["municipality", "number"], condition=Q(ended=None), name="one_lock_per_door_number"
            ),
            models.UniqueConstraint(fields=["municipality", "point"], name="a_lock_key_is_enrolled_once"),
        ]


class PhoneKey(Record):
    """The public key of a carer's phone; the private one never leaves it. `name`: the key's, in a lock's log."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="phone_keys")
    name = models.CharField(max_length=16)
    point = models.CharField(max_length=66)
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True, help_text="no grant is issued to it any more")
    lost = models.BooleanField(default=False, help_text="locks are told to deny it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name"], name="a_phone_key_is_enrolled_once"),
            models.CheckConstraint(
                condition=Q(lost=False) | Q(ended__isnull=False), name="a_lost_phone_has_ended"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "account"], name="phone_keys_by_account"),
            models.Index(fields=["municipality", "ended"], condition=Q(lost=True), name="lost_phones"),
        ]


class IssuedGrant(Record):
    """A right of one phone to open one lock, signed by the server, and why it was given.

    `denied`: names of the keys that it tells the lock to deny. `learnt`: when the server saw that the lock has read it.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    key = models.ForeignKey(LockKey, on_delete=models.PROTECT, related_name="grants")
    phone = models.ForeignKey(PhoneKey, on_delete=models.PROTECT, related_name="grants")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="door_grants")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="door_grants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="door_grants")
    paragraph = models.CharField(max_length=10)
    alarm = models.ForeignKey("access.Alarm", on_delete=models.PROTECT, null=True, related_name="door_grants")
    number = models.CharField(max_length=16, help_text="the grant's, in a lock's log")
    issued = models.DateTimeField()
    ends = models.DateTimeField()
    epoch = models.BigIntegerField()
    acknowledged = models.BigIntegerField()
    denied = models.CharField(max_length=60, blank=True, help_text="names, with a space between")
    nonce = models.CharField(max_length=32, blank=True, help_text="where it is good for one challenge alone")
    message = models.CharField(
        max_length=330, help_text="as the phone gets it: base64url; worth nothing without its key"
    )
    learnt = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="one_grant_per_number"),
            models.CheckConstraint(condition=Q(ends__gt=F("issued")), name="a_grant_ends_after_it_begins"),
        ]
        indexes = [
            models.Index(fields=["municipality", "key", "ends"], name="grants_by_lock"),
            models.Index(fields=["municipality", "phone", "ends"], name="grants_by_phone"),
            models.Index(fields=["municipality", "client"], name="grants_by_client"),
        ]


class LockLogLine(Record):
    """A line of a lock's log, signed by the lock and brought by a phone. `hash`: of the chain up to it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    key = models.ForeignKey(LockKey, on_delete=models.PROTECT, related_name="lines")
    number = models.BigIntegerField()
    item = models.CharField(max_length=200, help_text="the line as it is hashed, hex")
    hash = models.CharField(max_length=64)
    told = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "key", "number"], name="a_line_of_a_lock_is_kept_once"
            ),
        ]
