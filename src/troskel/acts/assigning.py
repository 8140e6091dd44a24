# SPDX-License-Identifier: EUPL-1.2
"""Which person answers for a duty, and which deputy is also asked when it is late."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from troskel.duties import rules
from troskel.duties.models import Deputy, Duty
from troskel.ground.choices import Choice
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.models import Account, Client
from troskel.people.queries import actor_of, open_accounts
from troskel.people.roles import MUNICIPAL_ROLES, Role
from troskel.permits.sight import visible_clients
from troskel.runner import lookup
from troskel.runner.fields import DutyId, FirstDay, OpenLastDay, Username, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Ersättare")


class DeputyRole(Choice, question=_("För vems uppgifter?")):
    """Whose duties a deputy gets."""

    ASSESSOR = "assessor", _("Biståndshandläggarens")
    ADMINISTRATOR = "administrator", _("Systemförvaltarens")
    PROVIDER = "provider", _("Utförarens")
    LOCKSMITH = "locksmith", _("Låssmedens")


PERSON_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)
ASSIGNING_ROLES = tuple(role for role in PERSON_ROLES if role is not Role.CARER)
DEPUTY_NAMING_ROLES = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH)


@act("D", who=PERSON_ROLES, writes=["duty.assigned"])
def take_duty(ctx: ActContext, *, duty: DutyId) -> dict[str, Any]:
    """Take a duty of your organisation: the others see that you have it."""
    if ctx.actor.account is None:
        raise BadValue(
            "duty", "duty.not_for_the_system", _("Systemet tar inga uppgifter. Det gör en person.")
        )
    row = lookup.find_duty(ctx, duty)
    rules.is_nobodys(row.paragraph, row.person_id, ctx.actor.account)
    return _assign(ctx, row, Account.objects.get(id=ctx.actor.account))


@act("D", who=ASSIGNING_ROLES, writes=["duty.assigned"])
def assign_duty(ctx: ActContext, *, duty: DutyId, to: Username) -> dict[str, Any]:
    """Assign a duty to somebody in the same organisation."""
    row = lookup.find_duty(ctx, duty)
    return _assign(ctx, row, _account(ctx, to, "to"))


@act("D", who=PERSON_ROLES, writes=["duty.released"])
def release_duty(ctx: ActContext, *, duty: DutyId) -> dict[str, Any]:
    """Release a duty: it is again open to everybody in the organisation."""
    row = lookup.find_duty(ctx, duty)
    rules.is_somebodys(row.person_id)
    ctx.journal(
        "duty.released", homes=[row.home_id], client=row.client_id, paragraph=row.paragraph, duty=row.id
    )
    return {"paragraph": row.paragraph}


def _assign(ctx: ActContext, row: Duty, person: Account) -> dict[str, Any]:
    rules.answers_for(row.paragraph, row.role, person.role)
    if row.organisation_id not in (None, person.organisation_id):
        raise Refusal(
            row.paragraph,
            "duty.other_organisation",
            _("Uppgiften är till för en annan organisation. Välj någon som arbetar där."),
        )
    if person.role == Role.CARER and not _is_on_the_phone(ctx, row, person):
        raise Refusal(
            "rule 4",
            "duty.client_not_on_phone",
            _("Kunden finns inte i personens telefon i dag. Välj en samordnare, eller vänta."),
        )
    ctx.journal(
        "duty.assigned",
        homes=[row.home_id],
        client=row.client_id,
        paragraph=row.paragraph,
        duty=row.id,
        person=person.id,
    )
    return {"paragraph": row.paragraph}


def _is_on_the_phone(ctx: ActContext, row: Duty, carer: Account) -> bool:
    visible = visible_clients(actor_of(carer), ctx.today)
    return row.client_id is not None and Client.objects.filter(visible, id=row.client_id).exists()


def _account(ctx: ActContext, username: str, field: str) -> Account:
    """Returns an account by username: of the actor's organisation, or any for municipal roles. Raises NotFound."""
    municipality = ctx.actor.municipality
    rows = open_accounts(municipality).select_related("organisation")
    if ctx.actor.role not in MUNICIPAL_ROLES:
        rows = rows.filter(organisation=ctx.actor.organisation)
    account = rows.filter(username=f"{municipality}/{username}").first()
    if account is None:
        raise NotFound("account", field)
    return account


