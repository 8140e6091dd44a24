# SPDX-License-Identifier: EUPL-1.2
"""Accounts that follow what the provider says of a person: given at sign-in, and closed when it no longer says so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from troskel.acts.closing import CLOSES_ACCOUNTS, close_accounts
from troskel.acts.enrolling import Identifier
from troskel.acts.signing_in import login_of
from troskel.ground.ids import new_id
from troskel.ground.sorting import truncated_sort_key
from troskel.people import rules
from troskel.people.login_models import Login
from troskel.people.models import Account, Organisation
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import Title, Username
from troskel.runner.register import act
from troskel.runner.transaction import ActContext


class ClaimedAccount(msgspec.Struct, frozen=True):
    """A role in an organisation, by its number."""

    role: Role
    organisation: str


@act("D", writes=["account.registered", "account.reopened", "login.connected", *CLOSES_ACCOUNTS])
def follow_claims(
    ctx: ActContext,
    *,
    issuer: Identifier,
    subject: Identifier,
    name: Title,
    username: Username,
    accounts: list[ClaimedAccount],
    email: str = "",
) -> dict[str, Any]:
    """Give a person the accounts that the provider's claims give in this municipality, and close the others.

    Accounts that the administrator has given stay as they are.
    """
    places = [(item.role.value, lookup.find_organisation(ctx, item.organisation)) for item in accounts]
    wanted = {(role, place.id): place for role, place in places}
    if not wanted and not Login.objects.filter(issuer=issuer, subject=subject).exists():
        return {"accounts": 0}  # somebody of whom there is nothing to know
    login = login_of(issuer, subject, email)
    held = Account.objects.select_related("organisation").select_for_update(of=("self",))
    rows = list(held.filter(municipality=ctx.actor.municipality, login=login).order_by("id"))
    for row in rows:
        is_open = row.closed is None or row.closed > ctx.now
        if row.claimed and is_open and (row.role, row.organisation_id) not in wanted:
            close_accounts(ctx, row.organisation, [row], ctx.now)
    had = {(row.role, row.organisation_id): row for row in rows}
    for (role, organisation), place in wanted.items():
        held_row = had.get((role, organisation))
        if held_row is None:
            rules.role_in_organisation(role, place.kind)
            _register(ctx, login.id, name, username, role, place)
        elif held_row.claimed and held_row.closed is not None:
            held_row.closed = None
            held_row.save(update_fields=["closed"])
            ctx.journal("account.reopened", account=held_row.id, organisation=organisation)
    return {"accounts": len(wanted)}


def _register(ctx: ActContext, login: UUID, name: str, username: str, role: str, place: Organisation) -> None:
    full = f"{ctx.actor.municipality}/{username}"
    taken = set(Account.objects.filter(username__startswith=full).values_list("username", flat=True))
    free = next(
        name
        for name in (full, *(f"{full}.{number}" for number in range(2, len(taken) + 3)))
        if name not in taken
    )
    row = Account(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        organisation=place,
        username=free,
        role=role,
        name=name,
        sort_key=truncated_sort_key(name),
        login_id=login,
        claimed=True,
    )
    row.set_unusable_password()
    row.save(force_insert=True)
    ctx.journal("account.registered", account=row.id, organisation=place.id, role=role)
    ctx.journal("login.connected", account=row.id, login=login)
