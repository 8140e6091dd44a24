# SPDX-License-Identifier: EUPL-1.2
"""Looks up accounts: by username, by bearer token, or by id; and entries of clients that were merged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Exists, F, Q, QuerySet

from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.people.imports import BegunNight
from troskel.people.models import Account, Client, Municipality, Organisation, StoppedNight, Token
from troskel.people.roles import Actor, OrganisationKind, Role


def is_open(now: datetime, account: str = "") -> Q:
    """Returns the condition for accounts that are not closed. `account`: the prefix of a lookup through a relation."""
    return Q(**{f"{account}closed": None}) | Q(**{f"{account}closed__gt": now})


def open_accounts(municipality: str) -> QuerySet[Account]:
    """Returns the accounts of a municipality that act and see, as a query."""
    return Account.objects.filter(is_open(clock.now()), municipality=municipality)


def of_directory(viewer: Actor) -> QuerySet[Account]:
    """Returns the accounts that a directory's account looks after: of all organisations where its own is the office's.

    Without other systems' accounts, administrators, and those that it has deleted.
    """
    rows = Account.objects.filter(municipality=viewer.municipality, of_system=False, deleted=False)
    office = Organisation.objects.filter(account__in=[viewer.account], kind=OrganisationKind.MUNICIPALITY)
    in_reach = Q(organisation=viewer.organisation) | Q(Exists(office))
    return rows.filter(in_reach).exclude(role=Role.ADMINISTRATOR)


def actor_of_username(username: str) -> Actor | None:
    """Returns the actor of an open account, by its full username (municipality, slash, name)."""
    rows = _OPEN_ACCOUNT(username, clock.now())
    return actor_of(rows[0]) if rows else None


_OPEN_ACCOUNT = CompiledQuery(lambda username, now: Account.objects.filter(is_open(now), username=username))


def actor_of(row: Any) -> Actor:
    """Returns the actor of an account row."""
    return Actor(
        municipality=row.municipality_id,
        role=Role(row.role),
        account=row.id,
        organisation=row.organisation_id,
    )


def is_of_system(account: UUID) -> bool:
    """Is it another system's account, as which nobody signs in?"""
    return Account.objects.filter(id=account, of_system=True).exists()


def digest_of(token: str) -> str:
    """Returns the SHA-256 of a bearer token, the only part that is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Bearer(NamedTuple):
    """Who comes with a token, and what the token is for: `scopes` empty, all."""

    actor: Actor
    token: UUID
    scopes: frozenset[str]
    used: datetime | None


def bearer_of(digest: str, now: datetime) -> Bearer | None:
    """Returns whose token has this digest; None when revoked, expired, unknown, or its account closed. One query."""
    for municipality, role, account, organisation, token, scopes, used in _ACCOUNT_OF_TOKEN(digest, now):
        actor = Actor(municipality, Role(role), account=account, organisation=organisation, by_token=True)
        return Bearer(actor, token, frozenset(scopes.split()), used)
    return None


def actor_of_token(digest: str, now: datetime) -> Actor | None:
    """Returns the actor of a token, as `bearer_of`."""
    found = bearer_of(digest, now)
    return found.actor if found else None


def _account_of_token(digest: str, now: datetime) -> QuerySet[Any, Any]:
    rows = Token.objects.filter(Q(expires=None) | Q(expires__gt=now), digest=digest, revoked=None).filter(
        is_open(now, "account__"), account__organisation__municipality=F("account__municipality")
    )
    return rows.values_list(
        "account__municipality_id",
        "account__role",
        "account_id",
        "account__organisation_id",
        "id",
        "scopes",
        "used",
    )


_ACCOUNT_OF_TOKEN = CompiledQuery(_account_of_token)


def username_of(account: UUID) -> str:
    """Returns an account's username, without the municipality; empty where there is no such account."""
    full = Account.objects.filter(id=account).values_list("username", flat=True).first()
    return (full or "").partition("/")[2]


class Person(NamedTuple):
    """An account with the names that pages show."""

    actor: Actor
    name: str
    organisation: str
    organisation_kind: OrganisationKind


def person_of_row(row: Account) -> Person:
    """Returns the person of an account, read with its organisation."""
    kind = OrganisationKind(row.organisation.kind)
    return Person(actor_of(row), row.name, row.organisation.name, kind)


