# SPDX-License-Identifier: EUPL-1.2
"""The tables of visits, and of what carers' phones have told: each event, and how it went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from troskel.custody.models import TagKey
from troskel.ground.models import Record
from troskel.people.models import Account, Client, Municipality, Organisation

EVIDENCE = ["tag", "lock", "hand"]
EVENT_STATES = ["noted", "on_the_way", "acknowledged", "refused", "corrected"]


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


class CarersPhone(Record):
    """An installation of the app for one account, as it last spoke. `id` is derived from both (`events.derived_id`)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="phones")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    skew = models.IntegerField(
        help_text="seconds that its clock was slow when it last spoke; negative: ahead"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_seen__gte=models.F("first_seen")), name="a_phone_is_seen_after"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "account"], name="phones_by_account")]


class PhoneEvent(Record):
    """What a carer's phone noted, and its state. `id` is derived from the account and the phone's own id of it.

    `noted`: by the phone's clock; `occurred`: what the server holds for true. `visit` and `client` have no key: a visit
    that was not made is deleted, and entries of clients are merged.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="phone_events")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="phone_events")
    phone = models.ForeignKey(CarersPhone, on_delete=models.PROTECT, related_name="events")
    sequence = models.IntegerField(help_text="rises on the phone: a gap is an event that has not come")
    kind = models.CharField(
        max_length=10, blank=True, help_text="arrive | depart; empty until its content has come"
    )
    noted = models.DateTimeField()
    occurred = models.DateTimeField(null=True)
    received = models.DateTimeField(null=True, help_text="its content came")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of its content")
    clash = models.CharField(
        max_length=64, blank=True, help_text="digest of other content that came by the same id"
    )
    content = models.TextField(blank=True, help_text="JSON, as the phone told it: codes and numbers")
    state = models.CharField(max_length=20)
    rule = models.CharField(max_length=50, blank=True)
    code = models.CharField(max_length=60, blank=True, help_text="of the refusal, or what is waited for")
    message = models.TextField(blank=True, help_text="the refusal, in English")
    swedish = models.TextField(blank=True, help_text="the refusal, in Swedish")
    visit = models.UUIDField(null=True)
    client = models.UUIDField(null=True)
    contested = models.DateTimeField(null=True)
    settled = models.DateTimeField(null=True, help_text="a coordinator has answered")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EVENT_STATES), name="an_event_has_one_of_five_states"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["acknowledged", "corrected"]) | Q(visit__isnull=False),
                name="an_acknowledged_event_is_a_visit",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(code=""), name="a_refused_event_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="noted") | Q(received=None), name="what_has_come_is_no_longer_only_noted"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "account", "noted"], name="phone_events_by_account"),
            models.Index(fields=["municipality", "organisation", "state"], name="phone_events_by_state"),
            models.Index(fields=["municipality", "visit"], name="phone_events_by_visit"),
        ]


class TagRead(Record):
    """A signed tag, read at a visit's arrival or departure. Never changed; what it proves is computed when it is read.

    `visit` has no key: a visit that was not made is deleted, and the tag's counter is used all the same. `occurred`:
    when it was read, as the event tells, whatever is corrected later.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    visit = models.UUIDField()
    moment = models.CharField(max_length=10, help_text="arrive | depart")
    key = models.ForeignKey(TagKey, on_delete=models.PROTECT, related_name="reads")
    counter = models.IntegerField(null=True, help_text="empty: the signature is not the tag's")
    code = models.CharField(max_length=20, blank=True, help_text="why it is not")
    occurred = models.DateTimeField()
    told = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "visit", "moment"], name="one_read_of_a_tag_per_event"
            ),
            models.CheckConstraint(
                condition=Q(moment__in=["arrive", "depart"]), name="a_tag_is_read_at_an_arrival_or_departure"
            ),
            models.CheckConstraint(
                condition=Q(counter__isnull=False, code="") | (Q(counter=None) & ~Q(code="")),
                name="a_read_of_a_tag_counts_or_says_why_not",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "key", "counter"], name="tag_reads_by_counter"),
            models.Index(fields=["municipality", "key", "occurred"], name="tag_reads_by_time"),
        ]
