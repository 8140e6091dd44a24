# SPDX-License-Identifier: EUPL-1.2
"""Locks, keys and tags from before the first night are taken over as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec

from troskel.custody import operations as custody
from troskel.custody.models import HolderKind, Holding, Link, Thing, ThingKind
from troskel.ground.clock import STOCKHOLM
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.spelling import thing_number
from troskel.ground.texts import _
from troskel.people.models import Client, Door, HomeDoor, Organisation
from troskel.people.roles import Role
from troskel.routine import client_state
from troskel.routine.facts import HomeFacts
from troskel.runner import lookup
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

WHO = (Role.ADMINISTRATOR,)


class OldLock(msgspec.Struct, frozen=True):
    """A lock that is mounted at a door, and linked to the client."""

    client: str
    door: str
    serial: str
    since: date | None = None


class OldKeys(msgspec.Struct, frozen=True):
    """A number of keys to a door, held by an organisation; by the client where `holder` is empty."""

    client: str
    door: str
    holder: str
    count: int


class OldTag(msgspec.Struct, frozen=True):
    """A tag that is with the client."""

    client: str
    tag: str
    since: date | None = None


@act("S2", who=WHO, writes=["lock.taken_over", "door.registered"], parts="locks")
def take_over_locks(ctx: ActContext, *, locks: list[OldLock]) -> dict[str, Any]:
    """Take over mounted locks; each client is linked to the lock at the door. One that is linked already stays so."""
    rows = lookup.find_existing_clients(ctx, [item.client for item in locks])
    doors = _DoorIndex(ctx)
    serials = [item.serial for item in locks]
    registered = _registered(ctx, ThingKind.LOCK, serials)
    open_links = Link.objects.filter(municipality=ctx.actor.municipality, until=None).select_related("lock")
    linked = {
        (link.lock.number, link.client_id)
        for link in lookup.fetch_in_batches(open_links, "lock__number", serials)
    }
    new_locks: dict[UUID, Thing] = {}
    doors_by_serial: dict[str, UUID] = {}
    links: list[Link] = []
    for index, item in enumerate(locks):
        try:
            row, home = _client(ctx, rows, item.client)
            if not row.is_own:
                raise Refusal(
                    "O1",
                    "client.gets_no_lock",
                    _("Kunden kommer från en annan kommun och får inget låsvred."),
                )
            if (item.serial, row.id) in linked:
                continue
            hanging = doors.lock_at(home, item.door)
            if item.serial in registered and registered[item.serial].id != hanging:
                raise Refusal(
                    "rule 2",
                    "lock.already_registered",
                    _("Låsvred {serial} är redan inlagt."),
                    serial=item.serial,
                )
            if hanging is not None and item.serial not in registered:
                raise Refusal(
                    "rule 2",
                    "door.has_another_lock",
                    _("Vid dörren sitter redan ett annat låsvred. Är det fel, rätta vilket som sitter där."),
                )
            door = doors.find_or_make(home, item.door)
            if doors_by_serial.setdefault(item.serial, door) != door:
                raise Refusal(
                    "rule 2",
                    "lock.told_at_two_doors",
                    _("Låsvred {serial} står vid två dörrar. Det sitter vid en."),
                    serial=item.serial,
                )
            thing = registered.get(item.serial) or new_locks.setdefault(
                door, _thing(ctx, ThingKind.LOCK, item.serial)
            )
            if thing.number != item.serial:
                raise Refusal(
                    "rule 2",
                    "door.told_two_locks",
                    _("Låsvred {serial} står vid samma dörr. En dörr har ett."),
                    serial=thing.number,
                )
        except (NotFound, Refusal) as refusal:
            ctx.refuse_item(index, refusal)
            continue
        link = Link(
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            lock=thing,
            client=row,
            door_id=door,
            since=_instant(item.since, ctx.now),
        )
        links.append(link)
        ctx.journal(
            "lock.taken_over",
            homes=doors.homes_behind(door),
            client=row.id,
            door=door,
            lock=thing.id,
            serial=item.serial,
            link=link.id,
            since=item.since,
        )
    doors.store()
    custody.register_all([(thing, HolderKind.DOOR, door) for door, thing in new_locks.items()], ctx.now)
    Link.objects.bulk_create(links)
    return {"locks": len(links)}


@act("P5", who=WHO, writes=["key.taken_over", "door.registered"], parts="keys")
def take_over_keys(ctx: ActContext, *, keys: list[OldKeys]) -> dict[str, Any]:
    """Take over keys. Each gets a label of case, holder and number; those that have theirs already stay so."""
    rows = lookup.find_existing_clients(ctx, [item.client for item in keys])
    holders = _organisations(ctx, [item.holder for item in keys])
    doors = _DoorIndex(ctx)
    labels = [_label(rows[item.client], item) for item in keys if item.client in rows]
    registered = _registered(ctx, ThingKind.KEY, [f"{label}-1" for label in labels])
    told: set[str] = set()
    holdings: list[tuple[Thing, str, UUID]] = []
    for index, item in enumerate(keys):
        try:
            row, home = _client(ctx, rows, item.client)
            if item.holder and item.holder not in holders:
                raise NotFound("organisation", "holder")
            label = _label(row, item)
            if label in told:
                raise Refusal("rule 5", "key.already_registered", _("Nycklarna är redan inlagda."))
            told.add(label)
            if f"{label}-1" in registered:
                continue
            door = doors.find_or_make(home, item.door)
        except (NotFound, Refusal) as refusal:
            ctx.refuse_item(index, refusal)
            continue
        kind = HolderKind.ORGANISATION if item.holder else HolderKind.CLIENT
        holder = holders[item.holder] if item.holder else row.id
        for number in range(1, item.count + 1):
            thing = _thing(ctx, ThingKind.KEY, f"{label}-{number}", door)
            holdings.append((thing, kind, holder))
            ctx.journal(
                "key.taken_over",
                homes=doors.homes_behind(door),
                client=row.id,
                key=thing.id,
                door=door,
                holder={"kind": kind, "id": holder},
            )
    doors.store()
    custody.register_all(holdings, ctx.now)
    return {"keys": len(holdings)}


@act("P2", who=WHO, writes=["tag.taken_over"], parts="tags")
def take_over_tags(ctx: ActContext, *, tags: list[OldTag]) -> dict[str, Any]:
    """Take over tags that are with clients; each is the client's provider's, or the last one's. One there stays so."""
    rows = lookup.find_existing_clients(ctx, [item.client for item in tags])
    numbers = [item.tag for item in tags]
    registered = _registered(ctx, ThingKind.TAG, numbers)
    held = Holding.objects.filter(
        municipality=ctx.actor.municipality, thing__kind=ThingKind.TAG, kind=HolderKind.CLIENT, until=None
    ).select_related("thing")
    there = {
        (row.thing.number, row.holder) for row in lookup.fetch_in_batches(held, "thing__number", numbers)
    }
    holdings: list[tuple[Thing, str, UUID]] = []
    for index, item in enumerate(tags):
        try:
            row, home = _client(ctx, rows, item.client)
            if (item.tag, row.id) in there:
                continue
            client = home.clients[row.id]
            providers = client_state.providers_of(client, ctx.today) or client_state.providers_to_the_end(
                client
            )
            if not providers:
                raise Refusal(
                    "P2",
                    "tag.no_provider",
                    _("Kunden har ingen utförare som kvittensprodukten kan höra till."),
                )
            if not row.is_own:
                raise Refusal(
                    "O1",
                    "client.gets_no_tag",
                    _("Kunden kommer från en annan kommun och får ingen kvittensprodukt."),
                )
            if item.tag in registered:
                raise Refusal(
                    "rule 5",
                    "tag.already_registered",
                    _("Kvittensprodukt {tag} är redan inlagd."),
                    tag=item.tag,
                )
        except (NotFound, Refusal) as refusal:
            ctx.refuse_item(index, refusal)
            continue
        registered[item.tag] = thing = _thing(ctx, ThingKind.TAG, item.tag)
        holdings.append((thing, HolderKind.CLIENT, row.id))
        ctx.journal(
            "tag.taken_over",
            homes=[home.home],
            client=row.id,
            tag=thing.id,
            organisation=providers[0],
            since=item.since,
        )
    custody.register_all(holdings, ctx.now)
    return {"tags": len(holdings)}


