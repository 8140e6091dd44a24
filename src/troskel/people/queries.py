# SPDX-License-Identifier: EUPL-1.2
"""Who an account is: by its name, by its bearer token, or by its id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q

from troskel.people.models import Account, Municipality, Token
from troskel.people.roles import Actor, OrganisationKind, Role


def actor_of_username(username: str) -> Actor | None:
    """The actor behind an active account's full name (municipality, slash, name)."""
    row = Account.objects.filter(username=username, is_active=True).first()
    return actor_of(row) if row else None


def actor_of(row: Any) -> Actor:
    """The actor that an account row stands for."""
    return Actor(
        municipality=row.municipality_id,
        role=Role(row.role),
        account=row.id,
        organisation=row.organisation_id,
    )


def digest_of(token: str) -> str:
    """What is kept of a bearer token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def actor_of_token(digest: str, now: datetime) -> Actor | None:
    """The actor whose token has this digest, where it is neither revoked nor expired. One query."""
    row = (
        Token.objects.filter(Q(expires=None) | Q(expires__gt=now), digest=digest, revoked=None)
        .filter(account__is_active=True, account__organisation__municipality=F("account__municipality"))
        .values_list("account__municipality_id", "account__role", "account_id", "account__organisation_id")
        .first()
    )
    if row is None:
        return None
    municipality, role, account, organisation = row
    return Actor(municipality=municipality, role=Role(role), account=account, organisation=organisation)


class Person(NamedTuple):
    """An account as a page shows it."""

    actor: Actor
    name: str
    organisation: str


def person(account: UUID) -> Person | None:
    """An active account with the names of the person and the organisation. One query."""
    row = Account.objects.select_related("organisation").filter(id=account, is_active=True).first()
    return Person(actor_of(row), row.name, row.organisation.name) if row else None


KINDS = list(OrganisationKind)


def everybody(municipality: str) -> list[Person]:
    """The active accounts of a municipality, organisation by organisation: what the demo chooses among."""
    rows = Account.objects.select_related("organisation").filter(municipality=municipality, is_active=True)
    in_order = sorted(
        rows,
        key=lambda row: (
            KINDS.index(OrganisationKind(row.organisation.kind)),
            row.organisation.name,
            row.role,
        ),
    )
    return [Person(actor_of(row), row.name, row.organisation.name) for row in in_order]


def colleagues(viewer: Actor, *roles: Role) -> dict[str, str]:
    """The active accounts of these roles in the viewer's organisation: names by username. One query."""
    rows = Account.objects.filter(organisation=viewer.organisation, role__in=roles, is_active=True)
    found = rows.order_by("name", "id").values_list("username", "name")
    return {full.partition("/")[2]: name for full, name in found}


def names(municipality: str, usernames: Iterable[str]) -> dict[str, str]:
    """What people of a municipality are called, by username. One query."""
    full = [f"{municipality}/{name}" for name in usernames]
    found = Account.objects.filter(municipality=municipality, username__in=full).values_list(
        "username", "name"
    )
    return {username.partition("/")[2]: name for username, name in found}


def municipalities() -> list[str]:
    """The codes of all municipalities."""
    return list(Municipality.objects.order_by("code").values_list("code", flat=True))


def municipality_exists(code: str) -> bool:
    """Is there a municipality with this code?"""
    return Municipality.objects.filter(code=code).exists()
