# SPDX-License-Identifier: EUPL-1.2
"""Lost and found things (case 13), and stock counts."""

from __future__ import annotations

from typing import Annotated, Any

from troskel.acts.correcting_things import note_retrieval
from troskel.acts.reported_locks import check_key_of, owner_of_key
from troskel.acts.transferring import current_facts, lock_holdings, owner_of_tag
from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.models import Residence
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.choices import KindOfThing
from troskel.runner.fields import NUMBERS, CaseNumber, Number, Text
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Borttappat och upphittat")

WHO = (Role.COORDINATOR, Role.CARER, Role.ADMINISTRATOR, Role.LOCKSMITH)


@act(
    "P5",
    "P7",
    who=WHO,
    writes=["tag.lost", "key.lost", "key.retrieved", "lock.lost"],
    title=_("Anmäl något borttappat"),
    lead=_("Systemförvaltaren får veta det genast."),
    corrected_by="report_found",
)
def report_lost(ctx: ActContext, *, kind: KindOfThing, number: Number, text: Text = "") -> dict[str, Any]:
    """Report a thing lost (case 13). Answers who had it last and since when; the administrator is told."""
    (holding,) = lock_holdings(ctx, kind, [number])
    rules.can_be_lost(holding)
    if ctx.actor.role is not Role.ADMINISTRATOR:
        rules.answers_for(holding, owner_of_tag(ctx, holding), ctx.actor.organisation)
    last = {"kind": holding.kind, "id": holding.holder}
    note_retrieval(ctx, holding, (holding.kind, holding.holder))
    ctx.journal(
        f"{kind}.lost", **_loss_fields(ctx, holding), last=last, detail={"text": text} if text else None
    )
    custody.hand_over(holding, HolderKind.LOST, None, ctx.now, ctx.actor.account, None)
    return {"kind": kind, "number": number, "since": holding.since, "held_by": holding.kind}


@act(
    "P5",
    "P7",
    who=WHO,
    writes=["thing.found", "key.handed_over"],
    title=_("Anmäl något upphittat"),
    lead=_("Saken är nu hos er."),
    corrected_by="report_lost",
)
def report_found(
    ctx: ActContext, *, kind: KindOfThing, number: Number, client: CaseNumber = ""
) -> dict[str, Any]:
    """Report a lost thing found, now with your organisation. `client`: for a key, whose door it opens."""
    subject = lookup.find_client(ctx, client) if kind == "key" else None
    holding = lookup.find_holding(ctx, kind, number)
    rules.is_lost(holding)
    from_whom = _where_lost(ctx, holding)
    custody.hand_over(
        holding, HolderKind.ORGANISATION, ctx.actor.organisation, ctx.now, None, ctx.actor.account
    )
    ctx.journal(
        "thing.found",
        **from_whom,
        thing=holding.thing_id,
        kind=kind,
        organisation=ctx.actor.organisation,
    )
    if subject is not None:
        _journal_key_return(ctx, holding, subject)
    return {"kind": kind, "number": number}


@act(
    "P7",
    "S2",
    who=(Role.COORDINATOR, Role.ADMINISTRATOR, Role.LOCKSMITH),
    writes=["stock.counted"],
    title=_("Inventera lagret"),
    lead=_("Skriv vad som finns, så visas vad som skiljer sig."),
)
def count_stock(
    ctx: ActContext, *, kind: KindOfThing, numbers: Annotated[list[Number], NUMBERS]
) -> dict[str, Any]:
    """Count your organisation's stock. Answers which numbers are missing, and which are not in the register.

    A missing thing is not marked as lost: that is an act of its own, once somebody has looked for it.
    """
    if ctx.actor.organisation is None:
        raise Refusal(
            "P7", "stock.other_organisation", _("Ett lager räknas av någon i organisationen som har det.")
        )
    holdings = {
        holding.thing.number: holding
        for holding in Holding.objects.select_related("thing").filter(
            municipality=ctx.actor.municipality,
            thing__kind=kind,
            kind=HolderKind.ORGANISATION,
            holder=ctx.actor.organisation,
            until=None,
        )
    }
    numbers_seen = set(numbers)
    missing = sorted(holdings.keys() - numbers_seen)
    unexpected = sorted(numbers_seen - holdings.keys())
    ctx.journal(
        "stock.counted",
        kind=kind,
        organisation=ctx.actor.organisation,
        counted=len(numbers_seen),
        missing=[holdings[number].thing_id for number in missing],
        unexpected=len(unexpected),
    )
    return {"kind": kind, "counted": len(numbers_seen), "missing": missing, "unexpected": unexpected}


def _where_lost(ctx: ActContext, holding: Holding) -> dict[str, Any]:
    """Returns the journal fields of a tag that was with a client when it was lost: whose it was (P7)."""
    if holding.thing.kind != "tag":
        return {}
    before = Holding.objects.filter(thing=holding.thing_id).exclude(kind=HolderKind.LOST).latest("until")
    if before.kind != HolderKind.CLIENT:
        return {}
    ctx.lock_homes(Residence.objects.filter(client=before.holder).values("home_id"))
    return {
        "homes": [home.home for home, _client in current_facts(ctx, before.holder)],
        "client": before.holder,
        "tag": holding.thing_id,
        "from": {"kind": HolderKind.CLIENT, "id": before.holder},
    }


def _loss_fields(ctx: ActContext, holding: Holding) -> dict[str, Any]:
    """Returns the journal fields of a lost thing: the homes, client, door and organisation that it concerns."""
    if holding.kind == HolderKind.CLIENT and holding.thing.door_id is None:
        ((home, client),) = current_facts(ctx, holding.holder)
        return {
            "homes": [home.home],
            "client": client.client,
            "tag": holding.thing_id,
            "organisation": client.tags.get(holding.thing_id),
        }
    if holding.thing.door_id is not None:
        homes = lookup.homes_of_door(ctx, holding.thing.door_id)
        return {
            "homes": homes,
            "client": owner_of_key(ctx, holding, homes),
            "key": holding.thing_id,
            "door": holding.thing.door_id,
            "organisation": holding.holder if holding.kind == HolderKind.ORGANISATION else None,
        }
    return {holding.thing.kind: holding.thing_id, "organisation": holding.holder}


def _journal_key_return(ctx: ActContext, holding: Holding, subject: lookup.ClientSubject) -> None:
    check_key_of(ctx, subject, holding)
    door = holding.thing.door_id
    assert door is not None
    ctx.journal(
        "key.handed_over",
        homes=lookup.homes_of_door(ctx, door),
        client=subject.row.id,
        key=holding.thing_id,
        door=door,
        from_={"kind": HolderKind.LOST.value, "id": None},
        to={"kind": HolderKind.ORGANISATION.value, "id": ctx.actor.organisation},
        organisation=ctx.actor.organisation,
    )
