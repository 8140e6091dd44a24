# SPDX-License-Identifier: EUPL-1.2
"""What hangs at the doors since before the first night: locks, keys and tags are taken over as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec

from troskel.acts import finding
from troskel.acts.doing import Doing
from troskel.acts.register import act
from troskel.custody import operations as custody
from troskel.custody.models import HolderKind, Link, Thing, ThingKind
from troskel.ground.clock import STOCKHOLM
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.models import Client, Organisation
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


@act("S2", writes=["lock.taken_over"])
def take_over_locks(doing: Doing, *, locks: list[OldLock]) -> dict[str, Any]:
    """Locks mounted before the take-over; each client is linked to the lock at the door."""
    rows = finding.clients_there(doing, [item.client for item in locks])
    known = {
        thing.number: thing
        for thing in Thing.objects.filter(
            municipality=doing.actor.municipality,
            kind=ThingKind.LOCK,
            number__in=[item.serial for item in locks],
        )
    }
    links = []
    for index, item in enumerate(locks):
        try:
            row, home = _client(doing, rows, item.client)
            door = _door(home)
            if door in {thing.door_id for thing in known.values() if thing.number != item.serial}:
                raise Refusal("rule 2", "another lock has been told of at this door")
        except (NotFound, Refusal) as refusal:
            doing.refuse_item(index, refusal)
            continue
        since = _instant(item.since, doing.now)
        if item.serial not in known:
            thing = Thing(
                id=new_id(), municipality_id=doing.actor.municipality, kind=ThingKind.LOCK, number=item.serial
            )
            custody.register([thing], HolderKind.DOOR, door, since)
            known[item.serial] = thing
        thing = known[item.serial]
        link = Link(
            id=new_id(),
            municipality_id=doing.actor.municipality,
            lock=thing,
            client=row,
            door_id=door,
            since=since,
        )
        links.append(link)
        doing.journal(
            "lock.taken_over",
            homes=finding.homes_of_door(doing, door),
            client=row.id,
            door=door,
            lock=thing.id,
            serial=item.serial,
            link=link.id,
            since=item.since,
        )
    custody.link(links)
    return {"locks": len(links)}


@act("P5", writes=["key.taken_over"])
def take_over_keys(doing: Doing, *, keys: list[OldKeys]) -> dict[str, Any]:
    """Keys handed over before the take-over."""
    rows = finding.clients_there(doing, [item.client for item in keys])
    holders = _organisations(doing, [item.holder for item in keys])
    count = 0
    for index, item in enumerate(keys):
        try:
            row, home = _client(doing, rows, item.client)
            door = _door(home)
            if item.holder and item.holder not in holders:
                raise NotFound("organisation", "holder")
        except (NotFound, Refusal) as refusal:
            doing.refuse_item(index, refusal)
            continue
        kind = HolderKind.ORGANISATION if item.holder else HolderKind.CLIENT
        holder = holders[item.holder] if item.holder else row.id
        things = [
            Thing(
                id=new_id(),
                municipality_id=doing.actor.municipality,
                kind=ThingKind.KEY,
                number=f"{row.case_number}-{(item.holder or 'kund')[-4:]}-{n}",
                door_id=door,
            )
            for n in range(1, item.count + 1)
        ]
        custody.register(things, kind, holder, doing.now)
        count += len(things)
        for thing in things:
            doing.journal(
                "key.taken_over",
                homes=finding.homes_of_door(doing, door),
                client=row.id,
                key=thing.id,
                door=door,
                holder={"kind": kind, "id": holder},
            )
    return {"keys": count}


@act("P2", writes=["tag.taken_over"])
def take_over_tags(doing: Doing, *, tags: list[OldTag]) -> dict[str, Any]:
    """Tags that are with clients since before the take-over; each is the provider's that has the client today."""
    rows = finding.clients_there(doing, [item.client for item in tags])
    count = 0
    for index, item in enumerate(tags):
        try:
            row, home = _client(doing, rows, item.client)
            providers = standing.providers_of(home.clients[row.id], doing.today)
            if not providers:
                raise Refusal("P2", "the client has no provider whose tag it could be")
        except (NotFound, Refusal) as refusal:
            doing.refuse_item(index, refusal)
            continue
        thing = Thing(
            id=new_id(), municipality_id=doing.actor.municipality, kind=ThingKind.TAG, number=item.tag
        )
        custody.register([thing], HolderKind.CLIENT, row.id, _instant(item.since, doing.now))
        count += 1
        doing.journal(
            "tag.taken_over",
            homes=[home.home],
            client=row.id,
            tag=thing.id,
            organisation=providers[0],
            since=item.since,
        )
    return {"tags": count}


def _client(doing: Doing, rows: dict[str, Client], reference: str) -> tuple[Client, HomeFacts]:
    if reference not in rows:
        raise NotFound("client", "client")
    return rows[reference], doing.facts[rows[reference].home_id]


def _door(home: HomeFacts) -> UUID:
    return min(home.doors, key=lambda door: (home.doors[door].kind != "apartment", str(door)))


def _organisations(doing: Doing, numbers: Sequence[str]) -> dict[str, UUID]:
    rows = Organisation.objects.filter(municipality=doing.actor.municipality, orgnr__in=set(numbers))
    return dict(rows.values_list("orgnr", "id"))


def _instant(day: date | None, otherwise: datetime) -> datetime:
    return datetime.combine(day, time(12), STOCKHOLM) if day else otherwise
