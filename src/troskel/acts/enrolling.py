# SPDX-License-Identifier: EUPL-1.2
"""How a person gets a way to sign in, and a new one after a loss: by a link that the administrator gives, used once.

By the link the account gets a provider's login, a passkey, or the login with which the person is signed in already.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts.signing_in import end_sessions, login_of
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.people import sign_in_rules
from troskel.people.login_models import EnrolmentLink, Login, Passkey, Session
from troskel.people.models import Account
from troskel.people.queries import digest_of, is_open, open_accounts
from troskel.people.roles import STAFF_ROLES
from troskel.runner.fields import Username
from troskel.runner.lookup_of_accounts import open_account
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Inloggning")

MAX_PASSKEYS = 10  # of a login

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Credential = Annotated[str, msgspec.Meta(min_length=1, max_length=1400)]
PublicKey = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Label = Annotated[str, msgspec.Meta(max_length=60)]


@act("D", who=STAFF_ROLES, writes=["enrolment.issued"], secret=True, fresh=True, in_person=True)
def issue_enrolment_link(ctx: ActContext, *, username: Username) -> dict[str, Any]:
    """Give a person a link to begin signing in, or to begin again after a loss. It is shown once, and used once.

    An earlier link of the account can't be used any more. Nobody gives a link to themselves. A coordinator and a
    locksmith give links to their own staff.
    """
    account = open_account(ctx, username)
    if account.id == ctx.actor.account:
        raise Refusal("D", "enrolment.own", _("Du kan inte ge en länk till dig själv. Be en kollega."))
    if account.of_system:
        raise Refusal(
            "D",
            "enrolment.of_system",
            _("Kontot tillhör ett system: ingen loggar in med det. Gör en åtkomstnyckel."),
        )
    EnrolmentLink.objects.filter(account=account, spent=None).update(spent=ctx.now)
    secret = secrets.token_urlsafe(32)
    link = EnrolmentLink(
        id=new_id(),
        account=account,
        digest=digest_of(secret),
        issued=ctx.now,
        issued_by_id=ctx.actor.account,
        expires=ctx.now + sign_in_rules.ENROLMENT,
    )
    link.save(force_insert=True)
    ctx.journal("enrolment.issued", account=account.id, link=link.id, expires=link.expires)
    return {"link": secret, "expires": link.expires}


@act("D", writes=["login.connected", "passkey.added", "passkey.removed", "session.ended"])
def enrol_passkey(
    ctx: ActContext, *, link: UUID, credential: Credential, public: PublicKey, signed: int, label: Label
) -> dict[str, Any]:
    """Use a link to get a passkey. Those that the person had before, and the sessions, end: the link is for a loss."""
    account = _spend(ctx, link)
    login = account.login
    if login is None or _has_accounts_elsewhere(login, account):
        # what is given in one organisation opens nothing in another: there the person has the old login
        login = Login.objects.create(issuer=sign_in_rules.OWN_ISSUER, subject=str(new_id()))
    else:
        for row in Passkey.objects.filter(login=login, removed=None).order_by("id"):
            _remove(ctx, row, account.id)
    _connect(ctx, account, login)
    _add(ctx, login, account.id, credential, public, signed, label)
    return {"login": login.id}


@act("D", writes=["login.connected", "session.ended"])
def enrol_identity(
    ctx: ActContext, *, link: UUID, issuer: Identifier, subject: Identifier, email: str = ""
) -> dict[str, Any]:
    """Use a link to sign in by the provider from now on, as the person whom it names."""
    account = _spend(ctx, link)
    login = login_of(issuer, subject, email)
    _connect(ctx, account, login)
    return {"login": login.id}


@act("D", writes=["login.connected", "session.ended"])
def enrol_login(ctx: ActContext, *, link: UUID, login: UUID) -> dict[str, Any]:
    """Use a link to add an account to the login with which one is signed in already."""
    account = _spend(ctx, link)
    row = Login.objects.filter(id=login).first()
    if row is None:
        raise NotFound("account", "login")
    _connect(ctx, account, row)
    return {"login": row.id}


@act("D", writes=["passkey.added"], fresh=True)
def add_passkey(
    ctx: ActContext, *, account: UUID, credential: Credential, public: PublicKey, signed: int, label: Label
) -> dict[str, Any]:
    """Add a passkey to one's own login: a telephone beside the computer."""
    login = _login_of(ctx, account)
    if Passkey.objects.filter(login=login, removed=None).count() >= MAX_PASSKEYS:
        raise Refusal(
            "D",
            "passkey.too_many",
            _("Du har redan många passnycklar. Ta först bort en som du inte använder."),
        )
    return {"passkey": _add(ctx, login, account, credential, public, signed, label)}


