# SPDX-License-Identifier: EUPL-1.2
"""Organisations, and the accounts of people who work in them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from troskel.acts.closing import not_over
from troskel.care import rules as care_rules
from troskel.care.models import Allocation
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.sorting import truncated_sort_key
from troskel.ground.texts import _
from troskel.people import identity, rules, sign_in_rules, token_rules
from troskel.people.models import Account, Organisation
from troskel.people.roles import STAFF_ROLES, OrganisationKind, Role
from troskel.runner import lookup
from troskel.runner.choices import AccountRole
from troskel.runner.fields import Email, NonEmpty, OrganisationNumber, Phone, Title, Username, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Organisationer")


ADMINISTRATOR = (Role.ADMINISTRATOR,)


class NewOrganisation(msgspec.Struct, frozen=True):
    """A provider, alarm organisation or locksmith firm."""

    orgnr: Annotated[str, field(_("Organisationsnummer"))]
    name: Title
    email: Email
    kind: OrganisationKind
    phone: Phone = ""


@act(
    "A4",
    who=ADMINISTRATOR,
    writes=["organisation.registered"],
    title=_("Lägg upp en organisation"),
    lead=_("En utförare, larmorganisation eller låssmed."),
    parts="organisations",
    corrected_by="change_organisation",
)
def register_organisations(ctx: ActContext, *, organisations: NonEmpty[NewOrganisation]) -> dict[str, Any]:
    """Register providers, alarm organisations and locksmith firms."""
    rows = [
        Organisation(
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            orgnr=_parse_orgnr(item.orgnr),
            name=item.name,
            email=item.email,
            kind=item.kind,
            phone=item.phone,
        )
        for item in organisations
    ]
    Organisation.objects.bulk_create(rows)
    for row in rows:
        ctx.journal("organisation.registered", organisation=row.id, kind=row.kind)
    return {"organisations": [row.orgnr for row in rows]}


@act(
    "A4",
    who=ADMINISTRATOR,
    writes=["organisation.changed"],
    title=_("Ändra en organisation"),
    lead=_("Det du lämnar tomt blir som det är."),
    corrected_by="change_organisation",
)
def change_organisation(
    ctx: ActContext,
    *,
    organisation: OrganisationNumber,
    name: Title | None = None,
    email: Email | None = None,
    kind: OrganisationKind | None = None,
    phone: Phone | None = None,
) -> dict[str, Any]:
    """Change an organisation's name, e-mail address, kind or telephone number."""
    row = lookup.find_organisation(ctx, organisation, may_be_closed=True)
    row.name = row.name if name is None else name
    row.email = row.email if email is None else email
    row.phone = row.phone if phone is None else phone
    if kind is not None and kind != row.kind:
        _goes_on_as(ctx, row, kind)
        row.kind = kind
    row.save(update_fields=["name", "email", "kind", "phone"])
    ctx.journal("organisation.changed", organisation=row.id, kind=row.kind)
    return {"organisation": row.orgnr}


def _goes_on_as(ctx: ActContext, row: Organisation, kind: OrganisationKind) -> None:
    """It becomes none that can't carry out what it is allocated, now or later, or that lacks its people's roles."""
    lasting = Allocation.objects.filter(not_over(ctx), organisation=row)
    for service in (
        lasting.order_by("decision__service").values_list("decision__service", flat=True).distinct()
    ):
        care_rules.carries_out(kind, service)
    for role in (
        Account.objects.filter(organisation=row, closed=None).values_list("role", flat=True).distinct()
    ):
        rules.role_in_organisation(role, kind)


@act(
    "D",
    who=STAFF_ROLES,
    writes=["account.registered"],
    title=_("Lägg upp ett konto"),
    lead=_("En person med en roll i en organisation."),
    fresh=True,
    corrected_by="change_account",
)
def register_account(
    ctx: ActContext,
    *,
    username: Username,
    name: Title,
    role: AccountRole,
    organisation: OrganisationNumber,
    of_system: Annotated[
        bool,
        field(
            _("Kontot tillhör ett annat system"), hint=_("Ingen loggar in med det; det får åtkomstnycklar")
        ),
    ] = False,
) -> dict[str, Any]:
    """Give a person, or another system, an account: one role in one organisation. A coordinator does so at home."""
    token_rules.role_of_system(role, of_system=of_system)
    sign_in_rules.username_is_no_number(username)
    row = lookup.find_organisation(ctx, organisation)
    rules.looks_after(ctx.actor.role, ctx.actor.organisation, row.id)
    rules.role_in_organisation(role, row.kind)
    account = Account(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        organisation=row,
        username=f"{ctx.actor.municipality}/{username}",
        role=role,
        name=name,
        sort_key=truncated_sort_key(name),
        of_system=of_system,
    )
    account.set_unusable_password()
    if Account.objects.filter(username=account.username).exists():
        raise Refusal(
            "rule 6",
            "account.name_taken",
            _("Kontonamnet {username} är taget. Välj ett annat."),
            username=username,
        )
    account.save(force_insert=True)
    ctx.journal("account.registered", account=account.id, organisation=row.id, role=role)
    return {"account": account.id}


def _parse_orgnr(text: str) -> str:
    try:
        return identity.check_orgnr(text)
    except identity.BadIdentity as error:
        raise BadValue("orgnr", error.code, error.text) from None
