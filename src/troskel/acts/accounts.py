# SPDX-License-Identifier: EUPL-1.2
"""Bearer tokens, with which another system acts and reads as an account."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound
from troskel.people.models import Account, Token
from troskel.people.queries import digest_of
from troskel.people.roles import Role

WHO = (Role.ADMINISTRATOR,)
PREFIX = "troskel_"
"""Tells what a found token belongs to: secret scanners look for such a beginning."""


@act("D", who=WHO, writes=["token.issued"], secret=True)
def issue_token(
    doing: Doing,
    *,
    username: str,
    label: Annotated[str, msgspec.Meta(max_length=100)],
    expires: Annotated[datetime, msgspec.Meta(tz=True)] | None = None,
) -> dict[str, Any]:
    """Give an account a bearer token. It is shown this once: only its digest is kept."""
    account = Account.objects.filter(
        municipality=doing.actor.municipality,
        username=f"{doing.actor.municipality}/{username}",
        is_active=True,
    ).first()
    if account is None:
        raise NotFound("account", "username")
    if expires is not None and expires <= doing.now:
        raise BadValue("expires", "has passed already: give a later instant, or none")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(id=new_id(), account=account, digest=digest_of(secret), label=label, expires=expires)
    token.save(force_insert=True)
    doing.journal("token.issued", token=token.id, account=account.id, expires=expires)
    return {"id": token.id, "token": secret}


@act("D", who=WHO, writes=["token.revoked"])
def revoke_token(doing: Doing, *, token: UUID) -> dict[str, Any]:
    """Revoke a bearer token by its id: it opens nothing from now on."""
    row = Token.objects.filter(id=token, account__municipality=doing.actor.municipality).first()
    if row is None:
        raise NotFound("token", "token")
    if row.revoked is None:
        row.revoked = doing.now
        row.save(update_fields=["revoked"])
        doing.journal("token.revoked", token=row.id, account=row.account_id)
    return {"id": row.id}
