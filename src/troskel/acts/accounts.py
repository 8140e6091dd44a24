# SPDX-License-Identifier: EUPL-1.2
"""Bearer tokens, by which a program acts and reads as an account: a person's own, or another system's."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import OperationalError
from django.db.models import Q

from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.people import token_rules
from troskel.people.models import Token
from troskel.people.queries import Bearer, digest_of, open_accounts
from troskel.people.roles import EVERY_ROLE, Actor, ActorKind, Role
from troskel.people.token_rules import NOTED_EVERY, TokenScope
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

TOKEN_PREFIX = "troskel_"
"""Lets secret scanners recognise a leaked token."""


@act("D", who=EVERY_ROLE, writes=["token.issued"], secret=True, fresh=True, in_person=True)
def issue_token(
    ctx: ActContext,
    *,
    label: Annotated[str, msgspec.Meta(max_length=100)],
    username: Annotated[str, msgspec.Meta(max_length=100)] = "",
    expires: Annotated[datetime, msgspec.Meta(tz=True)] | None = None,
    scopes: tuple[TokenScope, ...] = (),
) -> dict[str, Any]:
    """Make a bearer token for one's own account, or as administrator for another system's. Shown once.

    No token does it. Only its digest is stored. `scopes`: what it may be used for; empty: all that the account may.
    Without `expires` it lasts 90 days, a system's a year.
    """
    municipality = ctx.actor.municipality
    named = Q(username=f"{municipality}/{username}") if username else Q(id=ctx.actor.account)
    account = open_accounts(municipality).filter(named).first()
    if account is None:
        raise NotFound("account", "username")
    if not ctx.actor.is_system:
        token_rules.is_own_or_a_systems(
            is_own=account.id == ctx.actor.account, of_system=account.of_system, role=ctx.actor.role
        )
    token_rules.is_not_made_by_the_command_line(
        is_command_line=ctx.actor.kind is ActorKind.COMMAND_LINE,
        of_system=account.of_system,
        in_production=settings.PRODUCTION,
    )
    ends = token_rules.expiry(expires, ctx.now, of_system=account.of_system)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    codes = sorted({scope.value for scope in scopes})
    token = Token(
        id=new_id(),
        account=account,
        digest=digest_of(secret),
        label=label,
        expires=ends,
        scopes=" ".join(codes),
    )
    token.save(force_insert=True)
    ctx.journal("token.issued", token=token.id, account=account.id, expires=ends, scopes=codes)
    return {"id": token.id, "token": secret, "expires": ends}


@act("D", who=EVERY_ROLE, writes=["token.revoked"])
def revoke_token(ctx: ActContext, *, token: UUID) -> dict[str, Any]:
    """Revoke a bearer token by its id, from now on: one's own, or as administrator anybody's."""
    rows = Token.objects.filter(id=token, account__municipality=ctx.actor.municipality)
    if ctx.actor.role not in (Role.ADMINISTRATOR, Role.SYSTEM):
        rows = rows.filter(account=ctx.actor.account)
    row = rows.first()
    if row is None:
        raise NotFound("token", "token")
    if row.revoked is None:
        row.revoked = ctx.now
        row.save(update_fields=["revoked"])
        ctx.journal("token.revoked", token=row.id, account=row.account_id)
    return {"id": row.id}


@act("D")
def note_token_use(ctx: ActContext, *, token: UUID) -> dict[str, Any]:
    """Note that a token is in use. Called once an hour at most: the list of tokens says when each was last used."""
    if not Token.objects.filter(id=token, account__municipality=ctx.actor.municipality).update(used=ctx.now):
        raise NotFound("token", "token")
    return {"id": token}


# not an act: notes by the act, now and then


def note_use(bearer: Bearer) -> None:
    """Notes about when a token was last used. What waits for the database's writer too long is noted another time."""
    if bearer.used is None or clock.now() - bearer.used >= NOTED_EVERY:
        with suppress(OperationalError):
            note_token_use(Actor.system(bearer.actor.municipality, ActorKind.SIGN_IN), token=bearer.token)