class _DoorIndex:
    """The doors of the locked homes, by home and name. Missing doors are made, and stored by `store`."""

    def __init__(self, ctx: ActContext) -> None:
        self.ctx = ctx
        self.new: list[tuple[Door, UUID]] = []
        self.doors_by_name: dict[tuple[UUID, str], UUID] = {}
        self.homes_by_door: dict[UUID, list[UUID]] = {}
        for way in HomeDoor.objects.select_related("door").filter(home__in=list(ctx.facts)):
            self.doors_by_name[way.home_id, way.door.label or way.door.kind] = way.door_id
            self.homes_by_door.setdefault(way.door_id, []).append(way.home_id)

    def find_or_make(self, home: HomeFacts, text: str) -> UUID:
        """Returns the id of the home's door of this name; without a name, the apartment's."""
        kind, label = _kind_of(text)
        name = label or kind
        if (home.home, name) not in self.doors_by_name:
            door = Door(id=new_id(), municipality_id=self.ctx.actor.municipality, kind=kind, label=label)
            self.new.append((door, home.home))
            self.doors_by_name[home.home, name] = door.id
            self.homes_by_door[door.id] = [home.home]
            self.ctx.journal("door.registered", homes=[home.home], door=door.id, kind=kind)
        return self.doors_by_name[home.home, name]

    def lock_at(self, home: HomeFacts, text: str) -> UUID | None:
        """Returns the id of the lock at the home's door of this name, where one hangs."""
        kind, label = _kind_of(text)
        door = home.doors.get(self.doors_by_name.get((home.home, label or kind), home.home))
        return door.lock if door is not None else None

    def homes_behind(self, door: UUID) -> list[UUID]:
        """Returns the ids of the homes that the door serves."""
        return self.homes_by_door[door]

    def store(self) -> None:
        """Stores the new doors."""
        Door.objects.bulk_create([door for door, _ in self.new])
        HomeDoor.objects.bulk_create(
            [
                HomeDoor(municipality_id=door.municipality_id, home_id=home, door=door)
                for door, home in self.new
            ]
        )


