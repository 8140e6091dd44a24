# SPDX-License-Identifier: EUPL-1.2
"""Transfers of things between organisations: one offers, the other accepts, both sign.

Used at a change of provider, for keys where the client agrees, and for the tag still with the client (case 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet

from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Offer, ThingKind
from troskel.ground.ids import new_id
from troskel.ground.texts import _
from troskel.people.models import Client, HomeDoor
from troskel.people.roles import Role
from troskel.routine.facts import ClientFacts, HomeFacts
from troskel.runner import lookup
from troskel.runner.choices import KindOfThing
from troskel.runner.fields import NUMBERS, Named, NonEmpty, Number, OrganisationNumber, field
from troskel.runner.register import act
from troskel.runner.suggestions import Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Lämna vidare")

WHO = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.LOCKSMITH)


@act(
    "P5",
    "P7",
    who=WHO,
    writes=["key.offered", "tag.offered", "things.offered"],
    title=_("Erbjud saker till en annan organisation"),
    lead=_("De svarar för sakerna först när de har tagit emot."),
    corrected_by="withdraw_offer",
    undone_by=Undo("withdraw_offer", lambda told: {"kind": told["kind"], "numbers": told["numbers"]}),
)
def offer_things(
    ctx: ActContext,
    *,
    kind: KindOfThing,
    numbers: Annotated[NonEmpty[Number], NUMBERS],
    to: Annotated[OrganisationNumber, field(_("Till vem"))],
    agreed: Annotated[bool, field(_("Kunden har gått med på det"))] = False,
) -> dict[str, Any]:
    """Offer things that your organisation answers for to another organisation.

    `agreed`: the client agrees that the keys go directly to the next provider.
    """
    receiver = lookup.find_organisation(ctx, to, "to")
    giver = rules.giver(ctx.actor.organisation)
    rules.to_another(giver, receiver.id)
    rules.may_hold(kind, receiver.kind)
    if kind == "key":
        rules.client_agrees(agreed)
    holdings = lock_holdings(ctx, kind, numbers)
    for holding in holdings:
        rules.answers_for(holding, owner_of_tag(ctx, holding), giver)
    Offer.objects.bulk_create(
        [
            Offer(
                id=new_id(),
                municipality_id=ctx.actor.municipality,
                thing_id=holding.thing_id,
                giver_id=giver,
                receiver=receiver,
                offered=ctx.now,
                offered_by_id=ctx.actor.account,
            )
            for holding in holdings
        ]
    )
    stock = [
        holding
        for holding in holdings
        if holding.thing.kind != ThingKind.KEY and holding.kind != HolderKind.CLIENT
    ]
    for holding in holdings:
        if holding not in stock:
            _journal_offer(ctx, holding, receiver.id)
    if stock:
        things = [holding.thing_id for holding in stock]
        ctx.journal("things.offered", kind=kind, things=things, organisation=receiver.id)
    return {"kind": kind, "numbers": numbers}


@act(
    "P5",
    "P7",
    who=WHO,
    writes=["key.handed_over", "tag.handed_over", "things.moved"],
    title=_("Ta emot saker"),
    lead=_("Ni svarar för sakerna från och med nu."),
    corrected_by="correct_holder",
)
def accept_things(
    ctx: ActContext,
    *,
    kind: Annotated[KindOfThing, field(names=Named.OFFERED_KIND)],
    numbers: Annotated[NonEmpty[Number], NUMBERS, field(names=Named.OFFERED)],
) -> dict[str, Any]:
    """Accept things offered to your organisation, which answers for them from now on."""
    holdings = lock_holdings(ctx, kind, numbers)
    offers = _offers(ctx, holdings, receiver=ctx.actor.organisation)
    for holding in holdings:
        offer = rules.is_offered(offers.get(holding.thing_id), holding.thing.number)
        rules.answers_for(holding, owner_of_tag(ctx, holding), offer.giver_id)
    stock: list[Holding] = []
    for holding in holdings:
        if holding.kind == HolderKind.CLIENT:
            _transfer_tag(ctx, holding, offers[holding.thing_id])
            continue
        if holding.thing.kind == ThingKind.KEY:
            journal_key(ctx, holding, ctx.actor.organisation)
        stock.append(holding)
    givers = {offers[holding.thing_id].offered_by_id for holding in stock}
    for account in givers:
        batch = [holding for holding in stock if offers[holding.thing_id].offered_by_id == account]
        custody.hand_over_all(
            batch,
            HolderKind.ORGANISATION,
            ctx.actor.organisation,
            ctx.now,
            account,
            ctx.actor.account,
        )
    if stock and kind != "key":
        things = [holding.thing_id for holding in stock]
        ctx.journal("things.moved", kind=kind, things=things, organisation=ctx.actor.organisation)
    _close_offers(ctx, offers, "accepted")
    return {"kind": kind, "numbers": numbers}


@act(
    "P5",
    "P7",
    who=WHO,
    writes=["offer.withdrawn"],
    title=_("Ta tillbaka ett erbjudande"),
    lead=_("Så länge ingen har tagit emot."),
)
def withdraw_offer(
    ctx: ActContext, *, kind: KindOfThing, numbers: Annotated[NonEmpty[Number], NUMBERS]
) -> dict[str, Any]:
    """Withdraw an offer that nobody has accepted."""
    holdings = lock_holdings(ctx, kind, numbers)
    offers = _offers(ctx, holdings, giver=ctx.actor.organisation)
    for holding in holdings:
        rules.is_offered(offers.get(holding.thing_id), holding.thing.number)
    _close_offers(ctx, offers, "withdrawn")
    ctx.journal("offer.withdrawn", kind=kind, things=[holding.thing_id for holding in holdings])
    return {"kind": kind, "numbers": numbers}


# holdings and offers


def lock_holdings(ctx: ActContext, kind: str, numbers: Sequence[str]) -> list[Holding]:
    """Returns the open holdings, with the homes of their keys' doors or tags' clients locked. At most three queries."""
    holdings = lookup.find_holdings(ctx, kind, numbers)
    if kind == "key":
        ctx.lock_homes_by(_homes_of_doors, _sorted(holding.thing.door_id for holding in holdings))
    with_clients = _sorted(holding.holder for holding in holdings if holding.kind == HolderKind.CLIENT)
    if with_clients:
        ctx.lock_homes_by(_homes_of_clients, with_clients)
    return holdings


def _homes_of_doors(municipality: str, doors: list[UUID]) -> QuerySet[Any, Any]:
    return HomeDoor.objects.filter(municipality=municipality, door__in=doors).values("home_id")


def _homes_of_clients(municipality: str, clients: list[UUID]) -> QuerySet[Any, Any]:
    return Client.objects.filter(municipality=municipality, id__in=clients).values("home_id")


def _sorted(ids: Iterable[UUID | None]) -> list[UUID]:
    return sorted({one for one in ids if one is not None})


def owner_of_tag(ctx: ActContext, holding: Holding) -> UUID | None:
    """Returns the provider that answers for a tag with a client; None for other holdings."""
    if holding.kind != HolderKind.CLIENT:
        return None
    return next((client.tags.get(holding.thing_id) for _, client in current_facts(ctx, holding.holder)), None)


def current_facts(ctx: ActContext, client: UUID | None) -> list[tuple[HomeFacts, ClientFacts]]:
    """Returns the facts of the client's current home and of the client in it: one pair, or none if not locked."""
    return [
        (home, client_facts)
        for home in ctx.facts.values()
        for client_facts in home.clients.values()
        if client_facts.client == client and client_facts.moved_to is None and not client_facts.coming
    ]


