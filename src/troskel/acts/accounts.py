# SPDX-License-Identifier: EUPL-1.2
"""Bearer tokens, by which another system acts and reads as an account."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound
from troskel.ground.texts import _
from troskel.people.models import Token
from troskel.people.queries import digest_of, open_accounts
from troskel.people.roles import Role
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

WHO = (Role.ADMINISTRATOR,)
TOKEN_PREFIX = "troskel_"
"""Lets secret scanners recognise a leaked token."""


@act("D", who=WHO, writes=["token.issued"], secret=True, fresh=True)
def issue_token(
    ctx: ActContext,
    *,
    username: str,
    label: Annotated[str, msgspec.Meta(max_length=100)],
    expires: Annotated[datetime, msgspec.Meta(tz=True)] | None = None,
) -> dict[str, Any]:
    """Give an account a bearer token. It is shown once: only its digest is stored."""
    municipality = ctx.actor.municipality
    account = open_accounts(municipality).filter(username=f"{municipality}/{username}").first()
    if account is None:
        raise NotFound("account", "username")
    if expires is not None and expires <= ctx.now:
        raise BadValue(
            "expires",
            "token.expires_in_the_past",
            _("Den tiden har redan gått. Skriv en senare tid, eller lämna tomt."),
        )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token(id=new_id(), account=account, digest=digest_of(secret), label=label, expires=expires)
    token.save(force_insert=True)
    ctx.journal("token.issued", token=token.id, account=account.id, expires=expires)
    return {"id": token.id, "token": secret}


@act("D", who=WHO, writes=["token.revoked"])
def revoke_token(ctx: ActContext, *, token: UUID) -> dict[str, Any]:
    """Revoke a bearer token by its id, from now on."""
    row = Token.objects.filter(id=token, account__municipality=ctx.actor.municipality).first()
    if row is None:
        raise NotFound("token", "token")
    if row.revoked is None:
        row.revoked = ctx.now
        row.save(update_fields=["revoked"])
        ctx.journal("token.revoked", token=row.id, account=row.account_id)
    return {"id": row.id}
