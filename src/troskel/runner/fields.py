# SPDX-License-Identifier: EUPL-1.2
"""Types of act parameters: lengths as the table columns have, and what forms know of a field.

A type says what its field is called, whether a camera can read it, whether it may stand in a URL, and what it names.
What differs at one act is `Annotated` at its parameter: the outer facts take the place of the inner.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from msgspec import inspect

from troskel.ground import spelling
from troskel.ground.choices import Choice
from troskel.ground.spelling import thing_number
from troskel.ground.texts import _
from troskel.people.roles import OrganisationKind

T = TypeVar("T")


class Named(Enum):
    """What a field names. A form about a client offers what the client has of it, instead of typing."""

    CLIENT = "client"
    SERVICE = "service with a decision"
    DECISION = "decision not ended"
    ANY_DECISION = "decision, ended or not"
    ALLOCATION = "allocation not ended"
    COMING_DECISIONS = "decisions that have not begun, several of them"
    COMING_ALLOCATIONS = "allocations that have not begun, several of them"
    HOME_CARE_PROVIDER = "home-care provider"
    ORDER = "open order"
    INSTALLATION_ORDER = "open order of an installation"
    REMOVAL_ORDER = "open order of a removal"
    REPAIR_ORDER = "open order of a repair"
    ABSENCE = "absence, present or to come"
    DOOR = "door"
    MOUNTED_LOCK = "lock at a door of the client"
    LINKED_LOCK = "lock linked to the client"
    REPORTED_LOCK = "lock that the locksmith reported: proposed and compared, never chosen"
    LOCKSMITH = "locksmith: the one of the last order is proposed"
    SLOT_BEGIN = "when a booking begins: a free hour is proposed"
    SLOT_END = "when it ends"
    OWN_TAG = "tag in one's own stock: one is proposed"
    OFFERED_KIND = "kind of the things that one is offered"
    OFFERED = "things that one is offered: all of a kind are proposed"
    CLIENTS_TAG = "tag with the client"
    KEY_HELD = "key held by an organisation"
    ASSESSOR = "assessor of the municipality"
    OTHER_ASSESSOR = "another assessor than oneself"
    CASES = "clients, several of them"
    OPEN_ACCOUNT = "open account that one looks after"
    CLOSED_ACCOUNT = "closed account that one looks after"
    VISIT = "visit, of a list of visits: never typed"
    AREA = "unit or area of one's organisation: those that are there are proposed"
    DUTY = "duty: the form is opened from it alone"
    DONE_THOUGH = "refusals that asked: ticked in the form that asks, never typed"


class ClientCondition(Enum):
    """A state of the client that an act needs, where none of its fields names it."""

    AWAY = "away, or will be"
    DEAD = "dead, as has been recorded"
    HAS_LOCK = "has a mounted lock"


class InAddress(StrEnum):
    """How a value in a form's URL is taken: it stands fast, or it can be changed. Other fields ignore the URL."""

    FIXED = "fixed"
    CHANGEABLE = "changeable"


class FieldFacts(NamedTuple):
    """What forms know of a field. `organisations`: kinds to choose from; `choices`: codes that a text may be.

    `spelling`: returns the value's one spelling, in which acts get it, or raises BadSpelling.
    """

    label: str = ""
    hint: str = ""
    scanned: bool = False
    in_address: InAddress | None = None
    organisations: frozenset[OrganisationKind] = frozenset()
    names: Named | None = None
    choices: type[Choice] | None = None
    spelling: Callable[[str], str] | None = None


def field(
    label: str = "",
    *,
    hint: str = "",
    scanned: bool = False,
    in_address: InAddress | None = None,
    organisations: frozenset[OrganisationKind] = frozenset(),
    names: Named | None = None,
    choices: type[Choice] | None = None,
    spelling: Callable[[str], str] | None = None,
) -> msgspec.Meta:
    """Returns the annotation of these facts; a label comes with its own hint. Texts are Swedish, marked by `_`."""
    facts = FieldFacts(label, hint, scanned, in_address, organisations, names, choices, spelling)._asdict()
    given = {name: value for name, value in facts.items() if value or (name == "hint" and label)}
    return msgspec.Meta(extra=given)


# texts and numbers