@act(
    "D",
    who=DEPUTY_NAMING_ROLES,
    writes=["deputy.named", "deputy.dismissed"],
    title=_("Utse en ersättare"),
    lead=_("Ersättaren får också de uppgifter som är för sena."),
)
def name_deputy(
    ctx: ActContext,
    *,
    deputy: Annotated[Username, field(_("Vem?"), hint=_("Kontonamn"))],
    role: DeputyRole,
    valid_from: FirstDay,
    valid_through: OpenLastDay = None,
) -> dict[str, Any]:
    """Name a deputy, who is also asked when a duty of this role in the deputy's organisation is late."""
    if valid_through is not None and valid_through < max(valid_from, ctx.today):
        raise BadValue(
            "valid_through",
            "deputy.ends_too_early",
            _("Dagen är före den första dagen, eller har redan gått. Skriv en senare dag, eller lämna tomt."),
        )
    account = _account(ctx, deputy, "deputy")
    rules.names_deputies(ctx.actor, account.organisation.kind, account.organisation_id)
    rules.has_role(account.organisation.kind, role)
    _dismiss_expired_deputy(ctx, account.organisation_id, role)
    row = Deputy(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        organisation_id=account.organisation_id,
        role=role,
        account=account,
        valid_from=valid_from,
        valid_through=valid_through,
    )
    row.save(force_insert=True)
    ctx.journal(
        "deputy.named",
        deputy=row.id,
        organisation=row.organisation_id,
        role=role,
        account=account.id,
        from_=valid_from,
        through=valid_through,
    )
    return {"deputy": row.id}


def _dismiss_expired_deputy(ctx: ActContext, organisation: UUID, role: str) -> None:
    """Dismisses a deputy whose days have passed. Raises Refusal where the role has a current one."""
    deputy = Deputy.objects.filter(
        municipality=ctx.actor.municipality, organisation=organisation, role=role, dismissed=None
    ).first()
    if deputy is None:
        return
    if deputy.valid_through is None or deputy.valid_through >= ctx.today:
        if deputy.valid_through is None:
            raise Refusal(
                "rule 6",
                "deputy.already_named",
                _("Det finns redan en ersättare tills vidare. Avsluta det uppdraget först."),
            )
        raise Refusal(
            "rule 6",
            "deputy.already_named_through",
            _("Det finns redan en ersättare till och med {day}. Avsluta det uppdraget först."),
            day=deputy.valid_through,
        )
    _dismiss(ctx, deputy)


@act("D", who=DEPUTY_NAMING_ROLES, writes=["deputy.dismissed"])
def dismiss_deputy(ctx: ActContext, *, deputy: UUID) -> dict[str, Any]:
    """Dismiss a deputy, from today."""
    rows = Deputy.objects.select_related("organisation").filter(municipality=ctx.actor.municipality)
    row = rows.filter(id=deputy, dismissed=None).first()
    if row is None:
        raise NotFound("deputy", "deputy")
    rules.names_deputies(ctx.actor, row.organisation.kind, row.organisation_id)
    _dismiss(ctx, row)
    return {"deputy": row.id}


def _dismiss(ctx: ActContext, row: Deputy) -> None:
    row.dismissed = ctx.today
    row.save(update_fields=["dismissed"])
    ctx.journal(
        "deputy.dismissed",
        deputy=row.id,
        organisation=row.organisation_id,
        role=row.role,
        account=row.account_id,
        on=row.dismissed,
    )
