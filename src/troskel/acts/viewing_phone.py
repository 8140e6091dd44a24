# SPDX-License-Identifier: EUPL-1.2
"""The phone's own list: who is on it now (a carer's by day, a responder's by alarm: rule 4), and how to get in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Q

from troskel.acts.viewing import note, seen
from troskel.acts.viewing_records import PersonShown, person_shown
from troskel.custody.models import HolderKind, Holding, Link
from troskel.people.roles import Actor
from troskel.permits.sight import entrusted_to


class WayIn(msgspec.Struct, frozen=True):
    """How to get in: a linked lock that the phone opens, or a key in the provider's keeping."""

    by: str
    number: str
    door: UUID


class OnThePhone(msgspec.Struct, frozen=True):
    """A client whom the phone shows today. Without a way in, the client opens."""

    case: str
    protected: bool
    person: PersonShown | None
    ways_in: list[WayIn]
    tags: list[str]


def phone_list(viewer: Actor) -> list[OnThePhone]:
    """The clients on the viewer's phone today, in Swedish order. Four queries, and the line that it was read."""
    mine = entrusted_to(viewer).filter(client=OuterRef("pk"))
    with_home = seen(viewer).select_related("home").annotate(entrusted_to_viewer=Exists(mine))
    rows = list(with_home.order_by("sort_key", "id"))
    note(viewer, "phone.listed", ids=[row.id for row in rows])
    found = [row.id for row in rows]
    ways: dict[UUID, list[WayIn]] = {}
    for client, number, door in _linked(found):
        ways.setdefault(client, []).append(WayIn("lock", number, door))
    for client, number, door in _keys(viewer, found):
        ways.setdefault(client, []).append(WayIn("key", number, door))
    tags: dict[UUID, list[str]] = {}
    for client, number in _tags(found):
        tags.setdefault(client, []).append(number)
    return [_shown(row, viewer, ways.get(row.id, []), tags.get(row.id, [])) for row in rows]


def _linked(clients: list[UUID]) -> Any:
    """Links at doors of where the client lives now, whose locks hang there."""
    hangs = Holding.objects.filter(
        thing=OuterRef("lock"), until=None, kind=HolderKind.DOOR, holder=OuterRef("door")
    )
    linked = Link.objects.filter(
        Exists(hangs), client__in=clients, until=None, door__ways__home=F("client__home")
    )
    return linked.values_list("client_id", "lock__number", "door_id")


def _keys(viewer: Actor, clients: list[UUID]) -> Any:
    held = Holding.objects.filter(
        thing__kind="key", until=None, kind="organisation", holder=viewer.organisation
    )
    behind = held.annotate(client=F("thing__door__ways__home__clients")).filter(client__in=clients)
    return behind.values_list("client", "thing__number", "thing__door_id")


def _tags(clients: list[UUID]) -> Any:
    held = Holding.objects.filter(Q(thing__kind="tag", kind="client", holder__in=clients), until=None)
    return held.values_list("holder", "thing__number")


def _shown(row: Any, viewer: Actor, ways: list[WayIn], tags: list[str]) -> OnThePhone:
    person = person_shown(viewer, row, entrusted=row.entrusted_to_viewer)
    return OnThePhone(row.case_number, bool(row.protection), person, ways, tags)
