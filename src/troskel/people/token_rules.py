# SPDX-License-Identifier: EUPL-1.2
"""What a bearer token may be used for, how long, and by whom it is made. Pure Python."""

from __future__ import annotations

from datetime import datetime, timedelta

from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role

LASTS = timedelta(days=90)
LASTS_FOR_SYSTEM = timedelta(days=365)
LONGEST = timedelta(days=730)
NOTED_EVERY = timedelta(hours=1)
"""How exactly it is known when a token was last used."""
NEVER_OF_SYSTEM = frozenset({Role.ADMINISTRATOR, Role.MANAGER})
"""Roles that only a person has: they approve what another has proposed."""


class TokenScope(Choice, question=_("Vad den får användas till")):
    """What a token may be used for: nothing else of what its account may."""

    READ = "read", _("Bara läsa")
    ALARMS = "alarms", _("Larm")
    VISITS = "visits", _("Besök")
    DOORS = "doors", _("Öppna dörrar")
    CALENDAR = "calendar", _("Kalender")
    IMPORT = "import", _("Föra in från verksamhetssystemet")
    STAFF = "staff", _("Personal från en katalog")


def is_own_or_a_systems(*, is_own: bool, of_system: bool, role: Role) -> None:
    """Nobody makes a token for another person: whoever has it acts as that person."""
    if not (is_own or (of_system and role is Role.ADMINISTRATOR)):
        raise Refusal(
            "D",
            "token.of_another",
            _("En åtkomstnyckel görs av den som ska ha den. För ett annat system finns ett systemkonto."),
        )


def is_not_made_by_the_command_line(*, is_command_line: bool, of_system: bool, in_production: bool) -> None:
    """Where clients are real, the command line makes no token by which somebody would pass for a person."""
    if is_command_line and in_production and not of_system:
        raise Refusal(
            "D",
            "token.on_the_command_line",
            _("En persons åtkomstnyckel görs av personen själv. Kommandoraden gör dem åt andra system."),
        )


def expiry(wanted: datetime | None, now: datetime, *, of_system: bool) -> datetime:
    """Returns when a token ends. Raises BadValue for an instant that has been, or is too far away."""
    ends = wanted or now + (LASTS_FOR_SYSTEM if of_system else LASTS)
    if ends <= now:
        raise BadValue(
            "expires",
            "token.expires_in_the_past",
            _("Den tiden har redan gått. Skriv en senare tid, eller lämna tomt."),
        )
    if ends > now + LONGEST:
        raise BadValue(
            "expires",
            "token.lasts_too_long",
            _("En åtkomstnyckel gäller högst två år. Skriv en tidigare tid."),
        )
    return ends


def role_of_system(role: str, *, of_system: bool) -> None:
    """What two people must do, no system does alone."""
    if of_system and role in NEVER_OF_SYSTEM:
        raise BadValue(
            "role",
            "account.role_is_a_persons",
            _("Rollen kan bara en människa ha. Välj en annan för systemet."),
        )