CaseNumber = Annotated[
    str,
    field(
        _("Ärendenummer"), hint=_("Till exempel 2026-0001"), in_address=InAddress.FIXED, names=Named.CLIENT
    ),
]
Reference = Annotated[
    str, msgspec.Meta(min_length=1, max_length=50), field(_("Beteckning i verksamhetssystemet"))
]
"""A reference of the case system."""

NewReference = Annotated[
    str,
    msgspec.Meta(max_length=50),
    field(_("Beteckning i verksamhetssystemet"), hint=_("Tom: systemet sätter en")),
]
"""The same of something new; empty where the case system gives none, and then one is made."""

Replaced = Annotated[
    str,
    msgspec.Meta(max_length=50),
    field(_("Ersätter beslutet"), in_address=InAddress.FIXED, names=Named.ANY_DECISION),
]
"""The reference of the decision that a new one follows, or empty."""

Number = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=50),
    field(_("Nummer"), scanned=True, in_address=InAddress.FIXED, spelling=thing_number),
]
"""The number printed on a thing: a serial number, a tag's number, a key's label."""

SERIAL = field(
    _("Låsets nummer"),
    hint=_("Står på låsvredet"),
    scanned=True,
    in_address=InAddress.FIXED,
    spelling=thing_number,
)
TAG = field(_("Kvittensproduktens nummer"), scanned=True, spelling=thing_number)
KEY = field(_("Nyckelns märkning"), hint=_("Aldrig namn eller adress"), scanned=True, spelling=thing_number)
NUMBERS = field(_("Nummer"), hint=_("Ett per rad"), scanned=True, spelling=thing_number)
Serial = Annotated[str, SERIAL]
TagNumber = Annotated[str, TAG]
KeyLabel = Annotated[str, KEY]
NewKeyLabel = Annotated[str, msgspec.Meta(min_length=1, max_length=50), KEY]
OrderNumber = Annotated[
    str,
    field(
        _("Beställningens nummer"),
        hint=_("Till exempel W-2026-0001"),
        in_address=InAddress.FIXED,
    ),
]
FormNumber = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=50),
    field(_("Underlagsblankettens nummer"), hint=_("Till exempel U-2026-0001"), in_address=InAddress.FIXED),
]

Code = Annotated[str, msgspec.Meta(max_length=50)]
"""A short code, or empty."""

MunicipalityCode = Annotated[
    str,
    msgspec.Meta(pattern=r"^([0-9]{4})?$", description="a municipality's four digits; empty: this one"),
    field(_("Hemkommunens kod"), hint=_("Tom: vår egen")),
]
"""A municipality's four digits; empty: this one."""

Month = Annotated[
    str,
    msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="a month as 2026-10"),
    field(_("Månad"), hint=_("Till exempel 2026-10"), in_address=InAddress.FIXED),
]
"""A month: 2026-10."""

Postcode = Annotated[str, msgspec.Meta(max_length=10), field(_("Postnummer"))]
Apartment = Annotated[str, msgspec.Meta(max_length=20), field(_("Lägenhetsnummer"))]
Phone = Annotated[str, msgspec.Meta(max_length=30), field(_("Telefon"))]
Language = Annotated[
    str,
    msgspec.Meta(pattern=r"^[a-z]{2,3}$", description="a language as sv, en, fi, so (ISO 639)"),
    field(_("Språk"), hint=_("Två bokstäver: sv, fi, so")),
]
"""ISO 639: sv, en, fi, so …"""

IdentityNumber = Annotated[str, field(_("Personnummer"), hint=_("Tolv siffror"))]
Name = Annotated[str, msgspec.Meta(max_length=100), field(spelling=spelling.line_of_text)]
FirstName = Annotated[Name, field(_("Förnamn"), spelling=spelling.name)]
LastName = Annotated[Name, field(_("Efternamn"), spelling=spelling.name)]
FileText = Annotated[str, msgspec.Meta(min_length=1, max_length=500_000)]
"""The text of a routine file."""
Email = Annotated[str, msgspec.Meta(max_length=254), field(_("E-post"), spelling=spelling.email)]
Username = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9._@-]{1,100}$",
        description="small letters a-z, digits, full stop, hyphen, low line and at sign, 100 at most",
    ),
    field(_("Kontonamn"), hint=_("Små bokstäver och siffror")),
]
OpenAccount = Annotated[Username, field(_("Konto"), names=Named.OPEN_ACCOUNT)]
ClosedAccount = Annotated[Username, field(_("Konto"), names=Named.CLOSED_ACCOUNT)]
ShortText = Annotated[str, msgspec.Meta(max_length=200), field(_("Namn"), spelling=spelling.line_of_text)]
Title = Annotated[ShortText, field(_("Namn"), spelling=spelling.name)]
"""The name of a person or an organisation, which is not blank."""

