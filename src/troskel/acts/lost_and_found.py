# SPDX-License-Identifier: EUPL-1.2
"""Things are lost and found (case 13), and stocks are counted."""

from __future__ import annotations

from typing import Any, Literal

from troskel.acts.core import lookup
from troskel.acts.core.fields import Number, Text
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.acts.transferring import Kind, living, owner_of_tag, with_homes_locked
from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding
from troskel.ground.refusals import Refusal
from troskel.people.roles import Role

WHO = (Role.COORDINATOR, Role.CARER, Role.ADMINISTRATOR, Role.LOCKSMITH)


@act("P5", "P7", who=WHO, writes=["tag.lost", "key.lost", "lock.lost"])
def report_lost(doing: Doing, *, kind: Kind, number: Number, text: Text = "") -> dict[str, Any]:
    """A thing is lost (case 13): who had it last, and since when, is known at once; the administrator is told."""
    (held,) = with_homes_locked(doing, kind, [number])
    rules.can_be_lost(held)
    if doing.actor.role is not Role.ADMINISTRATOR:
        rules.answers_for(held, owner_of_tag(doing, held), doing.actor.organisation)
    last = {"kind": held.kind, "id": held.holder}
    doing.journal(f"{kind}.lost", **_where(doing, held), last=last, detail={"text": text} if text else None)
    custody.hand_over(held, HolderKind.LOST, None, doing.now, doing.actor.account, None)
    return {"kind": kind, "number": number, "since": held.since, "held_by": held.kind}


@act("P5", "P7", who=WHO, writes=["thing.found", "key.handed_over"])
def report_found(doing: Doing, *, kind: Kind, number: Number, client: str = "") -> dict[str, Any]:
    """A lost thing is found, and is with your organisation. For a key: whose door it opens (`client`)."""
    of = lookup.client(doing, client) if kind == "key" else None
    held = lookup.held_thing(doing, kind, number)
    rules.is_lost(held)
    custody.hand_over(
        held, HolderKind.ORGANISATION, doing.actor.organisation, doing.now, None, doing.actor.account
    )
    doing.journal("thing.found", thing=held.thing_id, kind=kind, organisation=doing.actor.organisation)
    if of is not None:
        _key_is_back(doing, held, of)
    return {"kind": kind, "number": number}


@act("P7", "S2", who=(Role.COORDINATOR, Role.ADMINISTRATOR, Role.LOCKSMITH), writes=["stock.counted"])
def count_stock(
    doing: Doing, *, kind: Literal["lock", "tag", "key"], numbers: list[Number]
) -> dict[str, Any]:
    """Count your organisation's stock: what the books say and nobody saw, and what was seen and is not in the books.

    Nothing is lost by being counted: whoever has looked for it reports it lost.
    """
    if doing.actor.organisation is None:
        raise Refusal("P7", "a stock is counted by somebody of the organisation that has it")
    in_books = {
        held.thing.number: held
        for held in Holding.objects.select_related("thing").filter(
            municipality=doing.actor.municipality,
            thing__kind=kind,
            kind=HolderKind.ORGANISATION,
            holder=doing.actor.organisation,
            until=None,
        )
    }
    seen = set(numbers)
    missing = sorted(in_books.keys() - seen)
    unexpected = sorted(seen - in_books.keys())
    doing.journal(
        "stock.counted",
        kind=kind,
        organisation=doing.actor.organisation,
        counted=len(seen),
        missing=[in_books[number].thing_id for number in missing],
        unexpected=len(unexpected),
    )
    return {"kind": kind, "counted": len(seen), "missing": missing, "unexpected": unexpected}


def _where(doing: Doing, held: Holding) -> dict[str, Any]:
    """The homes and the client that the lost thing concerns."""
    if held.kind == HolderKind.CLIENT:
        ((home, client),) = living(doing, held.holder)
        return {
            "homes": [home.home],
            "client": client.client,
            "tag": held.thing_id,
            "organisation": client.tags.get(held.thing_id),
        }
    if held.thing.door_id is not None:
        homes = lookup.homes_of_door(doing, held.thing.door_id)
        left_by = doing.facts[homes[0]].doors[held.thing.door_id].keys.get(held.thing_id)
        return {
            "homes": homes,
            "client": left_by.client if left_by else None,
            "key": held.thing_id,
            "door": held.thing.door_id,
            "organisation": held.holder,
        }
    return {held.thing.kind: held.thing_id, "organisation": held.holder}


def _key_is_back(doing: Doing, held: Holding, of: lookup.FoundClient) -> None:
    door = held.thing.door_id
    rules.key_is_to_a_door_of(
        door, {door for home in (of.home, *of.left) for door in home.doors}, held.thing.number
    )
    assert door is not None
    doing.journal(
        "key.handed_over",
        homes=lookup.homes_of_door(doing, door),
        client=of.row.id,
        key=held.thing_id,
        door=door,
        from_={"kind": HolderKind.LOST.value, "id": None},
        to={"kind": HolderKind.ORGANISATION.value, "id": doing.actor.organisation},
        organisation=doing.actor.organisation,
    )
