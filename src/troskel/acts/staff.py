# SPDX-License-Identifier: EUPL-1.2
"""The accounts of people who work: they change, close, and are opened again after a mistake."""

from __future__ import annotations

from typing import Any

from troskel.acts.closing import ADMINISTRATOR, CLOSES_ACCOUNTS, CLOSING_ROLES, close_accounts, release_duties
from troskel.acts.signing_in import sign_out
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.sorting import truncated_sort_key
from troskel.ground.texts import _
from troskel.people import rules, token_rules
from troskel.people.models import Account, Home
from troskel.people.queries import open_accounts
from troskel.people.roles import Role
from troskel.runner.choices import AccountRole
from troskel.runner.fields import Title, Username
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Personal")


@act(
    "D",
    who=ADMINISTRATOR,
    writes=["account.changed", "duty.released", "session.ended"],
    title=_("Ändra ett konto"),
    lead=_("Det du lämnar tomt blir som det är. Den som byter organisation får ett nytt konto där."),
    fresh=True,
)
def change_account(
    ctx: ActContext, *, username: Username, name: Title | None = None, role: AccountRole | None = None
) -> dict[str, Any]:
    """Change a person's name, or role within the organisation. Duties that the person had taken are released."""
    row = _account(ctx, username)
    rules.account_is_open(row.closed, ctx.now)
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
    return {"account": row.id}


@act(
    "P5",
    "D",
    who=CLOSING_ROLES,
    writes=CLOSES_ACCOUNTS,
    title=_("Stäng ett konto"),
    lead=_("Personen har slutat. Från och med nu öppnas ingen dörr, och inget syns i telefonen."),
    fresh=True,
)
def close_account(ctx: ActContext, *, username: Username) -> dict[str, Any]:
    """Close a person's account, from now on. A coordinator and a locksmith close those of their own organisation."""
    row = _account(ctx, username)
    rules.account_is_open(row.closed, ctx.now)
    rules.closes_another(row.id, ctx.actor.account)
    _keep_an_administrator(ctx, row)
    close_accounts(ctx, row.organisation, [row], ctx.now)
    return {"account": row.id}


@act(
    "D",
    who=ADMINISTRATOR,
    writes=["account.reopened"],
    title=_("Öppna ett konto igen"),
    lead=_("Personen är tillbaka, eller kontot stängdes av misstag."),
    fresh=True,
)
def reopen_account(ctx: ActContext, *, username: Username) -> dict[str, Any]:
    """Open a closed account again. Tokens, entrusted clients and deputyships are given anew."""
    row = _account(ctx, username)
    rules.account_is_closed(row.closed)
    rules.organisation_is_open(row.organisation.closed)
    row.closed = None
    row.save(update_fields=["closed"])
    premises = list(Home.objects.filter(id=row.organisation_id).values_list("id", flat=True))
    ctx.lock_homes(premises)
    ctx.journal(
        "account.reopened",
        homes=premises,
        account=row.id,
        organisation=row.organisation_id,
    )
    return {"account": row.id}


def _account(ctx: ActContext, username: str) -> Account:
    """Returns an account by username: of the actor's organisation, or any for the administrator. Raises NotFound."""
    municipality = ctx.actor.municipality
    rows = Account.objects.select_related("organisation").select_for_update(of=("self",))
    rows = rows.filter(municipality=municipality, username=f"{municipality}/{username}")
    if ctx.actor.role not in (Role.ADMINISTRATOR, Role.SYSTEM):
        rows = rows.filter(organisation=ctx.actor.organisation)
    row = rows.first()
    if row is None:
        raise NotFound("account", "username")
    return row


def _keep_an_administrator(ctx: ActContext, row: Account) -> None:
    others = open_accounts(ctx.actor.municipality).filter(role=Role.ADMINISTRATOR).exclude(id=row.id)
    if row.role == Role.ADMINISTRATOR and not others.exists():
        raise Refusal(
            "rule 9",
            "account.last_administrator",
            _("Personen är den enda systemförvaltaren. Lägg först upp ett konto till en annan."),
        )
