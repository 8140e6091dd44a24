# SPDX-License-Identifier: EUPL-1.2
"""What hangs at the doors since before the first night: locks, keys and tags are taken over as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec

from troskel.acts.core import lookup
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.custody import operations as custody
from troskel.custody.models import HolderKind, Link, Thing, ThingKind
from troskel.ground.clock import STOCKHOLM
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.models import Client, Door, HomeDoor, Organisation
from troskel.routine import standing
from troskel.routine.facts import HomeFacts


class OldLock(msgspec.Struct, frozen=True):
    """A lock that has long been mounted, and linked to the client."""

    client: str
    door: str
    serial: str
    since: date | None = None


class OldKeys(msgspec.Struct, frozen=True):
    """So many keys to a door, held by an organisation; without one, by the client."""

    client: str
    door: str
    holder: str
    count: int


class OldTag(msgspec.Struct, frozen=True):
    """A tag that is with the client."""

    client: str
    tag: str
    since: date | None = None


@act("S2", writes=["lock.taken_over", "door.registered"])
def take_over_locks(doing: Doing, *, locks: list[OldLock]) -> dict[str, Any]:
    """Locks mounted before the take-over; each client is linked to the lock at the door."""
    rows = lookup.clients_there(doing, [item.client for item in locks])
    doors = _Doors(doing)
    known = _numbers(doing, ThingKind.LOCK, [item.serial for item in locks])
    hung: dict[UUID, Thing] = {}
    places: dict[str, UUID] = {}
    links: list[Link] = []
    for index, item in enumerate(locks):
        try:
            row, home = _client(doing, rows, item.client)
            if not row.is_own:
                raise Refusal("O1", "the client is assigned by another municipality and gets no lock")
            if item.serial in known:
                raise Refusal("rule 2", "lock {serial} has been registered already", serial=item.serial)
            door = doors.named(home, item.door)
            if places.setdefault(item.serial, door) != door:
                raise Refusal(
                    "rule 2", "lock {serial} is told of at two doors: it is at one", serial=item.serial
                )
            thing = hung.setdefault(door, _thing(doing, ThingKind.LOCK, item.serial))
            if thing.number != item.serial:
                raise Refusal(
                    "rule 2", "lock {serial} is told of at the same door: a door has one", serial=thing.number
                )
        except (NotFound, Refusal) as refusal:
            doing.refuse_item(index, refusal)
            continue
        link = Link(
            id=new_id(),
            municipality_id=doing.actor.municipality,
            lock=thing,
            client=row,
            door_id=door,
            since=_instant(item.since, doing.now),
        )
        links.append(link)
        doing.journal(
            "lock.taken_over",
            homes=doors.homes_behind(door),
            client=row.id,
            door=door,
            lock=thing.id,
            serial=item.serial,
            link=link.id,
            since=item.since,
        )
    doors.make()
    custody.register_all([(thing, HolderKind.DOOR, door) for door, thing in hung.items()], doing.now)
    custody.link(links)
    return {"locks": len(links)}


@act("P5", writes=["key.taken_over", "door.registered"])
def take_over_keys(doing: Doing, *, keys: list[OldKeys]) -> dict[str, Any]:
    """Keys handed over before the take-over. Each gets a label of case, holder and number."""
    rows = lookup.clients_there(doing, [item.client for item in keys])
    holders = _organisations(doing, [item.holder for item in keys])
    doors = _Doors(doing)
    labels = [_label(rows[item.client], item) for item in keys if item.client in rows]
    known = _numbers(doing, ThingKind.KEY, [f"{label}-1" for label in labels])
    held: list[tuple[Thing, str, UUID]] = []
    for index, item in enumerate(keys):
        try:
            row, home = _client(doing, rows, item.client)
            if item.holder and item.holder not in holders:
                raise NotFound("organisation", "holder")
            label = _label(row, item)
            if f"{label}-1" in known:
                raise Refusal("rule 5", "these keys have been registered already")
            known.add(f"{label}-1")
            door = doors.named(home, item.door)
        except (NotFound, Refusal) as refusal:
            doing.refuse_item(index, refusal)
            continue
        kind = HolderKind.ORGANISATION if item.holder else HolderKind.CLIENT
        holder = holders[item.holder] if item.holder else row.id
        for number in range(1, item.count + 1):
            thing = _thing(doing, ThingKind.KEY, f"{label}-{number}", door)
            held.append((thing, kind, holder))
            doing.journal(
                "key.taken_over",
                homes=doors.homes_behind(door),
                client=row.id,
                key=thing.id,
                door=door,
                holder={"kind": kind, "id": holder},
            )
    doors.make()
    custody.register_all(held, doing.now)
    return {"keys": len(held)}


@act("P2", writes=["tag.taken_over"])
def take_over_tags(doing: Doing, *, tags: list[OldTag]) -> dict[str, Any]:
    """Tags that are with clients since before the take-over; each is the provider's that has the client today."""
    rows = lookup.clients_there(doing, [item.client for item in tags])
    known = _numbers(doing, ThingKind.TAG, [item.tag for item in tags])
    held: list[tuple[Thing, str, UUID]] = []
    for index, item in enumerate(tags):
        try:
            row, home = _client(doing, rows, item.client)
            providers = standing.providers_of(home.clients[row.id], doing.today)
            if not providers:
                raise Refusal("P2", "the client has no provider whose tag it could be")
            if not row.is_own:
                raise Refusal("O1", "the client is assigned by another municipality and gets no tag")
            if item.tag in known:
                raise Refusal("rule 5", "tag {tag} has been registered already", tag=item.tag)
        except (NotFound, Refusal) as refusal:
            doing.refuse_item(index, refusal)
            continue
        known.add(item.tag)
        thing = _thing(doing, ThingKind.TAG, item.tag)
        held.append((thing, HolderKind.CLIENT, row.id))
        doing.journal(
            "tag.taken_over",
            homes=[home.home],
            client=row.id,
            tag=thing.id,
            organisation=providers[0],
            since=item.since,
        )
    custody.register_all(held, doing.now)
    return {"tags": len(held)}


