# SPDX-License-Identifier: EUPL-1.2
"""People sign in and out. Who somebody is has been shown before: by a provider, a passkey, or a proxy in front.

A session is on the server: what the cookie holds is worth nothing once it has ended.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings

from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.ground.texts import _
from troskel.people import login_queries, sign_in_rules
from troskel.people.login_models import Login, Passkey, Session
from troskel.people.models import Account
from troskel.people.queries import digest_of, open_accounts
from troskel.people.roles import EVERY_ROLE, STAFF_ROLES, Role
from troskel.runner.fields import Code, Username
from troskel.runner.lookup_of_accounts import open_account
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Inloggning")

Level = Annotated[str, msgspec.Meta(max_length=255)]


@act("D", writes=["session.began", "session.ended"], secret=True)
def begin_session(
    ctx: ActContext,
    *,
    login: UUID,
    method: Code,
    acr: Level = "",
    account: UUID | None = None,
    sid: Level = "",
    id_token: str = "",
    browser: Annotated[str, msgspec.Meta(max_length=60)] = "",
    passkey: UUID | None = None,
    passkey_count: int = 0,
    authenticated: datetime | None = None,
    proof: str = "",
    replaces: UUID | None = None,
) -> dict[str, Any]:
    """Begin the session of a person who has shown who it is. `account`: where the person has only one.

    The secret that the cookie holds is answered once; its digest is stored. `passkey_count`: how often it has signed.
    `authenticated`: when the person was asked, where the provider said it. `proof`: what was answered, which counts
    once. `replaces`: the session in which the person was asked anew; it ends. A person has so many at a time
    (TROSKEL_SESSIONS): beyond that the oldest ends; `elsewhere`: those to end in another municipality, by its own act.
    """
    Login.objects.select_for_update().filter(id=login).first()  # who signs in twice at once is counted twice
    if replaces is not None:
        earlier = Session.objects.select_for_update().filter(id=replaces, login=login, ended=None)
        end_sessions(ctx, list(earlier), "renewed")
    if passkey is not None:
        Passkey.objects.filter(id=passkey, login=login).update(used=ctx.now, count=passkey_count)
    secret = secrets.token_urlsafe(32)
    session = Session(
        id=new_id(),
        login_id=login,
        digest=digest_of(secret),
        method=method,
        acr=acr,
        sid=sid,
        id_token=id_token,
        browser=browser,
        began=ctx.now,
        authenticated=min(authenticated or ctx.now, ctx.now),
        proof=digest_of(proof) if proof else None,
        expires=ctx.now + sign_in_rules.LONGEST,
    )
    if account is not None:
        _take(ctx, session, account)
    session.save(force_insert=True)
    ended, elsewhere = _end_beyond_limit(ctx, login)
    answer = {"session": session.id, "secret": secret, "expires": session.expires}
    return {**answer, "ended": ended, "elsewhere": elsewhere}


@act("D", writes=["session.began"])
def use_account(ctx: ActContext, *, session: UUID, account: UUID) -> dict[str, Any]:
    """Go on as one of the accounts of the person who has signed in."""
    row = _standing(ctx, session)
    _take(ctx, row, account)
    row.save(update_fields=["account", "expires"])
    return {"session": row.id}


@act("D", writes=["session.ended"])
def leave_account(ctx: ActContext, *, session: UUID) -> dict[str, Any]:
    """Leave an account, to go on as another one: perhaps in another municipality."""
    row = _standing(ctx, session)
    if row.account_id is not None:
        ctx.journal("session.ended", session=row.id, account=row.account_id, why="switched")
        row.account = None
        row.save(update_fields=["account"])
    return {"session": row.id}


@act("D", writes=["session.ended"])
def end_session(ctx: ActContext, *, session: UUID, why: Code) -> dict[str, Any]:
    """End a session: the person signs out, here or at the provider. A repeat does nothing."""
    rows = Session.objects.select_for_update().filter(id=session, ended=None)
    end_sessions(ctx, list(rows), why)
    return {"session": session}


@act("D", writes=["sign_in.refused"])
def refuse_sign_in(ctx: ActContext, *, account: UUID, method: Code, reason: Code) -> dict[str, Any]:
    """Write down that somebody who is known here was not let in. Those who are unknown are in the security log."""
    ctx.journal("sign_in.refused", account=account, method=method, reason=reason)
    return {"account": account}


@act("D", who=EVERY_ROLE, writes=["session.ended"])
def end_own_session(ctx: ActContext, *, session: UUID) -> dict[str, Any]:
    """End one of one's own sessions: a browser that is lost, or that was left signed in."""
    rows = Session.objects.select_for_update().filter(id=session, ended=None)
    row = rows.filter(login__accounts=ctx.actor.account).first()
    if row is None:
        raise NotFound("session", "session")
    end_sessions(ctx, [row], "by_person")
    return {"session": row.id}


