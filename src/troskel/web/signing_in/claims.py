# SPDX-License-Identifier: EUPL-1.2
"""Which accounts a provider's claims give, by the mapping of the sign-in file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from troskel.acts.chapters import REGISTER
from troskel.exchange.oidc import Identity
from troskel.ground.refusals import CodedError
from troskel.people import sign_in_rules
from troskel.people.sign_in_settings import SignIn
from troskel.web.signing_in.entering import refused_by, system_of

PLACE = re.compile(r"\{([^}]*)\}")
LONGEST_NAME = 200
NOT_IN_USERNAME = re.compile(r"[^a-z0-9._@-]+")


def follow(told: SignIn, identity: Identity) -> None:
    """Gives a person the accounts of the claims, and closes those that they no longer give. Raises Refused."""
    given = accounts_given(told, identity.claims)
    try:
        for municipality in sorted({rule.municipality for rule in told.accounts.given}):
            REGISTER["follow_claims"].perform(
                system_of(municipality),
                {
                    "issuer": identity.issuer,
                    "subject": identity.subject,
                    "email": identity.email,
                    "name": _name(told, identity.claims),
                    "username": username(told, identity),
                    "accounts": [
                        {"role": role, "organisation": organisation}
                        for code, role, organisation in given
                        if code == municipality
                    ],
                },
            )
    except CodedError as refusal:
        raise refused_by(refusal) from None


def accounts_given(told: SignIn, claims: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Returns municipality, role and organisation of each account that the claims give.

    `when` names claims and the value that each has, or holds where it is a list. An organisation as `{claim}` is what
    the claim says: one number, or several.
    """
    given = []
    for rule in told.accounts.given:
        if all(value in _values(claims, name) for name, value in rule.when.items()):
            place = PLACE.fullmatch(rule.organisation)
            organisations = _values(claims, place[1]) if place else [rule.organisation]
            given += [(rule.municipality, rule.role.value, organisation) for organisation in organisations]
    return list(dict.fromkeys(given))


def username(told: SignIn, identity: Identity) -> str:
    """Returns the username that the claims say, without what a username has not; never an identity number."""
    said = NOT_IN_USERNAME.sub("", next(iter(_values(identity.claims, told.accounts.username)), "").lower())[
        :90
    ]
    return (
        said
        if said and not sign_in_rules.is_identity_number(said)
        else f"login.{sha256(identity.subject.encode()).hexdigest()[:10]}"
    )


def _name(told: SignIn, claims: Mapping[str, Any]) -> str:
    said = next(iter(_values(claims, told.accounts.name)), "").strip()[:LONGEST_NAME]
    return said or "–"


def _values(claims: Mapping[str, Any], name: str) -> list[str]:
    value = claims.get(name)
    found: Iterable[Any] = value if isinstance(value, list) else [value]
    return [item for item in found if isinstance(item, str)]
