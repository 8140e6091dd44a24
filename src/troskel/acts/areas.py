# SPDX-License-Identifier: EUPL-1.2
"""The office's units and a provider's areas: who works where, and in which area a provider has a client."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts.decisions.rows import find_allocations
from troskel.care.models import Allocation
from troskel.ground import spelling
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.people import caseloads
from troskel.people.models import ClientArea
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Named, NonEmpty, OpenAccount, Reference, field
from troskel.runner.lookup_of_accounts import open_account
from troskel.runner.register import act
from troskel.runner.suggestions import Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Enheter och områden")

Cases = Annotated[NonEmpty[CaseNumber], field(_("Ärendenummer"), hint=_("Ett per rad"), names=Named.CASES)]
Area = Annotated[
    str,
    msgspec.Meta(max_length=100),
    field(_("Område"), hint=_("Till exempel Norr. Tomt: inget område."), names=Named.AREA,
          spelling=spelling.line_of_text),
]  # fmt: skip
"""The name of an area, which begins to be there when somebody is placed in it; or empty."""


Placement = tuple[UUID, UUID]
"""An organisation, and a client whom it has in an area."""


@act(
    "D",
    who=(Role.COORDINATOR,),
    writes=["client.placed"],
    title=_("Placera kunder i ett område"),
    lead=_("De som arbetar i området ser kunderna under Mitt område. Andra utförare ser det inte."),
    light=True,
    corrected_by="place_in_area",
    undone_by=Undo(
        "place_in_area",
        lambda told: {"clients": told["cases"], "area": told["was"][0]} if len(told["was"]) == 1 else {},
    ),
)
def place_in_area(ctx: ActContext, *, clients: Cases, area: Area = "") -> dict[str, Any]:
    """Place clients in an area of one's own organisation, or take them out of theirs.

    It is whose list a client is on, not a right: nobody sees more or less, and no duty changes owner.
    """
    rows = {row.id: row for row in lookup.find_clients(ctx, clients).values()}
    organisation = ctx.actor.organisation
    if organisation is None:
        raise NotFound("organisation", "clients")
    name = _named(organisation, area)
    placed = {row.client_id: row for row in caseloads.in_area(organisation).filter(client__in=rows)}
    changed = [row for row in rows.values() if name != (placed[row.id].area if row.id in placed else "")]
    if not changed:
        raise Refusal(
            "rule 6",
            "area.nothing_to_change",
            _("Så är kunderna redan placerade. Det finns inget att ändra."),
        )
    ids = [row.id for row in changed]
    caseloads.in_area(organisation).filter(client__in=ids).delete()
    if name:
        ClientArea.objects.bulk_create(
            ClientArea(
                id=new_id(),
                municipality_id=ctx.actor.municipality,
                organisation_id=organisation,
                client_id=client,
                area=name,
            )
            for client in ids
        )
    for row in changed:
        ctx.journal(
            "client.placed",
            homes=[row.home_id],
            client=row.id,
            organisation=organisation,
            in_area=bool(name),
            detail={"area": name} if name else None,
        )
    was = {placed[client].area if client in placed else "" for client in ids}
    return {"cases": [row.case_number for row in changed], "was": sorted(was)}


class NamedArea(msgspec.Struct, frozen=True):
    """In which area of its provider the case system has an allocation's client."""

    allocation: Annotated[Reference, field(names=Named.ALLOCATION)]
    area: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=100),
        field(_("Område"), names=Named.AREA, spelling=spelling.name),
    ]


