# SPDX-License-Identifier: EUPL-1.2
"""Things go straight from one organisation to the next: offered by the one, accepted by the other, signed by both.

So at a change of provider: keys where the client has agreed, and the tag that is still with the client (case 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from troskel.acts.core import lookup
from troskel.acts.core.fields import Many, Number
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Offer, ThingKind
from troskel.ground.ids import new_id
from troskel.people.models import HomeDoor
from troskel.people.roles import Role
from troskel.routine.facts import ClientFacts, HomeFacts

WHO = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.LOCKSMITH)
Kind = Literal["lock", "tag", "key"]


@act("P5", "P7", who=WHO, writes=["key.offered", "tag.offered", "things.offered"])
def offer_things(
    doing: Doing, *, kind: Kind, numbers: Many[Number], to: str, agreed: bool = False
) -> dict[str, Any]:
    """Offer things that your organisation answers for to another.

    `agreed`: the client lets the keys go straight to the next provider.
    """
    receiver = lookup.organisation(doing, to, "to")
    giver = rules.giver(doing.actor.organisation)
    rules.to_another(giver, receiver.id)
    rules.may_hold(kind, receiver.kind)
    if kind == "key":
        rules.client_agrees(agreed)
    found = with_homes_locked(doing, kind, numbers)
    for held in found:
        rules.answers_for(held, owner_of_tag(doing, held), giver)
    Offer.objects.bulk_create(
        [
            Offer(
                id=new_id(),
                municipality_id=doing.actor.municipality,
                thing_id=held.thing_id,
                giver_id=giver,
                receiver=receiver,
                offered=doing.now,
                offered_by_id=doing.actor.account,
            )
            for held in found
        ]
    )
    in_stock = [held for held in found if held.thing.kind != ThingKind.KEY and held.kind != HolderKind.CLIENT]
    for held in found:
        if held not in in_stock:
            _journal_offer(doing, held, receiver.id)
    if in_stock:
        things = sorted(held.thing_id for held in in_stock)
        doing.journal("things.offered", kind=kind, things=things, organisation=receiver.id)
    return {"kind": kind, "numbers": numbers}


@act("P5", "P7", who=WHO, writes=["key.handed_over", "tag.handed_over", "things.moved"])
def accept_things(doing: Doing, *, kind: Kind, numbers: Many[Number]) -> dict[str, Any]:
    """Receive things that are offered to your organisation: from now on it answers for them."""
    found = with_homes_locked(doing, kind, numbers)
    offers = _offers(doing, found, receiver=doing.actor.organisation)
    for held in found:
        offer = rules.is_offered(offers.get(held.thing_id), held.thing.number)
        rules.answers_for(held, owner_of_tag(doing, held), offer.giver_id)
    in_stock: list[Holding] = []
    for held in found:
        if held.kind == HolderKind.CLIENT:
            _pass_tag_on(doing, held, offers[held.thing_id])
            continue
        if held.thing.kind == ThingKind.KEY:
            _journal_key(doing, held)
        in_stock.append(held)
    by = {offers[held.thing_id].offered_by_id for held in in_stock}
    for account in by:
        some = [held for held in in_stock if offers[held.thing_id].offered_by_id == account]
        custody.hand_over_all(
            some,
            HolderKind.ORGANISATION,
            doing.actor.organisation,
            doing.now,
            account,
            doing.actor.account,
        )
    if in_stock and kind != "key":
        things = sorted(held.thing_id for held in in_stock)
        doing.journal("things.moved", kind=kind, things=things, organisation=doing.actor.organisation)
    _close(doing, offers, "accepted")
    return {"kind": kind, "numbers": numbers}


@act("P5", "P7", who=WHO, writes=["offer.withdrawn"])
def withdraw_offer(doing: Doing, *, kind: Kind, numbers: Many[Number]) -> dict[str, Any]:
    """Take an offer back, as long as nobody has accepted it."""
    found = with_homes_locked(doing, kind, numbers)
    offers = _offers(doing, found, giver=doing.actor.organisation)
    for held in found:
        rules.is_offered(offers.get(held.thing_id), held.thing.number)
    _close(doing, offers, "withdrawn")
    doing.journal("offer.withdrawn", kind=kind, things=sorted(held.thing_id for held in found))
    return {"kind": kind, "numbers": numbers}


# what is offered, and by whom


def with_homes_locked(doing: Doing, kind: str, numbers: Sequence[str]) -> list[Holding]:
    """The open holdings, with the homes locked that keys open or tags are in. Three queries however many."""
    found = lookup.held_things(doing, kind, numbers)
    if kind == "key":
        ways = HomeDoor.objects.filter(door__in={held.thing.door_id for held in found})
        doing.lock_homes(ways.values("home_id"))
    with_clients = {held.holder for held in found if held.kind == HolderKind.CLIENT}
    if with_clients:
        doing.lock_homes(lookup.homes_of_clients(with_clients))
    return found


def owner_of_tag(doing: Doing, held: Holding) -> UUID | None:
    """The provider whose tag it is, where it is with a client."""
    if held.kind != HolderKind.CLIENT:
        return None
    return next((client.tags.get(held.thing_id) for _, client in living(doing, held.holder)), None)


def living(doing: Doing, client: UUID | None) -> list[tuple[HomeFacts, ClientFacts]]:
    """The client's facts in the home where the client lives now, with that home's: one pair, where it is locked."""
    return [
        (home, one)
        for home in doing.facts.values()
        for one in home.clients.values()
        if one.client == client and one.moved_to is None
    ]


def _offers(doing: Doing, found: list[Holding], **whose: UUID | None) -> dict[UUID, Offer]:
    rows = Offer.objects.filter(
        municipality=doing.actor.municipality,
        thing__in=[held.thing_id for held in found],
        outcome="",
        **whose,
    )
    return {row.thing_id: row for row in rows}


def _close(doing: Doing, offers: dict[UUID, Offer], outcome: str) -> None:
    Offer.objects.filter(id__in=[row.id for row in offers.values()]).update(
        outcome=outcome, closed=doing.now, closed_by=doing.actor.account
    )


def _journal_offer(doing: Doing, held: Holding, receiver: UUID) -> None:
    if held.thing.kind == ThingKind.KEY:
        door = held.thing.door_id
        assert door is not None
        homes = lookup.homes_of_door(doing, door)
        left_by = doing.facts[homes[0]].doors[door].keys.get(held.thing_id)
        doing.journal(
            "key.offered",
            homes=homes,
            client=left_by.client if left_by else None,
            key=held.thing_id,
            door=door,
            giver=doing.actor.organisation,
            organisation=receiver,
        )
        return
    ((home, client),) = living(doing, held.holder)
    doing.journal(
        "tag.offered",
        homes=[home.home],
        client=client.client,
        tag=held.thing_id,
        giver=doing.actor.organisation,
        organisation=receiver,
    )


def _pass_tag_on(doing: Doing, held: Holding, offer: Offer) -> None:
    """The tag stays with the client; another provider answers for it."""
    ((home, client),) = living(doing, held.holder)
    place = {"kind": HolderKind.CLIENT.value, "id": client.client}
    custody.hand_over(
        held, HolderKind.CLIENT, client.client, doing.now, offer.offered_by_id, doing.actor.account
    )
    doing.journal(
        "tag.handed_over",
        homes=[home.home],
        client=client.client,
        tag=held.thing_id,
        from_=place,
        to=place,
        organisation=doing.actor.organisation,
    )


def _journal_key(doing: Doing, held: Holding) -> None:
    door = held.thing.door_id
    assert door is not None
    homes = lookup.homes_of_door(doing, door)
    left_by = doing.facts[homes[0]].doors[door].keys[held.thing_id]
    doing.journal(
        "key.handed_over",
        homes=homes,
        client=left_by.client,
        key=held.thing_id,
        door=door,
        from_={"kind": held.kind, "id": held.holder},
        to={"kind": HolderKind.ORGANISATION.value, "id": doing.actor.organisation},
        organisation=doing.actor.organisation,
    )
