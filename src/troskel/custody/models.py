# SPDX-License-Identifier: EUPL-1.2
"""Tables of things: each has exactly one holder, in an unbroken chain of holdings (design, rule 5)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.ground.models import Record
from troskel.people.models import Account, Client, Door, Municipality, Organisation


class ThingKind(models.TextChoices):
    """What can be handed over."""

    LOCK = "lock"
    TAG = "tag"
    KEY = "key"


class HolderKind(models.TextChoices):
    """Who or what can hold a thing. A lock's holder is its place: a door, or an organisation's stock."""

    ORGANISATION = "organisation"
    CLIENT = "client"
    DOOR = "door"
    LOST = "lost"


class Signature(models.TextChoices):
    """Who signed for the client's side of a handover. Between two accounts each account is its own signature."""

    NONE = ""
    CLIENT = "client"
    REPRESENTATIVE = "representative"
    NOBODY = "nobody"  # nobody could or would: written down as it was


class Thing(Record):
    """A lock turner (number = serial), a receipt tag, or a key to a door."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=ThingKind.choices)
    number = models.CharField(max_length=50)
    door = models.ForeignKey(Door, on_delete=models.PROTECT, null=True, help_text="for a key: what it opens")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "number"], name="one_thing_per_number"),
            models.CheckConstraint(condition=Q(kind__in=ThingKind.values), name="thing_of_known_kind"),
            models.CheckConstraint(
                condition=~Q(kind="key") | Q(door__isnull=False), name="a_key_opens_a_door"
            ),
        ]


class TagKey(Record):
    """The key by which a signed tag's taps are known, sealed (`ground/sealing.py`). `chip`: its chip's number, hex.

    A tag that has got another key keeps the former: a phone may be a week late.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    tag = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="tag_keys")
    chip = models.CharField(max_length=14)
    sealed = models.CharField(max_length=80, help_text="base64url; opened by the installation's secret alone")
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True, help_text="the tag has got another key")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "tag"], condition=Q(ended=None), name="one_key_per_tag"
            ),
            models.UniqueConstraint(
                fields=["municipality", "chip"], condition=Q(ended=None), name="one_tag_per_chip"
            ),
            models.CheckConstraint(
                condition=Q(ended=None) | Q(ended__gte=models.F("began")),
                name="a_tag_key_ends_after_it_begins",
            ),
        ]


class Holding(Record):
    """Who holds a thing from one handover to the next; the open one is the holder now."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    thing = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="holdings")
    thing_kind = models.CharField(max_length=10, default="", help_text="the thing's, so that stock is found")
    sequence = models.IntegerField()
    kind = models.CharField(max_length=20, choices=HolderKind.choices)
    holder = models.UUIDField(null=True, help_text="the organisation, client or door; empty when lost")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    taken_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    signature = models.CharField(max_length=20, choices=Signature.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "holder"],
                condition=Q(kind="door", until=None),
                name="one_lock_per_door",
            ),
            models.CheckConstraint(
                condition=Q(signature__in=Signature.values), name="signature_of_known_kind"
            ),
            models.UniqueConstraint(
                fields=["municipality", "thing", "sequence"], name="holdings_in_sequence"
            ),
            models.UniqueConstraint(
                fields=["municipality", "thing"], condition=Q(until=None), name="one_holder_per_thing"
            ),
            models.CheckConstraint(condition=Q(kind__in=HolderKind.values), name="holder_of_known_kind"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="a_holding_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(kind="lost", holder=None) | (~Q(kind="lost") & Q(holder__isnull=False)),
                name="a_holder_is_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "kind", "holder"], name="things_by_holder"),
            models.Index(
                fields=["municipality", "thing_kind", "kind", "holder"],
                condition=Q(until=None),
                name="things_held_now",
            ),
        ]


class Link(Record):
    """A link between client and lock, which lets the carers' phones open the door (S2)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    lock = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="links")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="links")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="links")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "lock", "client"],
                condition=Q(until=None),
                name="one_open_link_per_lock_and_client",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "client"], name="links_by_client")]


class Offer(Record):
    """An offer to hand a thing over to another organisation, which accepts it: signed by both."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    thing = models.ForeignKey(Thing, on_delete=models.PROTECT, related_name="offers")
    giver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    offered = models.DateTimeField()
    offered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    closed = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, blank=True, help_text="accepted | withdrawn; empty: it stands")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "thing"], condition=Q(outcome=""), name="one_standing_offer_per_thing"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed=None)
                | Q(outcome__in=["accepted", "withdrawn"], closed__isnull=False),
                name="a_closed_offer_says_when",
            ),
            models.CheckConstraint(condition=~Q(giver=models.F("receiver")), name="an_offer_goes_to_another"),
        ]
