# SPDX-License-Identifier: EUPL-1.2
"""Clients and their homes are registered and changed; deaths are recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec

from troskel.acts import housing, lifetimes
from troskel.acts.housing import Address
from troskel.acts.made_references import with_references
from troskel.care import rules as care_rules
from troskel.ground.choices import Choice
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.row_writing import new_row
from troskel.ground.sorting import truncated_sort_key
from troskel.ground.texts import _
from troskel.people import identity
from troskel.people import operations as people
from troskel.people.models import Client, Identifier, Municipality
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import (
    CaseNumber,
    ClientCondition,
    Day,
    FirstName,
    IdentityNumber,
    Language,
    LastName,
    MunicipalityCode,
    NewReference,
    NonEmpty,
    Phone,
    field,
)
from troskel.runner.register import act
from troskel.runner.suggestions import Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Kunder")


class Protection(Choice, question=_("Skyddade personuppgifter")):
    """Protection of personal details."""

    NONE = "", _("Nej")
    SECRET = "S", _("Sekretessmarkering")
    POPULATION_REGISTER = "F", _("Skyddad folkbokföring")


WHO = (Role.ASSESSOR,)
BATCH_SIZE = 400
DERIVED_FIELDS = ("sort_key", "first_key", "assigned_by", "own_since")
CHANGEABLE = ("first_name", "last_name", "home_municipality", "protection", "phone", "language")


class NewClient(msgspec.Struct, frozen=True, kw_only=True):
    """A new client. `identity`: twelve characters."""

    reference: NewReference = ""
    identity: IdentityNumber
    first_name: FirstName
    last_name: LastName
    address: Address
    home_municipality: MunicipalityCode = ""
    protection: Protection = Protection.NONE
    phone: Phone = ""
    language: Language = "sv"
    died: Annotated[date | None, field(_("Dödsdag"))] = None


class ChangedClient(msgspec.Struct, frozen=True):
    """New values for a client. An absent field is not changed."""

    client: CaseNumber
    identity: IdentityNumber | None = None
    first_name: FirstName | None = None
    last_name: LastName | None = None
    home_municipality: MunicipalityCode | None = None
    protection: Protection | None = None
    phone: Phone | None = None
    language: Language | None = None


class Death(msgspec.Struct, frozen=True):
    """A client died on `on`. Null, as another system tells it: an earlier report of the death was a mistake."""

    client: CaseNumber
    on: Annotated[Day | None, field(_("Dag"))]


@act(
    "A4",
    who=WHO,
    writes=["home.registered", "door.registered", "client.registered", "client.died"],
    title=_("Lägg upp en ny kund"),
    lead=_("Kunden får ett ärendenummer, som används överallt i stället för namn."),
    parts="clients",
    corrected_by="change_clients",
)
def register_clients(ctx: ActContext, *, clients: NonEmpty[NewClient]) -> dict[str, Any]:
    """Register clients with their homes. A new home has one door until more are added."""
    clients = with_references(ctx, clients)
    numbers = [_parse_identity(ctx, item.identity) for item in clients]
    _are_one_each(ctx, zip(clients, numbers, strict=True))
    _belong_to_nobody(ctx, [number for _kind, number in numbers], but={item.reference for item in clients})
    found = housing.find_or_store_homes(ctx, [item.address for item in clients])
    cases = people.next_numbers(ctx.actor.municipality, "case", ctx.today.year, len(clients))
    take_overs = Municipality.objects.values_list("take_over", "taken_over")
    take_over, taken_over = take_overs.get(code=ctx.actor.municipality)
    assessor = ctx.actor.account if ctx.actor.role is Role.ASSESSOR else None
    rows: list[Client] = []
    for item, home, case, (_kind, number) in zip(clients, found.homes, cases, numbers, strict=True):
        found.journal(ctx, home)
        row = new_row(
            Client,
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            case_number=case,
            reference=item.reference,
            home_id=home.id,
            first_name=item.first_name,
            last_name=item.last_name,
            sort_key=truncated_sort_key(item.last_name, item.first_name),
            first_key=truncated_sort_key(item.first_name, item.last_name),
            phone=item.phone,
            language=item.language,
            protection=item.protection,
            home_municipality=item.home_municipality or ctx.actor.municipality,
            died=item.died,
            assessor_id=assessor,
        )
        rows.append(row)
        ctx.journal(
            "client.registered",
            homes=[home.id],
            client=row.id,
            home=home.id,
            own=row.is_own,
            take_over=take_over,
            settling=take_over is not None and not taken_over,
            assessor=assessor,
        )
        if item.died:
            care_rules.has_happened("died", item.died, ctx.today)
            care_rules.born_by("died", item.died, identity.birth_day(number))
            ctx.journal("client.died", homes=[home.id], client=row.id, on=item.died)
    people.register(rows, numbers, ctx.today)
    return {"cases": {row.reference: row.case_number for row in rows}}


@act(
    "A4",
    "O1",
    who=WHO,
    writes=["client.changed", "client.municipality_changed"],
    title=_("Ändra en kunds uppgifter"),
    lead=_("Det du lämnar tomt blir som det är."),
    parts="changes",
    corrected_by="change_clients",
)
def change_clients(ctx: ActContext, *, changes: NonEmpty[ChangedClient]) -> dict[str, Any]:
    """Change clients: name, telephone, language, protection, identity, home municipality (O1)."""
    rows = lookup.find_clients(ctx, [item.client for item in changes])
    for item in changes:
        row = rows[item.client]
        was_own, was_in = row.is_own, row.home_municipality
        for name in CHANGEABLE:
            if getattr(item, name) is not None:
                setattr(row, name, getattr(item, name))
        row.sort_key = truncated_sort_key(row.last_name, row.first_name)
        row.first_key = truncated_sort_key(row.first_name, row.last_name)
        if item.identity is not None:
            _replace_identity(ctx, row, item.identity)
        fields = [
            name for name in item.__struct_fields__ if name != "client" and getattr(item, name) is not None
        ]
        ctx.journal("client.changed", homes=[row.home_id], client=row.id, own=row.is_own, fields=fields)
        if row.is_own != was_own:
            if row.is_own:
                row.assigned_by, row.own_since = was_in, ctx.today
            ctx.journal(
                "client.municipality_changed",
                homes=[row.home_id],
                client=row.id,
                paragraph="O1",
                own=row.is_own,
            )
    Client.objects.bulk_update(list(rows.values()), [*CHANGEABLE, *DERIVED_FIELDS], batch_size=BATCH_SIZE)
    return {"clients": len(rows)}


@act(
    "P6",
    "P7",
    who=WHO,
    writes=["client.died"],
    title=_("Kunden har avlidit"),
    lead=_("All hemtjänst och allt larm upphör den dagen."),
    parts="deaths",
    corrected_by="take_back_death",
    undone_by=Undo("take_back_death", lambda told: {"client": told["deaths.client"]}),
)
def record_deaths(ctx: ActContext, *, deaths: NonEmpty[Death]) -> dict[str, Any]:
    """Record that clients have died (case 15): their care ends that day."""
    rows = lookup.find_clients(ctx, [item.client for item in deaths])
    born = lifetimes.births((rows[item.client], item.on) for item in deaths)
    for index, item in enumerate(deaths):
        row = rows[item.client]
        try:
            if item.on is not None:
                care_rules.has_happened("on", item.on, ctx.today)
                care_rules.born_by("on", item.on, born.get(row.id))
        except BadValue as refusal:
            if len(deaths) == 1:
                raise
            ctx.refuse_item(index, refusal)
            continue
        row.died = item.on
        ctx.journal("client.died", homes=[row.home_id], client=row.id, on=item.on)
    Client.objects.bulk_update(list(rows.values()), ["died"], batch_size=BATCH_SIZE)
    return {"clients": len(rows)}


@act(
    "P6",
    "P7",
    who=WHO,
    writes=["client.died"],
    title=_("Uppgiften om dödsfall var fel"),
    lead=_("Kunden lever. Det som dödsfallet avslutade begärs igen."),
    applies_to=ClientCondition.DEAD,
    corrected_by="record_deaths",
)
def take_back_death(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
    """Take back a death that was recorded by mistake: the client lives, and what it ended is asked for again."""
    row = lookup.find_clients(ctx, [client])[client]
    if row.died is None:
        raise Refusal("P6", "client.not_dead", _("Inget dödsfall är inskrivet för kunden."))
    row.died = None
    row.save(update_fields=["died"])
    ctx.journal("client.died", homes=[row.home_id], client=row.id, on=None)
    return {"client": row.id}


def _parse_identity(ctx: ActContext, text: str) -> tuple[str, str]:
    try:
        parsed = identity.parse_identity(text, on=ctx.today)
    except identity.BadIdentity as error:
        raise BadValue("identity", error.code, error.text) from None
    return str(parsed.kind), parsed.number12


def _replace_identity(ctx: ActContext, row: Client, text: str) -> None:
    parsed = _parse_identity(ctx, text)
    _belong_to_nobody(ctx, [parsed[1]], but={row.reference})
    people.replace_identity(row, parsed, ctx.today)


def _are_one_each(ctx: ActContext, told: Iterable[tuple[NewClient, tuple[str, str]]]) -> None:
    """A person does not register one number twice; what the case system has twice, a person merges here."""
    owners: dict[str, str] = {}
    for item, (_kind, number) in told:
        if owners.setdefault(number, item.reference) != item.reference and ctx.actor.role is not Role.SYSTEM:
            raise Refusal(
                "rule 6",
                "identity.told_twice",
                _("Samma personnummer står på två kunder. Varje kund har sitt."),
            )


def _belong_to_nobody(ctx: ActContext, numbers: list[str], but: set[str]) -> None:
    """A number is one person's. What the case system has twice comes in all the same: a person merges it here."""
    if ctx.actor.role is Role.SYSTEM:
        return
    taken = Identifier.objects.filter(municipality=ctx.actor.municipality, number__in=numbers, until=None)
    cases = (
        taken.exclude(client__reference__in=but)
        .values_list("client__case_number", flat=True)
        .order_by("client_id")
    )
    if cases:
        raise Refusal(
            "rule 6",
            "identity.taken",
            _(
                "Personnumret har redan en kund, med ärende {case}. Är det två poster för samma person, slå ihop dem."
            ),
            case=cases[0],
        )