Text = Annotated[
    str, msgspec.Meta(max_length=4000), field(_("Berätta mer"), hint=_("Inga namn eller personnummer"))
]
"""Free text. Stored only in the journal's detail row."""

# organisations, by number

PROVIDERS = frozenset({OrganisationKind.HOME_CARE, OrganisationKind.ALARM})
LocksmithNumber = Annotated[
    str,
    field(_("Låssmed"), organisations=frozenset({OrganisationKind.LOCKSMITH}), names=Named.LOCKSMITH),
]
ProviderNumber = Annotated[str, field(_("Utförare"), organisations=PROVIDERS)]
OrganisationNumber = Annotated[str, field(_("Organisation"), organisations=frozenset(OrganisationKind))]

# ids, days and instants

DoorId = Annotated[UUID, field(_("Dörr"), names=Named.DOOR)]
VisitId = Annotated[UUID, field(_("Besöket"), in_address=InAddress.FIXED, names=Named.VISIT)]
DutyId = Annotated[UUID, field(_("Uppgift"), names=Named.DUTY)]
Day = Annotated[date, field(_("Dag"))]
FromDay = Annotated[date, field(_("Från och med"))]
ThroughDay = Annotated[date, field(_("Till och med"))]
FirstDay = Annotated[date, field(_("Första dagen"))]
LastDay = Annotated[date, field(_("Sista dagen"))]
OpenLastDay = Annotated[date | None, field(_("Sista dagen"), hint=_("Tom: tills vidare"))]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant with its offset: 2026-11-20T08:00:00+01:00."""

NonEmpty = Annotated[list[T], msgspec.Meta(min_length=1)]


# the fields of an act


class FieldSpec(NamedTuple):
    """A field of an act's form. `type`: msgspec's, without None and metadata. `default`: NODEFAULT or a value."""

    path: str
    type: Any
    required: bool
    default: Any
    facts: FieldFacts

    @property
    def choices(self) -> type[Choice] | None:
        """The list of codes to choose from, if the field has one."""
        return self.type.cls if isinstance(self.type, inspect.EnumType) else self.facts.choices


@cache
def fields_of(struct: type[msgspec.Struct]) -> tuple[FieldSpec, ...]:
    """Returns the fields of an act's values in order, with structs and lists of structs flattened."""
    return tuple(_leaf_fields(inspect.type_info(struct)))


@cache
def lists_of(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Returns the names of the fields that are lists, as a plural act's items."""
    fields = typing.cast("inspect.StructType", inspect.type_info(struct)).fields
    return tuple(one.name for one in fields if isinstance(_unwrap(one.type)[0], inspect.ListType))


def _leaf_fields(struct: Any, prefix: str = "") -> Iterator[FieldSpec]:
    for leaf in struct.fields:
        path = f"{prefix}{leaf.name}"
        kind, facts = _unwrap(leaf.type)
        item = _unwrap(kind.item_type)[0] if isinstance(kind, inspect.ListType) else kind
        if isinstance(item, inspect.StructType):
            yield from _leaf_fields(item, f"{path}.")
        else:
            yield FieldSpec(path, kind, leaf.required, leaf.default, _facts(kind, facts))


def _unwrap(kind: Any) -> tuple[Any, dict[str, Any]]:
    """Returns the type without metadata and None, and its facts."""
    if isinstance(kind, inspect.Metadata):
        inner, facts = _unwrap(kind.type)
        return inner, {**facts, **(kind.extra or {})}
    if isinstance(kind, inspect.UnionType):
        return _unwrap(next(member for member in kind.types if not isinstance(member, inspect.NoneType)))
    return kind, {}


def _facts(kind: Any, facts: dict[str, Any]) -> FieldFacts:
    label = kind.cls.question if isinstance(kind, inspect.EnumType) and issubclass(kind.cls, Choice) else ""
    return FieldFacts(**{"label": label, **facts})
