# SPDX-License-Identifier: EUPL-1.2
"""Who may sign in as what, how surely, and for how long. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.people.roles import PHONE_ROLES, Role

OWN_ISSUER = "troskel"
"""The issuer of those whom no provider names: they have passkeys alone."""
PROXY_ISSUER = "proxy"
"""The issuer of those whom a proxy in front names."""
PASSKEY, PROXY = "passkey", "proxy"
"""How sure a sign-in by passkey, or by a proxy, is: stands among a provider's levels (`acr`)."""

LONGEST = timedelta(hours=12)
LONGEST_ON_PHONE = timedelta(hours=14)
"""A shift: a visit that has been open for longer has been forgotten."""
IDLE = timedelta(hours=1)
IDLE_ON_PHONE = timedelta(hours=4)  # between two visits
FRESH = timedelta(minutes=10)
"""How long after having shown who one is a dangerous act may be done."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When somebody was asked of whom that is not known: never fresh."""
ENROLMENT = timedelta(days=3)
"""How long an enrolment link can be used."""

_IDENTITY_NUMBER = re.compile(r"(?:\d\d)?\d{6}[-+]?\d{4}")


def longest(role: str) -> timedelta:
    """Returns how long a session as this role lasts, however much it is used."""
    return LONGEST_ON_PHONE if role in PHONE_ROLES else LONGEST


def idle(role: str) -> timedelta:
    """Returns how long a session as this role may lie unused."""
    return IDLE_ON_PHONE if role in PHONE_ROLES else IDLE


def is_identity_number(text: str) -> bool:
    """Has it the form of a personal identity number, or of a co-ordination number?"""
    return _IDENTITY_NUMBER.fullmatch(text.strip()) is not None


def names_nobody_by_number(subject: str) -> None:
    """An identity number is no name of a login: it would stand in tables, and be typed in forms."""
    if is_identity_number(subject):
        raise Refusal(
            "rule 7",
            "login.identity_number",
            _(
                "Inloggningstjänsten skickar personnumret som namn. Låt den skicka ett annat, till exempel HSA-id."
            ),
        )


def username_is_no_number(username: str) -> None:
    """A username stands in lists, forms and exports: an identity number does not belong there."""
    if is_identity_number(username):
        raise BadValue(
            "username",
            "account.named_by_number",
            _("Ett kontonamn får inte vara ett personnummer. Skriv ett annat."),
        )


def levels(acr: Mapping[str, Sequence[str]], role: str) -> Sequence[str]:
    """Returns the levels (`acr`) that a role asks for; empty: any."""
    return acr.get(role, acr.get("default", ()))


def is_sure_enough(acr: Mapping[str, Sequence[str]], role: str, level: str) -> bool:
    """May somebody who signed in at this level act as this role?"""
    wanted = levels(acr, role)
    return not wanted or level in wanted


def all_levels(acr: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the levels that a provider is asked for, the most common first."""
    asked = [level for wanted in acr.values() for level in wanted if level not in (PASSKEY, PROXY)]
    return list(dict.fromkeys(asked))


def sure_enough(acr: Mapping[str, Sequence[str]], role: Role, level: str) -> None:
    """A role is taken by somebody who has signed in surely enough (LoA3)."""
    if not is_sure_enough(acr, role, level):
        raise Refusal(
            "D",
            "session.too_weak",
            _("Rollen kräver en säkrare inloggning. Logga in igen och välj ett säkrare sätt."),
        )


def is_fresh(signed_in: datetime | None, now: datetime) -> bool:
    """May a dangerous act be done? Without a session (tokens, the demo, the system) nobody can be asked."""
    return signed_in is None or now - signed_in <= FRESH
