# SPDX-License-Identifier: EUPL-1.2
"""The accounts of people who work: they change, close, and are opened again after a mistake."""

from __future__ import annotations

from typing import Any

from troskel.acts.closing import CLOSES_ACCOUNTS, close_accounts, release_duties
from troskel.acts.signing_in import sign_out
from troskel.ground.ids import new_id
from troskel.ground.refusals import Refusal
from troskel.ground.sorting import truncated_sort_key
from troskel.ground.texts import _
from troskel.people import rules, token_rules
from troskel.people.models import Account, Home
from troskel.people.queries import open_accounts
from troskel.people.roles import STAFF_ROLES, Role
from troskel.runner import lookup
from troskel.runner.choices import AccountRole
from troskel.runner.fields import ClosedAccount, OpenAccount, OrganisationNumber, Title
from troskel.runner.lookup_of_accounts import find_account
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Personal")


@act(
    "D",
    who=STAFF_ROLES,
    writes=["account.changed", "duty.released", "session.ended"],
    title=_("Ändra ett konto"),
    lead=_("Det du lämnar tomt blir som det är."),
    fresh=True,
    corrected_by="change_account",
)
def change_account(
    ctx: ActContext, *, username: OpenAccount, name: Title | None = None, role: AccountRole | None = None
) -> dict[str, Any]:
    """Change a person's name, or role within the organisation. Duties that the person had taken are released.

    A coordinator and a locksmith change, and open again, accounts of their own organisation.
    """
    row = find_account(ctx, username)
    rules.account_is_open(row.closed, ctx.now)
    set_name_and_role(ctx, row, name, role)
    return {"account": row.id}


def set_name_and_role(ctx: ActContext, row: Account, name: str | None, role: AccountRole | None) -> None:
    """Gives an account another name or role; None leaves it. Duties that the person had taken are released."""
    if role is not None and role != row.role:
        rules.role_in_organisation(role, row.organisation.kind)
        token_rules.role_of_system(role, of_system=row.of_system)
        _keep_an_administrator(ctx, row)
        release_duties(ctx, [row])
        sign_out(ctx, [row.id], "role_changed")
        row.role = role
    if name is not None:
        row.name, row.sort_key = name, truncated_sort_key(name)
    row.save(update_fields=["name", "sort_key", "role"])
    ctx.journal("account.changed", account=row.id, organisation=row.organisation_id, role=row.role)


@act(
    "P5",
    "D",
    who=[Role.ADMINISTRATOR],
    writes=[*CLOSES_ACCOUNTS, "account.registered", "login.connected"],
    title=_("Flytta ett konto till en annan organisation"),
    lead=_("Det gamla kontot stängs, och det personen hade frågas det efter. Personen loggar in som förut."),
    fresh=True,
)
def move_account(
    ctx: ActContext, *, username: OpenAccount, organisation: OrganisationNumber, role: AccountRole
) -> dict[str, Any]:
    """Let a person work in another organisation: a new account there, with the same username and login.

    The old account is closed, and keeps what it did; its username gets a number.
    """
    row = find_account(ctx, username)
    rules.account_is_open(row.closed, ctx.now)
    rules.closes_another(row.id, ctx.actor.account)
    place = lookup.find_organisation(ctx, organisation)
    rules.moves_elsewhere(row.organisation_id, place.id)
    rules.role_in_organisation(role, place.kind)
    token_rules.role_of_system(role, of_system=row.of_system)
    _keep_an_administrator(ctx, row)
    close_accounts(ctx, row.organisation, [row], ctx.now)
    moved = Account(
        id=new_id(),
        municipality_id=row.municipality_id,
        organisation=place,
        username=row.username,
        role=role,
        name=row.name,
        sort_key=row.sort_key,
        login_id=row.login_id,
        of_system=row.of_system,
    )
    moved.set_unusable_password()
    free_username(row)
    moved.save(force_insert=True)
    ctx.journal("account.registered", account=moved.id, organisation=place.id, role=role, follows=row.id)
    if moved.login_id:
        ctx.journal("login.connected", account=moved.id, login=moved.login_id)
    return {"account": moved.id}


@act(
    "P5",
    "D",
    who=STAFF_ROLES,
    writes=CLOSES_ACCOUNTS,
    title=_("Stäng ett konto"),
    lead=_("Personen har slutat. Från och med nu öppnas ingen dörr, och inget syns i telefonen."),
    fresh=True,
    corrected_by="reopen_account",
)
def close_account(ctx: ActContext, *, username: OpenAccount) -> dict[str, Any]:
    """Close a person's account, from now on. A coordinator and a locksmith close those of their own organisation."""
    row = find_account(ctx, username)
    rules.account_is_open(row.closed, ctx.now)
    rules.closes_another(row.id, ctx.actor.account)
    _keep_an_administrator(ctx, row)
    close_accounts(ctx, row.organisation, [row], ctx.now)
    return {"account": row.id}


@act(
    "D",
    who=STAFF_ROLES,
    writes=["account.reopened"],
    title=_("Öppna ett konto igen"),
    lead=_("Personen är tillbaka, eller kontot stängdes av misstag."),
    fresh=True,
    corrected_by="close_account",
)
def reopen_account(ctx: ActContext, *, username: ClosedAccount) -> dict[str, Any]:
    """Open a closed account again. Tokens, entrusted clients and deputyships are given anew."""
    row = find_account(ctx, username)
    rules.account_is_closed(row.closed)
    open_again(ctx, row)
    return {"account": row.id}


def open_again(ctx: ActContext, row: Account) -> None:
    """Opens a closed account, whose organisation must be open."""
    rules.organisation_is_open(row.organisation.closed)
    row.closed, row.deleted = None, False
    row.save(update_fields=["closed", "deleted"])
    premises = list(Home.objects.filter(id=row.organisation_id).values_list("id", flat=True))
    ctx.lock_homes(premises)
    ctx.journal(
        "account.reopened",
        homes=premises,
        account=row.id,
        organisation=row.organisation_id,
    )


def free_username(row: Account) -> None:
    """Gives the username of a closed account to whoever comes next: the closed one's gets a number."""
    names = Account.objects.filter(municipality=row.municipality_id, username__startswith=f"{row.username}.")
    row.username = f"{row.username}.{names.count() + 1}"
    row.save(update_fields=["username"])


def _keep_an_administrator(ctx: ActContext, row: Account) -> None:
    others = open_accounts(ctx.actor.municipality).filter(role=Role.ADMINISTRATOR).exclude(id=row.id)
    if row.role == Role.ADMINISTRATOR and not others.exists():
        raise Refusal(
            "rule 9",
            "account.last_administrator",
            _("Personen är den enda systemförvaltaren. Lägg först upp ett konto till en annan."),
        )