def _kind_of(text: str) -> tuple[str, str]:
    """Returns the kind and label of a door from the case system's name; an apartment's own door has no label."""
    name = " ".join(text.casefold().split())
    if name in ("", "lägenhet", "lägenhetsdörr", "dörr", "apartment"):
        return "apartment", ""
    kind = "gate" if "grind" in name else "entrance" if "port" in name or "entr" in name else "apartment"
    return kind, text.strip()[:50]


def _registered(ctx: ActContext, kind: str, numbers: Sequence[str]) -> dict[str, Thing]:
    rows = Thing.objects.filter(municipality=ctx.actor.municipality, kind=kind)
    return {row.number: row for row in lookup.fetch_in_batches(rows, "number", numbers)}


def _thing(ctx: ActContext, kind: str, number: str, door: UUID | None = None) -> Thing:
    return Thing(id=new_id(), municipality_id=ctx.actor.municipality, kind=kind, number=number, door_id=door)


def _label(row: Client, item: OldKeys) -> str:
    """A key's label never says where it fits, and the door's name may: a digest of it tells the doors apart."""
    kind, name = _kind_of(item.door)
    door = f"{kind[0]}{crc32(name.casefold().encode()) % 1000:03}" if name else "d"
    return thing_number(f"{row.case_number}-{door}-{(item.holder or 'kund')[-4:]}")


def _client(ctx: ActContext, rows: dict[str, Client], reference: str) -> tuple[Client, HomeFacts]:
    if reference not in rows:
        raise NotFound("client", "client")
    return rows[reference], ctx.facts[rows[reference].home_id]


def _organisations(ctx: ActContext, numbers: Sequence[str]) -> dict[str, UUID]:
    rows = Organisation.objects.filter(municipality=ctx.actor.municipality, orgnr__in=set(numbers))
    return dict(rows.values_list("orgnr", "id"))


def _instant(day: date | None, default: datetime) -> datetime:
    return datetime.combine(day, time(12), STOCKHOLM) if day else default
