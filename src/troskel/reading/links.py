# SPDX-License-Identifier: EUPL-1.2
"""What the one who links needs to see (S2): which locks the locksmith reported at the client's doors, and the links."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Subquery

from troskel.custody.models import HolderKind, Holding, Link
from troskel.ground.refusals import NotFound
from troskel.people.models import HomeDoor
from troskel.people.roles import Actor
from troskel.reading.base import clients_named, note


class LockAtDoor(msgspec.Struct, frozen=True):
    """A lock that hangs at a door of the client's home, as it was reported; and whether the client is linked to it."""

    serial: str
    door_kind: str
    door_label: str
    since: datetime
    linked: bool


class LinkMade(msgspec.Struct, frozen=True):
    """A link of the client's, open or ended. `corrected`: another took its place, since the wrong lock was linked."""

    serial: str
    since: datetime
    until: datetime | None
    corrected: bool


class LinksOfClient(msgspec.Struct, frozen=True):
    """The locks at the client's doors, and (where asked for) all the links there have been."""

    case: str
    locks: list[LockAtDoor]
    links: list[LinkMade]

    @property
    def to_link(self) -> list[str]:
        """The serials that are at the client's doors, and not linked yet."""
        return [lock.serial for lock in self.locks if not lock.linked]


def links_of(viewer: Actor, case: str, *, history: bool = False) -> LinksOfClient:
    """One client's; `history`: with the links. Raises NotFound or BadValue where it is none that the viewer sees.

    A query, one more for the history, and the line of the read.
    """
    if not case:
        raise NotFound("client", "client")
    hangs = Holding.objects.filter(
        municipality=viewer.municipality, kind=HolderKind.DOOR, holder=OuterRef("door"), until=None
    )
    linked = Link.objects.filter(client=OuterRef("client"), lock=OuterRef("lock"), until=None)
    behind = HomeDoor.objects.annotate(client=F("home__clients"))
    doors = behind.filter(client__in=clients_named(viewer, case)).annotate(
        lock=Subquery(hangs.values("thing")[:1]),
        serial=Subquery(hangs.values("thing__number")[:1]),
        since=Subquery(hangs.values("since")[:1]),
    )
    rows = doors.annotate(linked=Exists(linked)).order_by("since", "door_id")
    told = list(rows.values_list("client", "serial", "door__kind", "door__label", "since", "linked"))
    if not told:
        raise NotFound("client", "client")
    client = told[0][0]
    note(viewer, "links.viewed", client=client, case=case)
    locks = [LockAtDoor(*lock) for _client, *lock in told if lock[0]]
    return LinksOfClient(case, locks, _made(client) if history else [])


def _made(client: UUID) -> list[LinkMade]:
    links = Link.objects.filter(client=client).annotate(
        corrected=Exists(Link.objects.filter(corrects=OuterRef("pk")))
    )
    told = links.order_by("since", "id").values_list("lock__number", "since", "until", "corrected")
    return [LinkMade(*link) for link in told]
