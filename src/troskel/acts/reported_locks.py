# SPDX-License-Identifier: EUPL-1.2
"""The lock that a locksmith says hangs at a door, or hung there, whatever the books say (rules 2 and 10)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Thing, ThingKind
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.people.models import HomeDoor
from troskel.routine.facts import DoorFacts
from troskel.runner import lookup
from troskel.runner.reported import Reported
from troskel.runner.transaction import ActContext


def find_mounted(
    ctx: ActContext, report: Reported, serial: str, door: UUID, *, firm: UUID, may_be_swapped: bool = False
) -> Holding:
    """Returns the holding of a lock that has been mounted at the door. Asks about one that was not the firm's to mount.

    One that nobody has registered is registered. Where it hung at another door by the books, nobody knows what hangs
    there now: S2 asks that somebody looks; unless the two were swapped.
    """
    holding = lookup.find_holding_or_none(ctx, ThingKind.LOCK, serial, with_link=True)
    if holding is None:
        return _register(ctx, report, serial, firm)
    is_linked = bool(getattr(holding, "is_linked", False))
    report.ask(lambda: rules.lock_is_in_stock_of(holding.kind, holding.holder, firm, serial))
    if may_be_swapped:
        return holding
    report.ask(lambda: rules.not_linked_elsewhere(is_linked, serial))
    if holding.kind == HolderKind.DOOR and holding.holder is not None and holding.holder != door:
        leave_door(ctx, holding.holder, holding.thing_id)
    return holding


def find_taken_down(
    ctx: ActContext, report: Reported, serial: str, door: DoorFacts, *, firm: UUID
) -> Holding:
    """Returns the holding of a lock that has been taken down from the door. Asks where the books have another there.

    The other is then lost until it is found: nobody knows where it hangs, or ever hung.
    """
    holding = lookup.find_holding_or_none(ctx, ThingKind.LOCK, serial)
    if holding is None:
        holding = _register(ctx, report, serial, firm)
    taken = holding
    if report.ask(lambda: rules.lock_is_at_door(taken.kind, taken.holder, door.door, serial)):
        return holding
    if holding.kind == HolderKind.DOOR and holding.holder is not None:
        leave_door(ctx, holding.holder, holding.thing_id)
    if door.lock is not None:
        booked = Holding.objects.select_related("thing").get(thing=door.lock, until=None)
        custody.hand_over(booked, HolderKind.LOST, None, ctx.now, ctx.actor.account, None)
        ctx.journal("lock.lost", lock=booked.thing_id)
    return holding


def leave_door(ctx: ActContext, door: UUID, lock: UUID) -> None:
    """Journals that the lock does not hang at that door after all. The homes behind it are locked for that."""
    homes = lock_homes_behind(ctx, door)
    client = next(iter(ctx.facts[homes[0]].clients), None)
    ctx.journal("lock.corrected", homes=homes, client=client, door=door, lock=None, was=lock)
    for home in homes:
        ctx.journal("home.unknown", homes=[home], home=home)


def lock_homes_behind(ctx: ActContext, door: UUID) -> tuple[UUID, ...]:
    """Locks the homes that the door serves, and returns them."""
    rows = HomeDoor.objects.filter(municipality=ctx.actor.municipality, door=door)
    ctx.lock_homes(rows.values("home_id"))
    return lookup.homes_of_door(ctx, door)


def check_key_of(ctx: ActContext, subject: lookup.ClientSubject, holding: Holding) -> None:
    """The key opens a door of the client: where they live or lived, or where they were to live (rule 5)."""
    doors = {door for home in (subject.home, *subject.former_homes) for door in home.doors}
    if holding.thing.door_id not in doors:
        doors.update(door for home in lookup.homes_ever_planned(ctx, subject) for door in home.doors)
    rules.key_is_to_a_door_of(holding.thing.door_id, doors, holding.thing.number)


def owner_of_key(ctx: ActContext, holding: Holding, homes: Sequence[UUID]) -> UUID | None:
    """Returns the client who left the key, or who lives behind its door, or has; None where nobody ever did."""
    door = holding.thing.door_id
    for home in homes:
        known = ctx.facts[home].doors[door].keys.get(holding.thing_id) if door else None
        if known is not None:
            return known.client
    residents = [client for home in homes for client in ctx.facts[home].clients.values()]
    living = [client.client for client in residents if client.moved_to is None]
    lived = [client.client for client in residents]
    return next(iter(living or [one for one in lived if one == holding.holder] or lived), None)


def _register(ctx: ActContext, report: Reported, serial: str, firm: UUID) -> Holding:
    def is_known() -> None:
        raise NotFound("lock", "serial")

    rules.serial_can_be_read(serial)
    report.ask(is_known)
    thing = Thing(id=new_id(), municipality_id=ctx.actor.municipality, kind=ThingKind.LOCK, number=serial)
    return custody.register_at_handover(thing, HolderKind.ORGANISATION, firm, ctx.occurred)
