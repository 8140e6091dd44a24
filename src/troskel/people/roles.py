# SPDX-License-Identifier: EUPL-1.2
"""The roles of the routine. Pure Python: no Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from troskel.ground.choices import Choice
from troskel.ground.texts import _


class Role(StrEnum):
    """The roles that the routine names, and those that the municipality needs besides."""

    ASSESSOR = "assessor"
    COORDINATOR = "coordinator"
    CARER = "carer"
    RESPONDER = "responder"
    ADMINISTRATOR = "administrator"
    LOCKSMITH = "locksmith"
    MANAGER = "manager"
    ECONOMIST = "economist"
    SYSTEM = "system"


class OrganisationKind(Choice, question=_("Sort")):
    """An organisation's part in the routine."""

    MUNICIPALITY = "municipality", _("Kommunen")
    HOME_CARE = "home_care", _("Hemtjänstutförare")
    ALARM = "alarm", _("Larmorganisation")
    LOCKSMITH = "locksmith", _("Låssmed")


class ActorKind(StrEnum):
    """What wrote a journal line."""

    ACCOUNT = "account"
    IMPORT = "import"
    CLOCK = "clock"
    DEMO = "demo"
    COMMAND_LINE = "command_line"
    """Somebody at the command line, on behalf of an account or of the installation itself: never a person."""
    SIGN_IN = "sign_in"
    DIRECTORY = "directory"
    """The municipality's or a provider's directory of staff, by SCIM and its account's token."""


MUNICIPAL_ROLES = frozenset({Role.ASSESSOR, Role.ADMINISTRATOR, Role.MANAGER, Role.ECONOMIST, Role.SYSTEM})
PROVIDER_ROLES = frozenset({Role.COORDINATOR, Role.CARER, Role.RESPONDER})
EVERY_ROLE = frozenset(role for role in Role if role is not Role.SYSTEM)
"""Every role of a person."""
OFFICE_ROLES = frozenset({Role.ASSESSOR, Role.ADMINISTRATOR})
CARE_ROLES = OFFICE_ROLES | {Role.COORDINATOR}
"""The roles that plan a client's care and its locks."""
CLIENT_ROLES = EVERY_ROLE - {Role.MANAGER}
"""Every role but the manager, who sees no client: figures are enough."""
STAFF_ROLES = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH})
"""The roles that look after accounts: the administrator all, the others those of their own organisation."""
OVERSIGHT_ROLES = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
"""Who is told of each brief sight and emergency opening, and says whether it was justified."""
PHONE_ROLES = frozenset({Role.CARER, Role.RESPONDER})
"""The roles that have clients on a phone, and open doors."""

ALLOWED_ROLES = {
    OrganisationKind.MUNICIPALITY: MUNICIPAL_ROLES,
    OrganisationKind.HOME_CARE: frozenset({Role.COORDINATOR, Role.CARER}),
    OrganisationKind.ALARM: frozenset({Role.COORDINATOR, Role.RESPONDER}),
    OrganisationKind.LOCKSMITH: frozenset({Role.LOCKSMITH}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts or reads: an account in one municipality, or the system itself (import, clock, demo, command line)."""

    municipality: str
    role: Role
    kind: ActorKind = ActorKind.ACCOUNT
    account: UUID | None = None
    organisation: UUID | None = None
    signed_in: datetime | None = field(default=None, compare=False)
    """When the person of a session last showed who it is; None in the demo, and for tokens and the system."""
    by_token: bool = field(default=False, compare=False)
    """Whether a program comes with a bearer token, instead of the person."""

    @property
    def is_system(self) -> bool:
        return self.account is None

    @classmethod
    def system(cls, municipality: str, kind: ActorKind) -> Actor:
        """Returns the system as actor: the import, the turn of the day, or the demo."""
        return cls(municipality=municipality, role=Role.SYSTEM, kind=kind)
