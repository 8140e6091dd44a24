# SPDX-License-Identifier: EUPL-1.2
"""Looks up accounts by username, among those that the actor looks after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troskel.ground.refusals import NotFound
from troskel.people.models import Account
from troskel.people.roles import Role

if TYPE_CHECKING:
    from troskel.runner.transaction import ActContext


def find_account(ctx: ActContext, username: str) -> Account:
    """Returns an account, its row locked: of the own organisation, or any for the administrator. Raises NotFound."""
    municipality = ctx.actor.municipality
    rows = Account.objects.select_related("organisation").select_for_update(of=("self",))
    rows = rows.filter(municipality=municipality, username=f"{municipality}/{username}")
    if ctx.actor.role not in (Role.ADMINISTRATOR, Role.SYSTEM):
        rows = rows.filter(organisation=ctx.actor.organisation)
    row = rows.first()
    if row is None:
        raise NotFound("account", "username")
    return row


def open_account(ctx: ActContext, username: str) -> Account:
    """As `find_account`, of those that are open."""
    row = find_account(ctx, username)
    if row.closed is not None and row.closed <= ctx.now:
        raise NotFound("account", "username")
    return row
