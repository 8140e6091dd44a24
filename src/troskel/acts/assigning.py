# SPDX-License-Identifier: EUPL-1.2
"""Who of those asked answers for a duty, and who is asked too when it is late: persons and deputies."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from troskel.acts.core import lookup
from troskel.acts.core.fields import Username
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.duties import rules
from troskel.duties.models import Deputy, Duty
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people.models import Account, Client
from troskel.people.queries import actor_of
from troskel.people.roles import MUNICIPAL_ROLES, Role
from troskel.permits.sight import visible_clients

ANYBODY = tuple(role for role in Role if role is not Role.SYSTEM)
SHARES_OUT = tuple(role for role in ANYBODY if role is not Role.CARER)
NAMES_DEPUTIES = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH)


@act("D", who=ANYBODY, writes=["duty.assigned"])
def take_duty(doing: Doing, *, duty: UUID) -> dict[str, Any]:
    """Take a duty that is asked of your organisation: the others see that you have it."""
    if doing.actor.account is None:
        raise BadValue("duty", "the system takes no duties: a person does")
    row = lookup.asked_duty(doing, duty)
    rules.is_nobodys(row.paragraph, row.person_id, doing.actor.account)
    return _assigned(doing, row, Account.objects.get(id=doing.actor.account))


@act("D", who=SHARES_OUT, writes=["duty.assigned"])
def assign_duty(doing: Doing, *, duty: UUID, to: Username) -> dict[str, Any]:
    """Let somebody of the same organisation answer for a duty."""
    row = lookup.asked_duty(doing, duty)
    return _assigned(doing, row, _account(doing, to, "to"))


@act("D", who=ANYBODY, writes=["duty.released"])
def release_duty(doing: Doing, *, duty: UUID) -> dict[str, Any]:
    """Give a duty back: it is again everybody's in the organisation."""
    row = lookup.asked_duty(doing, duty)
    rules.is_somebodys(row.person_id)
    doing.journal(
        "duty.released", homes=[row.home_id], client=row.client_id, paragraph=row.paragraph, duty=row.id
    )
    return {"paragraph": row.paragraph}


def _assigned(doing: Doing, row: Duty, person: Account) -> dict[str, Any]:
    rules.answers_for(row.paragraph, row.role, person.role)
    if row.organisation_id not in (None, person.organisation_id):
        raise Refusal(row.paragraph, "is asked of another organisation: name somebody who works there")
    if person.role == Role.CARER and not _is_on_the_phone(doing, row, person):
        raise Refusal("rule 4", "the client is not on the carer's phone today: name a coordinator, or wait")
    doing.journal(
        "duty.assigned",
        homes=[row.home_id],
        client=row.client_id,
        paragraph=row.paragraph,
        duty=row.id,
        person=person.id,
    )
    return {"paragraph": row.paragraph}


def _is_on_the_phone(doing: Doing, row: Duty, carer: Account) -> bool:
    on_the_phone = visible_clients(actor_of(carer), doing.today)
    return row.client_id is not None and Client.objects.filter(on_the_phone, id=row.client_id).exists()


def _account(doing: Doing, username: str, field: str) -> Account:
    """An account by its name: one's own organisation's, or for the municipality's people anybody's."""
    municipality = doing.actor.municipality
    rows = Account.objects.select_related("organisation").filter(municipality=municipality, is_active=True)
    if doing.actor.role not in MUNICIPAL_ROLES:
        rows = rows.filter(organisation=doing.actor.organisation)
    found = rows.filter(username=f"{municipality}/{username}").first()
    if found is None:
        raise NotFound("account", field)
    return found


@act("D", who=NAMES_DEPUTIES, writes=["deputy.named", "deputy.dismissed"])
def name_deputy(
    doing: Doing,
    *,
    deputy: Username,
    role: Literal["assessor", "administrator", "provider", "locksmith"],
    valid_from: date,
    valid_through: date | None = None,
) -> dict[str, Any]:
    """Name who is asked too when what is asked of a role in the deputy's own organisation is late."""
    if valid_through is not None and valid_through < max(valid_from, doing.today):
        raise BadValue("valid_through", "lies before the first day, or has passed: give a later day, or none")
    account = _account(doing, deputy, "deputy")
    rules.names_deputies(doing.actor, account.organisation.kind, account.organisation_id)
    rules.has_role(account.organisation.kind, role)
    _make_room(doing, account.organisation_id, role)
    row = Deputy(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        organisation_id=account.organisation_id,
        role=role,
        account=account,
        valid_from=valid_from,
        valid_through=valid_through,
    )
    row.save(force_insert=True)
    doing.journal(
        "deputy.named",
        deputy=row.id,
        organisation=row.organisation_id,
        role=role,
        account=account.id,
        from_=valid_from,
        through=valid_through,
    )
    return {"deputy": row.id}


def _make_room(doing: Doing, organisation: UUID, role: str) -> None:
    """One at a time. Whose days have passed is no longer in the way."""
    standing = Deputy.objects.filter(
        municipality=doing.actor.municipality, organisation=organisation, role=role, dismissed=None
    ).first()
    if standing is None:
        return
    if standing.valid_through is None or standing.valid_through >= doing.today:
        if standing.valid_through is None:
            raise Refusal("rule 6", "there is a deputy until further notice: dismiss that one first")
        raise Refusal(
            "rule 6", "there is a deputy through {day}: dismiss that one first", day=standing.valid_through
        )
    _dismiss(doing, standing)


@act("D", who=NAMES_DEPUTIES, writes=["deputy.dismissed"])
def dismiss_deputy(doing: Doing, *, deputy: UUID) -> dict[str, Any]:
    """Let somebody be deputy no longer, from today."""
    rows = Deputy.objects.select_related("organisation").filter(municipality=doing.actor.municipality)
    row = rows.filter(id=deputy, dismissed=None).first()
    if row is None:
        raise NotFound("deputy", "deputy")
    rules.names_deputies(doing.actor, row.organisation.kind, row.organisation_id)
    _dismiss(doing, row)
    return {"deputy": row.id}


def _dismiss(doing: Doing, row: Deputy) -> None:
    row.dismissed = doing.today
    row.save(update_fields=["dismissed"])
    doing.journal(
        "deputy.dismissed",
        deputy=row.id,
        organisation=row.organisation_id,
        role=row.role,
        account=row.account_id,
        on=row.dismissed,
    )