def _offers(ctx: ActContext, holdings: list[Holding], **filters: UUID | None) -> dict[UUID, Offer]:
    rows = Offer.objects.filter(
        municipality=ctx.actor.municipality,
        thing__in=[holding.thing_id for holding in holdings],
        outcome="",
        **filters,
    )
    return {row.thing_id: row for row in rows}


def _close_offers(ctx: ActContext, offers: dict[UUID, Offer], outcome: str) -> None:
    Offer.objects.filter(id__in=[row.id for row in offers.values()]).update(
        outcome=outcome, closed=ctx.now, closed_by=ctx.actor.account
    )


def _journal_offer(ctx: ActContext, holding: Holding, receiver: UUID) -> None:
    if holding.thing.kind == ThingKind.KEY:
        door = holding.thing.door_id
        assert door is not None
        homes = lookup.homes_of_door(ctx, door)
        key_facts = ctx.facts[homes[0]].doors[door].keys.get(holding.thing_id)
        ctx.journal(
            "key.offered",
            homes=homes,
            client=key_facts.client if key_facts else None,
            key=holding.thing_id,
            door=door,
            giver=ctx.actor.organisation,
            organisation=receiver,
        )
        return
    ((home, client),) = current_facts(ctx, holding.holder)
    ctx.journal(
        "tag.offered",
        homes=[home.home],
        client=client.client,
        tag=holding.thing_id,
        giver=ctx.actor.organisation,
        organisation=receiver,
    )


def _transfer_tag(ctx: ActContext, holding: Holding, offer: Offer) -> None:
    """Hands a tag over to the actor's organisation; the client keeps it."""
    ((home, client),) = current_facts(ctx, holding.holder)
    holder = {"kind": HolderKind.CLIENT.value, "id": client.client}
    custody.hand_over(
        holding, HolderKind.CLIENT, client.client, ctx.now, offer.offered_by_id, ctx.actor.account
    )
    ctx.journal(
        "tag.handed_over",
        homes=[home.home],
        client=client.client,
        tag=holding.thing_id,
        from_=holder,
        to=holder,
        organisation=ctx.actor.organisation,
    )


def journal_key(ctx: ActContext, holding: Holding, organisation: UUID | None, **line: Any) -> None:
    """Journals that a key goes from its holder to an organisation. The homes of its door must be locked."""
    door = holding.thing.door_id
    assert door is not None
    homes = lookup.homes_of_door(ctx, door)
    key_facts = ctx.facts[homes[0]].doors[door].keys[holding.thing_id]
    ctx.journal(
        "key.handed_over",
        homes=homes,
        client=key_facts.client,
        key=holding.thing_id,
        door=door,
        from_={"kind": holding.kind, "id": holding.holder},
        to={"kind": HolderKind.ORGANISATION.value, "id": organisation},
        organisation=organisation,
        **line,
    )
