# SPDX-License-Identifier: EUPL-1.2
"""Looks up those who sign in: sessions, logins, passkeys, enrolment links."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.people import sign_in_rules
from troskel.people.login_models import EnrolmentLink, Login, Passkey, Session
from troskel.people.models import Account
from troskel.people.queries import Person, digest_of, is_open, person_of_row
from troskel.people.roles import PHONE_ROLES


class SignedIn(NamedTuple):
    """A session that is not over. `person`: none until an account is chosen, or where it has closed."""

    id: UUID
    login: UUID
    person: Person | None
    method: str
    acr: str
    authenticated: datetime
    expires: datetime
    idle: timedelta


class ShownSession(NamedTuple):
    """A session in the list of one's own."""

    id: UUID
    account: str
    organisation: str
    method: str
    browser: str
    began: datetime
    expires: datetime


def _standing(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(ended=None, expires__gt=now)


def signed_in(secret: str) -> SignedIn | None:
    """Returns the session of a cookie's secret; None where it has ended or run out. One query."""
    now = clock.now()
    rows = _STANDING_WITH_SECRET(digest_of(secret), now)
    if not rows:
        return None
    row: Session = rows[0]
    account = row.account
    person = None
    if account is not None and (account.closed is None or account.closed > now):
        person = person_of_row(account)
        person = person._replace(actor=replace(person.actor, signed_in=row.authenticated))
    idle = sign_in_rules.idle(account.role if account else "")
    return SignedIn(row.id, row.login_id, person, row.method, row.acr, row.authenticated, row.expires, idle)


_STANDING_WITH_SECRET = CompiledQuery(
    lambda digest, now: _standing(now).select_related("account__organisation").filter(digest=digest)
)


def login_named(issuer: str, subject: str) -> UUID | None:
    """Returns the login that a provider names so."""
    return Login.objects.filter(issuer=issuer, subject=subject).values_list("id", flat=True).first()


def accounts_of(login: UUID) -> list[Person]:
    """Returns the open accounts of a login, by municipality and organisation. One query."""
    rows = Account.objects.select_related("organisation").filter(is_open(clock.now()), login=login)
    ordered = rows.order_by("municipality", "organisation__name", "role", "id")
    return [person_of_row(row) for row in ordered]


class KnownPasskey(NamedTuple):
    """A passkey that can sign in."""

    id: UUID
    login: UUID
    credential: str
    public: str
    signed: int
    label: str
    added: datetime
    used: datetime | None


def _passkeys(rows: QuerySet[Passkey]) -> list[KnownPasskey]:
    names = ("id", "login_id", "credential", "public", "count", "label", "added", "used")
    return [KnownPasskey(*row) for row in rows.filter(removed=None).order_by("added").values_list(*names)]


def passkey_of(credential: str) -> KnownPasskey | None:
    """Returns the passkey with this id (base64url)."""
    return next(iter(_passkeys(Passkey.objects.filter(credential=credential))), None)


def passkeys_of(login: UUID) -> list[KnownPasskey]:
    """Returns the passkeys of a login, oldest first."""
    return _passkeys(Passkey.objects.filter(login=login))


class Enrolment(NamedTuple):
    """An enrolment link that can be used: whose account, and the login that it has already."""

    id: UUID
    account: Person
    login: UUID | None


def enrolment(secret: str) -> Enrolment | None:
    """Returns the enrolment of a link's secret; None where it is spent, too old, or its account has closed."""
    now = clock.now()
    rows = EnrolmentLink.objects.select_related("account__organisation")
    rows = rows.filter(is_open(now, "account__"), spent=None, expires__gt=now)
    row = rows.filter(digest=digest_of(secret)).first()
    if row is None:
        return None
    person = person_of_row(row.account)
    return Enrolment(row.id, person, row.account.login_id)


def sessions_of(login: UUID) -> list[ShownSession]:
    """Returns the sessions of a login that are not over, the newest first. One query."""
    rows = _standing(clock.now()).filter(login=login).order_by("-began", "-id")
    return [
        ShownSession(*row)
        for row in rows.values_list(
            "id", "account__name", "account__organisation__name", "method", "browser", "began", "expires"
        )
    ]


def sessions_beyond(login: UUID, most: int) -> list[tuple[UUID, str]]:
    """Returns sessions of a login beyond so many of the newest, the oldest first; each with its municipality, or ""."""
    rows = _with_municipality(_standing(clock.now()).filter(login=login)).order_by("-began", "-id")
    return [(session, of or "") for session, of in rows.values_list("id", "of")[most:]][::-1]


def id_token_of(session: UUID) -> str:
    """Returns what a provider is shown when the session ends; empty where there is none."""
    return Session.objects.filter(id=session).values_list("id_token", flat=True).first() or ""


def sessions_at_provider(issuer: str, sid: str, subject: str) -> list[tuple[UUID, str]]:
    """Returns sessions that a provider says are over, each with its municipality.

    `sid`: one of its own sessions; without it, all of the `subject`.
    """
    rows = _standing(clock.now()).filter(login__issuer=issuer)
    wanted = Q(sid=sid) if sid else Q(login__subject=subject)
    rows = rows.filter(wanted & (Q(login__subject=subject) if subject else Q()))
    found = _with_municipality(rows).order_by("id").values_list("id", "of")
    return [(session, municipality) for session, municipality in found if municipality]


def municipality_of(session: UUID) -> str:
    """Returns the municipality of a session: of its account, or of one that could have been chosen."""
    return _with_municipality(Session.objects.filter(id=session)).values_list("of", flat=True).get() or ""


def _with_municipality(rows: QuerySet[Session]) -> Any:
    return rows.annotate(of=Coalesce("account__municipality", Min("login__accounts__municipality")))


class PersonWithPhone(NamedTuple):
    """An open account that has clients on a phone. `signed_in`: its person has signed in since a given instant."""

    organisation: UUID
    name: str
    signed_in: bool


def people_with_phones(municipality: str, since: datetime) -> list[PersonWithPhone]:
    """Returns those who open doors, of all organisations, in Swedish order of names. One query.

    In a demo nobody signs in, a person is chosen: there everybody has.
    """
    sessions = Session.objects.filter(login=OuterRef("login"), began__gte=since)
    rows = Account.objects.filter(
        is_open(clock.now()), municipality=municipality, role__in=PHONE_ROLES, of_system=False
    )
    names = rows.annotate(seen=Exists(sessions)).order_by("sort_key", "id")
    return [
        PersonWithPhone(organisation, name, seen or settings.DEMO)
        for organisation, name, seen in names.values_list("organisation_id", "name", "seen")
    ]
