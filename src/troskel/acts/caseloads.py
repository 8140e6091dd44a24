# SPDX-License-Identifier: EUPL-1.2
"""Who answers for a client's case, and who looks after it while that person is away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.models import Account, Client, Cover
from troskel.people.queries import open_accounts, username_of
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import (
    CaseNumber,
    FirstDay,
    LastDay,
    Named,
    NonEmpty,
    ShortText,
    Username,
    field,
)
from troskel.runner.register import act
from troskel.runner.suggestions import Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Egna ärenden")

WHO = (Role.ASSESSOR,)
Cases = Annotated[NonEmpty[CaseNumber], field(_("Ärendenummer"), hint=_("Ett per rad"), names=Named.CASES)]
Receiver = Annotated[Username, field(_("Vem tar över?"), names=Named.OTHER_ASSESSOR)]


class NamedAssessor(msgspec.Struct, frozen=True):
    """A client's assessor, as the case system names the person. `named`: its own words."""

    client: CaseNumber
    assessor: Username
    named: ShortText


def _given_back(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same clients, back to the one who had them all; those whom the receiver had before stay."""
    return {"clients": told["cases"], "to": told["former"]} if told["former"] else {}


@act(
    "D",
    who=WHO,
    writes=["client.assigned"],
    title=_("Ta över kunder"),
    lead=_("Du blir ansvarig handläggare, och kunderna står bland dina egna."),
    light=True,
    corrected_by="hand_over_clients",
)
def take_over_clients(ctx: ActContext, *, clients: Cases) -> dict[str, Any]:
    """Take over clients: the assessor who does it answers for their cases from now on."""
    if ctx.actor.account is None:
        raise BadValue("clients", "caseload.not_for_the_system", _("En kund har en person som handläggare."))
    rows = lookup.find_clients(ctx, clients)
    return _assign(ctx, rows.values(), ctx.actor.account)


@act(
    "D",
    who=WHO,
    writes=["client.assigned"],
    title=_("Lämna över kunder"),
    lead=_("En annan handläggare tar över en eller flera kunder."),
    light=True,
    corrected_by="hand_over_clients",
    undone_by=Undo("hand_over_clients", _given_back),
)
def hand_over_clients(ctx: ActContext, *, clients: Cases, to: Receiver) -> dict[str, Any]:
    """Hand clients over to another assessor, who answers for their cases from now on."""
    receiver = _assessor(ctx, to, "to")
    return _assign(ctx, lookup.find_clients(ctx, clients).values(), receiver.id)


@act(
    "D",
    who=WHO,
    writes=["client.assigned"],
    title=_("Lämna över alla kunder"),
    lead=_("En handläggare slutar eller byter uppgifter. En annan tar över alla kunder."),
    corrected_by="hand_over_clients",
    undone_by=Undo("hand_over_clients", _given_back),
)
def hand_over_caseload(
    ctx: ActContext,
    *,
    to: Receiver,
    assessor: Annotated[str, field(_("Vems kunder?"), names=Named.ASSESSOR)] = "",
) -> dict[str, Any]:
    """Hand over all clients of an assessor, also one whose account is closed; without `assessor` one's own."""
    former = _former(ctx, assessor)
    receiver = _assessor(ctx, to, "to")
    cases = Client.objects.filter(
        municipality=ctx.actor.municipality, assessor=former, merged_into=None
    ).values_list("case_number", flat=True)
    rows = lookup.find_existing_clients(ctx, list(cases))
    return _assign(ctx, [row for row in rows.values() if row.assessor_id == former], receiver.id)


@act("D", who=(), writes=["client.assigned"], parts="clients")
def note_assessors(ctx: ActContext, *, clients: NonEmpty[NamedAssessor]) -> dict[str, Any]:
    """Take in whom the case system names as the clients' assessors.

    What is handed over here stands until the case system names another.
    """
    rows = lookup.find_existing_clients(ctx, [item.client for item in clients])
    usernames = {f"{ctx.actor.municipality}/{item.assessor}" for item in clients}
    accounts = open_accounts(ctx.actor.municipality).filter(username__in=usernames, role=Role.ASSESSOR)
    ids = {account.username.partition("/")[2]: account.id for account in accounts}
    changed = []
    for index, item in enumerate(clients):
        if item.client not in rows or item.assessor not in ids:
            ctx.refuse_item(index, NotFound("client" if item.client not in rows else "account", "assessor"))
            continue
        row = rows[item.client]
        row.assessor_told = item.named
        _assigned(ctx, row, ids[item.assessor])
        changed.append(row)
    Client.objects.bulk_update(changed, ["assessor", "assessor_told"], batch_size=400)
    return {"clients": len(changed)}


@act(
    "D",
    who=WHO,
    writes=["absence.covered", "absence.covered_no_more"],
    title=_("Utse ersättare medan någon är borta"),
    lead=_("Ersättaren ser den andras kunder bland sina egna de dagarna."),
    light=True,
    corrected_by="end_cover",
)
def cover_absence(
    ctx: ActContext,
    *,
    deputy: Annotated[Username, field(_("Vem är ersättare?"), names=Named.ASSESSOR)],
    valid_from: FirstDay,
    valid_through: LastDay,
    absent: Annotated[str, field(_("Vem är borta?"), names=Named.ASSESSOR)] = "",
) -> dict[str, Any]:
    """Name who looks after an assessor's cases while that one is away; without `absent` one's own."""
    if valid_through < max(valid_from, ctx.today):
        raise BadValue(
            "valid_through",
            "cover.ends_too_early",
            _("Dagen är före den första dagen, eller har redan gått. Skriv en senare dag."),
        )
    away = _open_or_self(ctx, absent, "absent")
    stand_in = _assessor(ctx, deputy, "deputy")
    if away.id == stand_in.id:
        raise BadValue("deputy", "cover.oneself", _("Den som är borta kan inte vara sin egen ersättare."))
    standing = Cover.objects.filter(absent=away, ended=None).first()
    if standing is not None and standing.valid_through >= ctx.today:
        raise Refusal(
            "rule 6",
            "cover.already_named",
            _("Frånvaron har redan en ersättare till och med {day}. Avsluta det uppdraget först."),
            day=standing.valid_through,
        )
    if standing is not None:
        _end_cover(ctx, standing)
    row = Cover(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        absent=away,
        deputy=stand_in,
        valid_from=valid_from,
        valid_through=valid_through,
    )
    row.save(force_insert=True)
    ctx.journal(
        "absence.covered",
        account=away.id,
        deputy=stand_in.id,
        from_=valid_from,
        through=valid_through,
    )
    return {"cover": row.id}


@act(
    "D",
    who=WHO,
    writes=["absence.covered_no_more"],
    title=_("Ersättaren behövs inte längre"),
    lead=_("Den som var borta är tillbaka."),
    light=True,
    corrected_by="cover_absence",
)
def end_cover(
    ctx: ActContext, *, absent: Annotated[str, field(_("Vem är tillbaka?"), names=Named.ASSESSOR)] = ""
) -> dict[str, Any]:
    """End a cover before its last day; without `absent` one's own."""
    away = _open_or_self(ctx, absent, "absent")
    row = Cover.objects.filter(absent=away, ended=None, valid_through__gte=ctx.today).first()
    if row is None:
        raise Refusal("rule 6", "cover.none", _("Ingen ersättare är utsedd. Det finns inget att avsluta."))
    _end_cover(ctx, row)
    return {"cover": row.id}


def _assign(ctx: ActContext, rows: Iterable[Client], to: UUID) -> dict[str, Any]:
    changed = list({row.id: row for row in rows if row.assessor_id != to}.values())
    if not changed:
        raise Refusal("rule 6", "caseload.nothing_to_hand_over", _("Där finns inga kunder att lämna över."))
    former = {row.assessor_id for row in changed}
    for row in changed:
        _assigned(ctx, row, to)
    Client.objects.filter(id__in=[row.id for row in changed]).update(assessor=to)
    had = former.pop() if len(former) == 1 else None
    return {
        "clients": len(changed),
        "cases": [row.case_number for row in changed],
        "former": username_of(had) if had else "",
    }


def _assigned(ctx: ActContext, row: Client, to: UUID) -> None:
    was, row.assessor_id = row.assessor_id, to
    if was != to:
        ctx.journal("client.assigned", homes=[row.home_id], client=row.id, account=to, was=was)


def _assessor(ctx: ActContext, username: str, field_name: str) -> Account:
    """Returns an open assessor's account. Raises NotFound."""
    rows = open_accounts(ctx.actor.municipality).filter(role=Role.ASSESSOR)
    row = rows.filter(username=f"{ctx.actor.municipality}/{username}").first()
    if row is None:
        raise NotFound("account", field_name)
    return row


def _open_or_self(ctx: ActContext, username: str, field_name: str) -> Account:
    return (
        _assessor(ctx, username, field_name) if username else Account.objects.get(id=_self(ctx, field_name))
    )


def _former(ctx: ActContext, username: str) -> UUID:
    if not username:
        return _self(ctx, "assessor")
    own = Account.objects.filter(municipality=ctx.actor.municipality, role=Role.ASSESSOR)
    former = own.filter(username=f"{ctx.actor.municipality}/{username}").values_list("id", flat=True).first()
    if former is None:
        raise NotFound("account", "assessor")
    return former


def _self(ctx: ActContext, field_name: str) -> UUID:
    if ctx.actor.account is None:
        raise NotFound("account", field_name)
    return ctx.actor.account


def _end_cover(ctx: ActContext, row: Cover) -> None:
    row.ended = ctx.today
    row.save(update_fields=["ended"])
    ctx.journal("absence.covered_no_more", account=row.absent_id, deputy=row.deputy_id, on=row.ended)
