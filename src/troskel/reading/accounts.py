# SPDX-License-Identifier: EUPL-1.2
"""Accounts and organisations. No client is read, so only exports are recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.ground.sorting import swedish_sort_key
from troskel.people.models import Account, Organisation, Token
from troskel.people.queries import is_open
from troskel.people.roles import EVERY_ROLE, STAFF_ROLES, Actor, Role
from troskel.people.sign_in_rules import OWN_ISSUER
from troskel.reading.base import note
from troskel.reading.lists import ListedOrganisation
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read
from troskel.reading.worklist import username


class ListedAccount(msgspec.Struct, frozen=True):
    """An account: person, role and organisation."""

    id: UUID
    username: str
    name: str
    role: str
    organisation: str
    active: bool


class AccountSignIn(msgspec.Struct, frozen=True):
    """How the person of an account signs in. `provider`: by the municipality's own sign-in."""

    id: UUID
    username: str
    name: str
    role: str
    organisation: str
    active: bool
    provider: bool
    passkeys: int
    sessions: int
    link_until: datetime | None
    of_system: bool


ACCOUNT_COLUMNS = ("id", "username", "name", "role", "organisation__orgnr", "active")


def looked_after(viewer: Actor) -> QuerySet[Account]:
    """Returns the accounts that the viewer looks after: all, or those of the own organisation."""
    rows = Account.objects.filter(municipality=viewer.municipality)
    if viewer.role in (Role.ADMINISTRATOR, Role.SYSTEM):
        return rows
    return rows.filter(organisation=viewer.organisation)


@read(who=STAFF_ROLES)
def accounts(
    viewer: Actor, page_request: PageRequest, *, role: str = "", organisation: str = "", state: str = ""
) -> Page[ListedAccount]:
    """The municipality's accounts by name in Swedish order, optionally of one role, organisation or state.

    A coordinator and a locksmith see those of their own organisation.
    """
    active = ExpressionWrapper(is_open(clock.now()), output_field=BooleanField())
    rows = looked_after(viewer).annotate(active=active)
    filters = {"role": role, "organisation__orgnr": organisation}
    rows = rows.filter(**{field: value for field, value in filters.items() if value})
    if state:
        rows = rows.filter(active=state == "open")
    page_rows, next_cursor = rows_of(rows.values(*ACCOUNT_COLUMNS), page_request, "sort_key")
    if page_request.export:
        note(viewer, "accounts.exported", role=role, organisation=organisation, state=state)
    return Page([_account(row) for row in page_rows], next_cursor)


MAX_TO_CHOOSE = 300
"""The most accounts that a form offers by name."""


@read(who=STAFF_ROLES)
def accounts_to_choose(viewer: Actor, *, closed: bool) -> list[ListedAccount]:
    """The accounts that the viewer looks after, open or closed, by name; none where they are too many to choose of."""
    active = ExpressionWrapper(is_open(clock.now()), output_field=BooleanField())
    rows = looked_after(viewer).annotate(active=active).filter(active=not closed, deleted=False)
    found = rows.order_by("sort_key", "id").values(*ACCOUNT_COLUMNS)[: MAX_TO_CHOOSE + 1]
    return [_account(row) for row in found] if len(found) <= MAX_TO_CHOOSE else []


def _account(row: Row) -> ListedAccount:
    return ListedAccount(
        row["id"], username(row["username"]) or "", *(row[name] for name in ACCOUNT_COLUMNS[2:])
    )


@read(who=STAFF_ROLES)
def account_sign_in(viewer: Actor, account: UUID) -> AccountSignIn:
    """How the person of an account signs in. No client is read: nothing is recorded. Raises NotFound."""
    now = clock.now()
    found = looked_after(viewer).select_related("organisation", "login").filter(id=account).first()
    if found is None:
        raise NotFound("account", "account")
    login = found.login
    link = found.enrolments.filter(spent=None, expires__gt=now).values_list("expires", flat=True).first()
    return AccountSignIn(
        found.id,
        username(found.username) or "",
        found.name,
        found.role,
        found.organisation.name,
        found.closed is None or found.closed > now,
        login is not None and login.issuer != OWN_ISSUER,
        login.passkeys.filter(removed=None).count() if login else 0,
        found.sessions.filter(ended=None, expires__gt=now).count(),
        link,
        found.of_system,
    )


class ListedToken(msgspec.Struct, frozen=True):
    """A token that can be used: whose, what for, until when, and about when it was last used."""

    id: UUID
    username: str
    label: str
    scopes: list[str]
    expires: datetime | None
    used: datetime | None


@read(who=EVERY_ROLE)
def tokens(viewer: Actor, of: str = "") -> list[ListedToken]:
    """Tokens that can be used: one's own; the administrator sees all, or those of one account.

    No client is read: nothing is recorded. One query.
    """
    now = clock.now()
    rows = Token.objects.filter(Q(expires=None) | Q(expires__gt=now), is_open(now, "account__"), revoked=None)
    rows = rows.filter(account__municipality=viewer.municipality)
    if viewer.role not in (Role.ADMINISTRATOR, Role.SYSTEM):
        rows = rows.filter(account=viewer.account)
    if of:
        rows = rows.filter(account__username=f"{viewer.municipality}/{of}")
    names = ("id", "account__username", "label", "scopes", "expires", "used")
    return [
        ListedToken(id_, username(whose) or "", label, scopes.split(), expires, used)
        for id_, whose, label, scopes, expires, used in rows.order_by("id").values_list(*names)
    ]


@read(who=[Role.ADMINISTRATOR])
def organisations_by_name(
    viewer: Actor, page_request: PageRequest, *, kind: str = ""
) -> Page[ListedOrganisation]:
    """All organisations, or those of one kind, by name in Swedish order. They are few, so this is one page."""
    rows = Organisation.objects.filter(municipality=viewer.municipality)
    organisations = [
        ListedOrganisation(row.orgnr, row.name, row.email, row.kind)
        for row in (rows.filter(kind=kind) if kind else rows)
    ]
    if page_request.export:
        note(viewer, "organisations.exported", kind=kind)
    return Page(
        sorted(
            organisations,
            key=lambda organisation: swedish_sort_key(organisation.name),
            reverse=page_request.newest,
        )
    )


@read(who=EVERY_ROLE)
def organisation_names(viewer: Actor) -> dict[str, tuple[str, str]]:
    """Name and kind of every open organisation by number, in Swedish order. No client is read: nothing is recorded."""
    rows = (
        Organisation.objects.filter(municipality=viewer.municipality)
        .filter(Q(closed=None) | Q(closed__gt=clock.today()))
        .values_list("orgnr", "name", "kind")
    )
    return {
        orgnr: (name, kind) for orgnr, name, kind in sorted(rows, key=lambda row: swedish_sort_key(row[1]))
    }