class _Doors:
    """The doors of the locked homes by what they are called; one that is not there yet is made."""

    def __init__(self, doing: Doing) -> None:
        self.doing = doing
        self.new: list[tuple[Door, UUID]] = []
        self.found: dict[tuple[UUID, str], UUID] = {}
        self.behind: dict[UUID, list[UUID]] = {}
        for way in HomeDoor.objects.select_related("door").filter(home__in=list(doing.facts)):
            self.found[way.home_id, way.door.label or way.door.kind] = way.door_id
            self.behind.setdefault(way.door_id, []).append(way.home_id)

    def named(self, home: HomeFacts, written: str) -> UUID:
        """The home's door of this name. Without a name: the apartment's."""
        kind, label = _kind_of(written)
        name = label or kind
        if (home.home, name) not in self.found:
            door = Door(id=new_id(), municipality_id=self.doing.actor.municipality, kind=kind, label=label)
            self.new.append((door, home.home))
            self.found[home.home, name] = door.id
            self.behind[door.id] = [home.home]
            self.doing.journal("door.registered", homes=[home.home], door=door.id, kind=kind)
        return self.found[home.home, name]

    def homes_behind(self, door: UUID) -> list[UUID]:
        """The homes that the door serves."""
        return self.behind[door]

    def make(self) -> None:
        """Store the new ones."""
        Door.objects.bulk_create([door for door, _ in self.new])
        HomeDoor.objects.bulk_create(
            [
                HomeDoor(municipality_id=door.municipality_id, home_id=home, door=door)
                for door, home in self.new
            ]
        )


def _kind_of(written: str) -> tuple[str, str]:
    """An apartment's door needs no label; another keeps what the case system calls it."""
    name = " ".join(written.casefold().split())
    if name in ("", "lägenhet", "lägenhetsdörr", "dörr", "apartment"):
        return "apartment", ""
    kind = "gate" if "grind" in name else "entrance" if "port" in name or "entr" in name else "apartment"
    return kind, written.strip()[:50]


def _numbers(doing: Doing, kind: str, numbers: Sequence[str]) -> set[str]:
    rows = Thing.objects.filter(municipality=doing.actor.municipality, kind=kind)
    return {row.number for row in lookup.in_batches(rows, "number", numbers)}


def _thing(doing: Doing, kind: str, number: str, door: UUID | None = None) -> Thing:
    return Thing(
        id=new_id(), municipality_id=doing.actor.municipality, kind=kind, number=number, door_id=door
    )


def _label(row: Client, item: OldKeys) -> str:
    door = _kind_of(item.door)[1] or "d"
    return f"{row.case_number}-{door[:12]}-{(item.holder or 'kund')[-4:]}"


def _client(doing: Doing, rows: dict[str, Client], reference: str) -> tuple[Client, HomeFacts]:
    if reference not in rows:
        raise NotFound("client", "client")
    return rows[reference], doing.facts[rows[reference].home_id]


def _organisations(doing: Doing, numbers: Sequence[str]) -> dict[str, UUID]:
    rows = Organisation.objects.filter(municipality=doing.actor.municipality, orgnr__in=set(numbers))
    return dict(rows.values_list("orgnr", "id"))


def _instant(day: date | None, otherwise: datetime) -> datetime:
    return datetime.combine(day, time(12), STOCKHOLM) if day else otherwise