@act("D", who=STAFF_ROLES, writes=["session.ended"])
def sign_out_account(ctx: ActContext, *, username: Username) -> dict[str, Any]:
    """End every session of an account: the telephone is stolen. The person can sign in again."""
    account = open_account(ctx, username)
    return {"sessions": sign_out(ctx, [account.id], "by_administrator")}


# for this chapter, and for those in which accounts change or close


def end_sessions(ctx: ActContext, rows: list[Session], why: str) -> None:
    """Ends sessions from now on. Two queries at most."""
    if not rows:
        return
    ids = [row.id for row in rows]
    Session.objects.filter(id__in=ids).update(ended=ctx.now, id_token="")
    accounts = Account.objects.filter(municipality=ctx.actor.municipality, sessions__in=ids)
    here = set(accounts.values_list("id", flat=True))
    for row in rows:
        if row.account_id in here:
            ctx.journal("session.ended", session=row.id, account=row.account_id, why=why)


def sign_out(ctx: ActContext, accounts: list[UUID], why: str) -> int:
    """Ends the sessions of accounts from now on. Returns how many. Three queries at most."""
    rows = Session.objects.select_for_update().filter(account__in=accounts, ended=None).order_by("id")
    ended = list(rows)
    end_sessions(ctx, ended, why)
    return len(ended)


def _end_beyond_limit(ctx: ActContext, login: UUID) -> tuple[int, list[UUID]]:
    """Ends the oldest sessions beyond the limit. Returns how many, and those of other municipalities, not ended yet."""
    most: int = settings.TROSKEL_SESSIONS
    beyond = login_queries.sessions_beyond(login, most) if most else []
    here = [session for session, of in beyond if of in ("", ctx.actor.municipality)]
    end_sessions(ctx, list(Session.objects.select_for_update().filter(id__in=here)), "limit")
    return len(here), [session for session, _of in beyond if session not in here]


def _standing(ctx: ActContext, session: UUID) -> Session:
    """Returns a session that is not over, its row locked. Raises NotFound."""
    row = Session.objects.select_for_update().filter(id=session, ended=None, expires__gt=ctx.now).first()
    if row is None:
        raise NotFound("session", "session")
    return row


def _take(ctx: ActContext, session: Session, account: UUID) -> None:
    """Lets the session be as an open account of its login, where its level is enough for the role."""
    rows = open_accounts(ctx.actor.municipality).filter(id=account, login=session.login_id)
    row = rows.first()
    if row is None:
        raise NotFound("account", "account")
    sign_in_rules.sure_enough(settings.TROSKEL_SIGN_IN.acr, Role(row.role), session.acr)
    session.account = row
    session.expires = session.began + sign_in_rules.longest(row.role)
    ctx.journal("session.began", session=session.id, account=row.id, method=session.method, acr=session.acr)


def login_of(issuer: str, subject: str, email: str) -> Login:
    """Returns the login that a provider names so; made where it is new. Its address follows the provider's."""
    sign_in_rules.names_nobody_by_number(subject)
    login, is_new = Login.objects.get_or_create(issuer=issuer, subject=subject, defaults={"email": email})
    if not is_new and email and login.email != email:
        login.email = email
        login.save(update_fields=["email"])
    return login