def person(account: UUID) -> Person | None:
    """Returns an open account with the names of person and organisation. One query."""
    rows = _PERSON(account, clock.now())
    return person_of_row(rows[0]) if rows else None


_PERSON = CompiledQuery(
    lambda account, now: Account.objects.select_related("organisation").filter(is_open(now), id=account)
)


def names_of_remaining(municipality: str, names: Iterable[str]) -> dict[str, str]:
    """Returns, for names of entries that were merged into others, the case numbers of those that remain. One query.

    `names`: case numbers or references. Of whoever was not merged there is nothing.
    """
    wanted = set(names)
    found: dict[str, str] = {}
    for reference, case, remaining in _MERGED(municipality, sorted(wanted)):
        found |= {name: remaining for name in (case, reference) if name in wanted}
    return found


_MERGED = CompiledQuery(
    lambda municipality, names: (
        Client.objects.filter(municipality=municipality, merged_into__isnull=False)
        .filter(Q(case_number__in=names) | Q(reference__in=names))
        .values_list("reference", "case_number", "merged_into__case_number")
    )
)


def name_of_remaining(municipality: str, name: str) -> str:
    """As `names_of_remaining`, for one name; empty where it was not merged."""
    return names_of_remaining(municipality, [name]).get(name, "")


ORGANISATION_KINDS = list(OrganisationKind)


def active_people(municipality: str) -> list[Person]:
    """Returns the open accounts of a municipality, by organisation: the choices of the demo."""
    rows = open_accounts(municipality).select_related("organisation")
    ordered = sorted(
        rows,
        key=lambda row: (
            ORGANISATION_KINDS.index(OrganisationKind(row.organisation.kind)),
            row.organisation.name,
            row.role,
            row.id,
        ),
    )
    return [person_of_row(row) for row in ordered]


def colleagues(viewer: Actor, *roles: Role) -> dict[str, str]:
    """Returns names by username of the open accounts with these roles in the viewer's organisation. One query."""
    rows = open_accounts(viewer.municipality).filter(organisation=viewer.organisation, role__in=roles)
    names = rows.order_by("name", "id").values_list("username", "name")
    return {username.partition("/")[2]: name for username, name in names}


def names_by_username(municipality: str, usernames: Iterable[str]) -> dict[str, str]:
    """Returns people's names by username, in a municipality. One query."""
    full_usernames = [f"{municipality}/{name}" for name in usernames]
    rows = Account.objects.filter(municipality=municipality, username__in=full_usernames).values_list(
        "username", "name"
    )
    return {username.partition("/")[2]: name for username, name in rows}


def municipalities() -> list[str]:
    """Returns the codes of all municipalities."""
    return list(Municipality.objects.order_by("code").values_list("code", flat=True))


class MunicipalityRow(NamedTuple):
    """A municipality as commands list it."""

    code: str
    name: str
    taken_over: bool


def municipality_rows() -> list[MunicipalityRow]:
    """Returns all municipalities, by code."""
    rows = Municipality.objects.order_by("code").values_list("code", "name", "taken_over")
    return [MunicipalityRow(*row) for row in rows]


class UnfinishedNight(NamedTuple):
    """A night of the case system that is not taken in: it waits for an answer, or was broken off."""

    day: date
    is_stopped: bool


def unfinished_nights(municipality: str) -> list[UnfinishedNight]:
    """Returns the nights that are not taken in, by day; not those that the administrator has answered for."""
    stopped = StoppedNight.objects.filter(municipality=municipality, answer="")
    nights = {UnfinishedNight(day, is_stopped=True) for day in stopped.values_list("day", flat=True)}
    begun = Municipality.objects.filter(code=municipality).values_list("begun_night", flat=True).first()
    if begun:
        nights.add(UnfinishedNight(msgspec.json.decode(begun, type=BegunNight).day, is_stopped=False))
    return sorted(nights)


def organisation_exists(municipality: str, orgnr: str) -> bool:
    """Has the municipality an organisation with this number, as it is stored?"""
    return Organisation.objects.filter(municipality=municipality, orgnr=orgnr).exists()


def municipality_exists(code: str) -> bool:
    """Is there a municipality with this code?"""
    return Municipality.objects.filter(code=code).exists()
