# SPDX-License-Identifier: EUPL-1.2
"""Tags and keys go from hand to hand: P2, P3, P5, P7. Each handover is signed by giver and taker, in person."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from troskel.acts.core import lookup
from troskel.acts.core.fields import Many, Number
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Thing, ThingKind
from troskel.ground.ids import new_id
from troskel.ground.refusals import Refusal
from troskel.people.roles import Role

PROVIDER = (Role.COORDINATOR, Role.CARER)
Signed = Literal["client", "representative", "nobody"]


@act("P2", who=PROVIDER, writes=["tag.handed_over"])
def place_tag(doing: Doing, *, client: str, tag: str) -> dict[str, Any]:
    """Leave a receipt tag with the client, for the visits until the lock is there (P2)."""
    found = lookup.client(doing, client)
    rules.own_client(found.facts)
    held = lookup.held_thing(doing, ThingKind.TAG, tag)
    _from_own_hands(doing, held, tag)
    _hand_over_tag(doing, found, held, HolderKind.CLIENT, found.row.id, doing.actor.organisation)
    return {"case": found.row.case_number, "tag": tag}


@act("P3", "P7", who=PROVIDER, writes=["tag.handed_over"])
def take_tag(doing: Doing, *, client: str, tag: str) -> dict[str, Any]:
    """Take the tag away: the lock is mounted (P3), or the client has ended (P7)."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.TAG, tag)
    rules.giver_holds((held.kind, held.holder), (HolderKind.CLIENT, found.row.id), "tag", tag)
    organisation = found.facts.tags.get(held.thing_id, doing.actor.organisation)
    _hand_over_tag(doing, found, held, HolderKind.ORGANISATION, doing.actor.organisation, organisation)
    return {"case": found.row.case_number, "tag": tag}


@act("P7", who=PROVIDER, writes=["tag.return_told"])
def tell_tag_fetched(doing: Doing, *, client: str, tag: str) -> dict[str, Any]:
    """Tell the system administrator that the tag has been fetched (P7)."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.TAG, tag)
    if held.kind == HolderKind.CLIENT and held.holder == found.row.id:
        raise Refusal("P7", "tag {tag} is still with the client: fetch it first", tag=tag)
    doing.journal(
        "tag.return_told",
        homes=[found.home.home],
        client=found.row.id,
        tag=held.thing_id,
        organisation=doing.actor.organisation,
    )
    return {"case": found.row.case_number, "tag": tag}


@act("P5", who=PROVIDER, writes=["key.handed_over"])
def receive_key(
    doing: Doing, *, client: str, key: Number, signed: Signed, door: UUID | None = None
) -> dict[str, Any]:
    """Collect a key from the client (P5). A key that has not been seen before is registered by its label.

    `signed`: who signs for the client, there and then; the account signs for the provider.
    """
    found = lookup.client(doing, client)
    rules.own_client(found.facts)
    at = lookup.door_of(found.home, door)
    held = _key_from_client(doing, found, key, at.door)
    rules.giver_holds((held.kind, held.holder), (HolderKind.CLIENT, found.row.id), "key", key)
    _hand_over_key(doing, found, held, HolderKind.ORGANISATION, doing.actor.organisation, signed)
    return {"case": found.row.case_number, "key": key}


@act("P5", who=PROVIDER, writes=["key.handed_over"])
def return_key(doing: Doing, *, client: str, key: str, signed: Signed) -> dict[str, Any]:
    """Give a key back to the client, at an ending or a change of provider. `signed`: who signs for the client."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.KEY, key)
    _from_own_hands(doing, held, key)
    doors = {door for home in (found.home, *found.left) for door in home.doors}
    rules.key_is_to_a_door_of(held.thing.door_id, doors, key)
    _hand_over_key(doing, found, held, HolderKind.CLIENT, found.row.id, signed)
    return {"case": found.row.case_number, "key": key}


@act("S2", who=(Role.ADMINISTRATOR,), writes=["things.registered"])
def register_things(
    doing: Doing, *, kind: Literal["lock", "tag"], numbers: Many[Number], organisation: str
) -> dict[str, Any]:
    """Take new locks or tags into stock, at the organisation that holds them from now on."""
    holder = lookup.organisation(doing, organisation)
    things = [
        Thing(id=new_id(), municipality_id=doing.actor.municipality, kind=kind, number=number)
        for number in numbers
    ]
    custody.register(things, HolderKind.ORGANISATION, holder.id, doing.occurred)
    doing.journal(
        "things.registered",
        kind=kind,
        things=[{"thing": thing.id} for thing in things],
        organisation=holder.id,
    )
    return {"kind": kind, "numbers": numbers}


def _key_from_client(doing: Doing, found: lookup.FoundClient, label: str, door: UUID) -> Holding:
    held = lookup.held_if_known(doing, ThingKind.KEY, label)
    if held is not None:
        if held.thing.door_id != door:
            raise Refusal("rule 5", "key {key} opens another door: check the label", key=label)
        return held
    thing = Thing(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        kind=ThingKind.KEY,
        number=label,
        door_id=door,
    )
    thing.save(force_insert=True)
    return Holding(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        thing=thing,
        thing_kind=thing.kind,
        sequence=1,
        kind=HolderKind.CLIENT,
        holder=found.row.id,
        since=doing.occurred,
    )  # stored with the handover that follows


def _from_own_hands(doing: Doing, held: Holding, number: str) -> None:
    rules.giver_holds(
        (held.kind, held.holder),
        (HolderKind.ORGANISATION, doing.actor.organisation),
        held.thing.kind,
        number,
    )


def _hand_over_tag(
    doing: Doing,
    found: lookup.FoundClient,
    held: Holding,
    kind: str,
    holder: UUID | None,
    organisation: UUID | None,
) -> None:
    giver = {"kind": held.kind, "id": held.holder}
    custody.hand_over(held, kind, holder, doing.occurred, doing.actor.account, doing.actor.account)
    doing.journal(
        "tag.handed_over",
        homes=[found.home.home],
        client=found.row.id,
        tag=held.thing_id,
        from_=giver,
        to={"kind": kind, "id": holder},
        organisation=organisation,
    )


def _hand_over_key(
    doing: Doing,
    found: lookup.FoundClient,
    held: Holding,
    kind: str,
    holder: UUID | None,
    signed: str,
) -> None:
    giver = {"kind": held.kind, "id": held.holder}
    by = doing.actor.account
    custody.hand_over(held, kind, holder, doing.occurred, by, by, signed)
    assert held.thing.door_id is not None
    doing.journal(
        "key.handed_over",
        homes=lookup.homes_of_door(doing, held.thing.door_id) or [found.home.home],
        client=found.row.id,
        key=held.thing_id,
        door=held.thing.door_id,
        from_=giver,
        to={"kind": kind, "id": holder},
        organisation=doing.actor.organisation,
        signed=signed,
    )
