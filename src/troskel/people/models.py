# SPDX-License-Identifier: EUPL-1.2
"""Tables of people and places. Every unique key begins with the municipality."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from troskel.ground.ids import new_id
from troskel.ground.models import Record
from troskel.people.caseload_models import ClientArea as ClientArea
from troskel.people.caseload_models import Cover as Cover
from troskel.people.login_models import Login
from troskel.people.login_models import Token as Token
from troskel.people.night_models import ImportedNight as ImportedNight
from troskel.people.night_models import StoppedNight as StoppedNight
from troskel.people.roles import OrganisationKind, Role

ERASED = "[gallrad]"
"""Replaces a name, an address, a number or a reason that retention has erased."""


class Municipality(models.Model):
    """A municipality. Its four-digit code is its key in every table."""

    code = models.CharField(primary_key=True, max_length=4)
    name = models.CharField(max_length=100)
    take_over = models.DateField(null=True, help_text="day of the first import: who was there then is not new")  # fmt: skip  # noqa: E501
    taken_over = models.BooleanField(default=False, help_text="the first import has been taken in to its end")
    begun_night = models.TextField(default="", help_text="JSON: the night that is being taken in")


class Organisation(Record):
    """A provider, alarm organisation, locksmith firm, or the municipality's own office."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    orgnr = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=30, blank=True, default="", help_text="whom a locksmith calls")
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in OrganisationKind])
    closed = models.DateField(null=True, help_text="the first day on which it does nothing more")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "orgnr"], name="one_organisation_per_orgnr"),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in OrganisationKind]), name="organisation_of_known_kind"
            ),
        ]


class AccountManager(BaseUserManager["Account"]):
    """What Django's login needs; accounts are created by acts."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=username)


class Account(AbstractBaseUser):
    """One role of a person in one organisation of one municipality. From `closed` on it does and sees nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    username = models.CharField(max_length=150, unique=True, help_text="municipality code, slash, name")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=250, default="")
    closed = models.DateTimeField(null=True, help_text="empty: it is open")
    login = models.ForeignKey(Login, on_delete=models.PROTECT, null=True, related_name="accounts")
    of_system = models.BooleanField(default=False, help_text="another system's: nobody signs in as it")
    claimed = models.BooleanField(default=False, help_text="it follows what the provider says of the person")
    external_id = models.CharField(max_length=255, null=True, help_text="what a directory of staff calls it")
    deleted = models.BooleanField(default=False, help_text="a directory has deleted it: it shows it no more")
    unit = models.CharField(max_length=100, null=True, help_text="or a provider's area")

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role]), name="account_of_known_role"
            ),
            models.UniqueConstraint(
                fields=["municipality", "external_id"], name="one_account_per_external_id"
            ),
            models.CheckConstraint(
                condition=Q(deleted=False) | Q(closed__isnull=False, external_id=None),
                name="a_deleted_account_is_closed",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "sort_key"], name="accounts_in_swedish_order")]


class Home(Record):
    """A home, the unit of locking. `address_key` is equal for the same home; null: shared with nobody."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=100, blank=True)
    apartment = models.CharField(max_length=20, blank=True)
    address_key = models.CharField(max_length=64, null=True)
    street_key = models.CharField(max_length=250, default="", help_text="what the street is searched by")
    sharing = models.CharField(max_length=10, default="", help_text="proposed | confirmed | refuted")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "address_key"], name="one_home_per_address"),
        ]
        indexes = [models.Index(fields=["municipality", "street_key"], name="homes_by_street")]


class Door(Record):
    """A door that can have a lock: an apartment's, an entrance, a gate."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, help_text="apartment | entrance | gate")
    label = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["apartment", "entrance", "gate"]), name="door_of_known_kind"
            ),
        ]


class HomeDoor(Record):
    """A door on the way into a home; a gate serves several homes."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="ways")
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="ways")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "home", "door"], name="one_way_per_home_and_door")
        ]


class Consent(Record):
    """A property owner's consent to a lock at an entrance or a gate."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    door = models.ForeignKey(Door, on_delete=models.PROTECT, related_name="consents")
    owner = models.CharField(max_length=200, help_text="who owns the property")
    way = models.CharField(max_length=10, help_text="written | oral | own: the client owns it")
    since = models.DateField()
    until = models.DateField(null=True, help_text="the day it was taken back")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "door"], condition=Q(until=None), name="one_standing_consent_per_door"
            ),
            models.CheckConstraint(
                condition=Q(way__in=["written", "oral", "own"]), name="consent_of_known_kind"
            ),
        ]