@act("D", who=(), writes=["client.placed"], parts="allocations")
def note_areas(ctx: ActContext, *, allocations: NonEmpty[NamedArea]) -> dict[str, Any]:
    """Take in which areas the case system names for the clients, at the organisations that they are allocated to.

    Where a coordinator has placed a client stands until the case system names another area than it named last. A
    follow-up's allocation that names the same one is no other.
    """
    found = find_allocations(ctx, [item.allocation for item in allocations])
    clients = {row.decision.client_id for row in found.values()}
    last_told = _last_told(clients)
    placements: dict[Placement, str] = {}
    noted = []
    for index, item in enumerate(allocations):
        row = found.get(item.allocation)
        if row is None:
            ctx.refuse_item(index, NotFound("allocation", "allocation"))
            continue
        place = (row.organisation_id, row.decision.client_id)
        told = row.area_told or last_told.get(place, "")
        if caseloads.area_key(item.area) != caseloads.area_key(told):
            placements[place] = item.area
        row.area_told = last_told[place] = item.area
        noted.append(row)
    homes = {row.decision.client_id: row.decision.client.home_id for row in noted}
    _place(ctx, placements, homes)
    Allocation.objects.bulk_update(noted, ["area_told"], batch_size=400)
    return {"allocations": len(noted)}


@act(
    "D",
    who=(Role.ADMINISTRATOR, Role.COORDINATOR),
    writes=["account.placed"],
    title=_("Placera en medarbetare i en enhet eller ett område"),
    lead=_(
        "Handläggare i samma enhet ser varandras kunder under Enhetens. "
        "En samordnare ser först kunderna i sitt område."
    ),
    light=True,
    corrected_by="place_in_unit",
    undone_by=Undo("place_in_unit", lambda told: {"username": told["username"], "unit": told["was"]}),
)
def place_in_unit(
    ctx: ActContext,
    *,
    username: OpenAccount,
    unit: Annotated[Area, field(_("Enhet eller område"), hint=_("Tomt: ingen enhet, inget område."))] = "",
) -> dict[str, Any]:
    """Place an account in a unit or an area of its organisation, or in none: a coordinator, of the own organisation."""
    row = open_account(ctx, username)
    was = row.unit or ""
    row.unit = _named(row.organisation_id, unit)
    row.save(update_fields=["unit"])
    ctx.journal("account.placed", account=row.id, organisation=row.organisation_id, in_unit=bool(row.unit))
    return {"account": row.id, "was": was}


def _last_told(clients: Iterable[UUID]) -> dict[Placement, str]:
    """Returns what the case system named last for these clients at each organisation: what begins last counts."""
    told = Allocation.objects.filter(decision__client__in=list(clients), area_told__gt="", withdrawn=False)
    rows = told.order_by("valid_from", "reference")
    return {
        (organisation, client): area or ""
        for organisation, client, area in rows.values_list("organisation", "decision__client", "area_told")
    }


def _place(ctx: ActContext, placements: dict[Placement, str], homes: dict[UUID, UUID]) -> None:
    """Moves clients to these areas, each as the organisation spells it; who is there already stays."""
    spelt = {
        (area.organisation, caseloads.area_key(area.name)): area.name
        for area in caseloads.areas_of_providers(ctx.actor.municipality)
    }
    rows = ClientArea.objects.filter(client__in={client for _organisation, client in placements})
    standing = {(row.organisation_id, row.client_id): row for row in rows}
    moved, new = [], []
    for (organisation, client), named in placements.items():
        area = spelt.get((organisation, caseloads.area_key(named)), named)
        row = standing.get((organisation, client))
        if row is not None and row.area == area:
            continue
        if row is None:
            row = ClientArea(
                id=new_id(),
                municipality_id=ctx.actor.municipality,
                organisation_id=organisation,
                client_id=client,
            )
            new.append(row)
        else:
            moved.append(row)
        row.area = area
        ctx.journal(
            "client.placed",
            homes=[homes[client]],
            client=client,
            organisation=organisation,
            in_area=True,
            detail={"area": area},
        )
    ClientArea.objects.bulk_create(new, batch_size=400)
    ClientArea.objects.bulk_update(moved, ["area"], batch_size=400)


def _named(organisation: UUID | None, name: str) -> str:
    """Returns the name as the organisation has it: nothing turns on capitals."""
    wanted = " ".join(name.split())
    known = {caseloads.area_key(one): one for one in caseloads.area_names(organisation)} if wanted else {}
    return known.get(caseloads.area_key(wanted), wanted)