@act("D", writes=["passkey.removed"], fresh=True)
def remove_passkey(ctx: ActContext, *, account: UUID, passkey: UUID) -> dict[str, Any]:
    """Remove one of one's own passkeys. The last one stays where there is no other way to sign in."""
    login = _login_of(ctx, account)
    rows = list(Passkey.objects.select_for_update().filter(login=login, removed=None).order_by("id"))
    row = next((row for row in rows if row.id == passkey), None)
    if row is None:
        raise NotFound("passkey", "passkey")
    if len(rows) == 1 and login.issuer == sign_in_rules.OWN_ISSUER:
        raise Refusal(
            "rule 9",
            "passkey.last",
            _("Det är din enda passnyckel. Lägg till en annan först, annars kommer du inte in."),
        )
    _remove(ctx, row, account)
    return {"passkey": row.id}


def _spend(ctx: ActContext, link: UUID) -> Account:
    """Returns the account of a link, which is used up thereby. Raises Refusal where it can't be used."""
    rows = EnrolmentLink.objects.select_for_update(of=("self",)).select_related("account__login")
    rows = rows.filter(
        is_open(ctx.now, "account__"), account__municipality=ctx.actor.municipality, expires__gt=ctx.now
    )
    row = rows.filter(id=link, spent=None).first()
    if row is None:
        raise Refusal("D", "enrolment.spent", _("Länken gäller inte längre. Be systemförvaltaren om en ny."))
    row.spent = ctx.now
    row.save(update_fields=["spent"])
    return row.account


def _connect(ctx: ActContext, account: Account, login: Login) -> None:
    """Gives an account its login, and ends what was signed in as it."""
    sessions = Session.objects.select_for_update().filter(account=account, ended=None).exclude(login=login)
    if account.login_id == login.id:  # a passkey anew: whoever has the lost one is out
        sessions = Session.objects.select_for_update().filter(login=login, ended=None)
    end_sessions(ctx, list(sessions.order_by("id")), "enrolled")
    account.login, account.claimed = login, False
    account.save(update_fields=["login", "claimed"])
    ctx.journal("login.connected", account=account.id, login=login.id)


def _has_accounts_elsewhere(login: Login, account: Account) -> bool:
    return Account.objects.filter(login=login).exclude(organisation=account.organisation_id).exists()


def _login_of(ctx: ActContext, account: UUID) -> Login:
    row = open_accounts(ctx.actor.municipality).select_related("login").filter(id=account).first()
    if row is None or row.login is None:
        raise NotFound("account", "account")
    return row.login


def _add(
    ctx: ActContext, login: Login, account: UUID, credential: str, public: str, signed: int, label: str
) -> UUID:
    row = Passkey(
        id=new_id(),
        login=login,
        credential=credential,
        public=public,
        count=signed,
        label=label,
        added=ctx.now,
    )
    row.save(force_insert=True)
    ctx.journal("passkey.added", account=account, passkey=row.id)
    return row.id


def _remove(ctx: ActContext, row: Passkey, account: UUID) -> None:
    row.removed = ctx.now
    row.save(update_fields=["removed"])
    ctx.journal("passkey.removed", account=account, passkey=row.id)
