# SPDX-License-Identifier: EUPL-1.2
"""Staff by a directory (SCIM): its accounts are made, changed, closed and opened again, one at a time.

The directory is another system's account. One of the municipality's office looks after all organisations, one of a
provider's after the own. Administrators, other systems' accounts and those that follow claims are none of its business.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts.closing import CLOSES_ACCOUNTS, close_accounts
from troskel.acts.staff import free_username, open_again, set_name_and_role
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.sorting import truncated_sort_key
from troskel.ground.texts import _
from troskel.people import rules, sign_in_rules
from troskel.people.models import Account, Organisation
from troskel.people.queries import of_directory
from troskel.people.roles import OrganisationKind
from troskel.runner import lookup
from troskel.runner.choices import AccountRole
from troskel.runner.fields import OrganisationNumber, Title, Username
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

ExternalId = Annotated[str, msgspec.Meta(max_length=255)]
LEAST_ROLE = {
    OrganisationKind.HOME_CARE: AccountRole.CARER,
    OrganisationKind.ALARM: AccountRole.RESPONDER,
    OrganisationKind.LOCKSMITH: AccountRole.LOCKSMITH,
}
"""The role of whoever a directory gives none, by the kind of organisation; the office has no such role."""


@act("D", writes=["account.registered", *CLOSES_ACCOUNTS])
def register_from_directory(
    ctx: ActContext,
    *,
    username: Username,
    name: Title,
    role: AccountRole | None = None,
    organisation: OrganisationNumber | None = None,
    external_id: ExternalId = "",
    active: bool = True,
) -> dict[str, Any]:
    """Make an account that a directory tells of.

    Where it says none, in the own organisation, with the role of least sight. The person signs in as everybody does.
    """
    sign_in_rules.username_is_no_number(username)
    own = _own_organisation(ctx)
    place = lookup.find_organisation(ctx, organisation) if organisation else own
    rules.organisation_is_open(place.closed)
    rules.is_of_directory(place.id, own.id, own.kind)
    given = role or LEAST_ROLE.get(OrganisationKind(place.kind))
    rules.role_by_directory(given)
    assert given is not None
    rules.role_in_organisation(given, place.kind)
    full = f"{ctx.actor.municipality}/{username}"
    _is_free(ctx, username=full, external_id=external_id)
    row = Account(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        organisation=place,
        username=full,
        role=given,
        name=name,
        sort_key=truncated_sort_key(name),
        external_id=external_id or None,
    )
    row.set_unusable_password()
    row.save(force_insert=True)
    ctx.journal("account.registered", account=row.id, organisation=place.id, role=row.role)
    if not active:
        close_accounts(ctx, place, [row], ctx.now)
    return {"account": row.id}


@act("P5", "D", writes=["account.changed", "account.reopened", *CLOSES_ACCOUNTS])
def update_from_directory(
    ctx: ActContext,
    *,
    account: UUID,
    name: Title | None = None,
    role: AccountRole | None = None,
    external_id: ExternalId | None = None,
    active: bool | None = None,
) -> dict[str, Any]:
    """Let an account be as a directory has it; what it does not say stays. Whoever is no longer active has left."""
    row = _own(ctx, account)
    rules.role_by_directory(role or AccountRole(row.role))
    is_open = row.closed is None or row.closed > ctx.now
    if active and not is_open:
        open_again(ctx, row)
    if (name or row.name) != row.name or (role or row.role) != row.role:
        set_name_and_role(ctx, row, name, role)
    if external_id is not None and (external_id or None) != row.external_id:
        if external_id:
            _is_free(ctx, external_id=external_id)
        row.external_id = external_id or None
        row.save(update_fields=["external_id"])
        ctx.journal("account.changed", account=row.id, organisation=row.organisation_id, role=row.role)
    if active is False and is_open:
        close_accounts(ctx, row.organisation, [row], ctx.now)
    return {"account": row.id}


@act("P5", "D", writes=["account.changed", *CLOSES_ACCOUNTS])
def delete_from_directory(ctx: ActContext, *, account: UUID) -> dict[str, Any]:
    """Close an account that a directory deletes. What it did stays; its username is free for somebody else."""
    row = _own(ctx, account)
    rules.role_by_directory(AccountRole(row.role))
    if row.closed is None or row.closed > ctx.now:
        close_accounts(ctx, row.organisation, [row], ctx.now)
        row.closed = ctx.now
    free_username(row)
    row.deleted, row.external_id = True, None
    row.save(update_fields=["deleted", "external_id"])
    ctx.journal("account.changed", account=row.id, organisation=row.organisation_id, role=row.role)
    return {"account": row.id}


def _own_organisation(ctx: ActContext) -> Organisation:
    """Returns the organisation of the directory's account."""
    row = Organisation.objects.filter(account__in=[ctx.actor.account]).first()
    if row is None:
        raise NotFound("organisation", "organisation")
    return row


def _own(ctx: ActContext, account: UUID) -> Account:
    """Returns an account that the directory looks after, locked. Raises NotFound, or Refusal where claims give it."""
    rows = of_directory(ctx.actor).select_related("organisation").select_for_update(of=("self",))
    row: Account | None = rows.filter(id=account).first()
    if row is None:
        raise NotFound("account", "account")
    if row.claimed:
        raise Refusal(
            "D", "account.follows_claims", _("Kontot följer inloggningstjänsten. Katalogen ändrar det inte.")
        )
    return row


def _is_free(ctx: ActContext, **named: str) -> None:
    for field, value in named.items():
        if value and Account.objects.filter(municipality=ctx.actor.municipality, **{field: value}).exists():
            raise Refusal(
                "rule 6",
                "account.not_unique",
                _("Ett annat konto har redan det kontonamnet, eller det numret i katalogen."),
            )