class Client(Record):
    """A person granted care. E-mails, files and URLs have the case number alone (design, rule 8)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    case_number = models.CharField(max_length=12)
    reference = models.CharField(max_length=50, help_text="the case system's own id")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="clients")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=250, help_text="last name first")
    first_key = models.CharField(max_length=250, default="", help_text="first name first: searched by, too")
    phone = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=3, default="sv", help_text="ISO 639: what to write and speak")
    protection = models.CharField(
        max_length=1, blank=True, help_text="S sekretessmarkering, F skyddad folkbokföring"
    )
    home_municipality = models.CharField(max_length=4)
    lock_unwanted = models.DateField(null=True, help_text="since when an assessor has confirmed it")
    assigned_by = models.CharField(
        max_length=4,
        blank=True,
        default="",
        help_text="the other municipality, of one who is own since `own_since`",
    )
    own_since = models.DateField(null=True)
    assessor = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="caseload")
    assessor_told = models.CharField(max_length=200, null=True, help_text="whom the case system last named")
    died = models.DateField(null=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged", help_text="the entry that remains"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "case_number"], name="one_client_per_case_number"
            ),
            models.UniqueConstraint(fields=["municipality", "reference"], name="one_client_per_reference"),
            models.CheckConstraint(
                condition=Q(protection__in=["", "S", "F"]), name="protection_of_known_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "sort_key"], name="clients_in_swedish_order"),
            models.Index(fields=["municipality", "first_key"], name="clients_by_first_name"),
            models.Index(fields=["municipality", "assessor"], name="clients_by_assessor"),
        ]

    @property
    def is_own(self) -> bool:
        """Is the client this municipality's own, rather than assigned by another (O1)?"""
        return self.home_municipality == self.municipality_id

    @property
    def billed_for(self) -> str:
        """The code of the other municipality whose client this is, or was until `own_since` (O2); else empty."""
        return self.assigned_by if self.is_own else self.home_municipality

    @property
    def is_erased(self) -> bool:
        """Has retention erased the name? The case number and all ids remain."""
        return self.last_name == ERASED


class Representative(Record):
    """A person who may act for a client: guardian, trustee, holder of a power of attorney, or next of kin."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="representatives")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=30, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["guardian", "trustee", "attorney", "next_of_kin"]),
                name="representative_of_known_kind",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "client"], name="representatives_by_client")]


class Entrusted(Record):
    """An account that may see a protected client's name and address (case 14)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="entrusted")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entrusted")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "client", "account"],
                condition=Q(until=None),
                name="entrusted_once_at_a_time",
            ),
        ]


class Identifier(Record):
    """A current or former identity number of a client."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=12)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "client"], condition=Q(until=None), name="one_identifier_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "number"], name="identifier_number")]


class Residence(Record):
    """A client's stay in a home: the history of moves."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="residences")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="residences")
    valid_from = models.DateField(null=True, help_text="empty: since before we knew")
    valid_through = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "client"], condition=Q(valid_through=None), name="one_home_at_a_time"
            ),
        ]


class AccessNote(models.Model):
    """How one gets to a home: the door code, and what else to know. A personal detail; only the present one is kept."""

    home = models.OneToOneField(Home, on_delete=models.PROTECT, primary_key=True, related_name="access_note")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    text = models.TextField()


class PlannedMove(Record):
    """A move known beforehand: the home is there from now on, so that a lock can be ordered; the client moves `on`."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="planned_moves")
    home = models.ForeignKey(Home, on_delete=models.PROTECT, related_name="planned_moves")
    on = models.DateField()
    outcome = models.CharField(max_length=10, blank=True, help_text="moved | called_off; empty: it stands")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "client"], condition=Q(outcome=""), name="one_planned_move_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "moved", "called_off"]), name="planned_move_of_known_outcome"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "outcome", "on"], name="planned_moves_by_day")]


class CaseCounter(Record):
    """The last case or order number issued in a year."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, help_text="case, order")
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "year"], name="one_counter_per_kind_and_year"
            ),
        ]


class ReservedNumber(Record):
    """A number that the counter has passed and nobody has taken yet, so that two acts need not wait for the counter."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, help_text="order")
    year = models.IntegerField()
    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "year", "number"], name="a_number_is_reserved_once"
            ),
        ]
