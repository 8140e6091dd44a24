# SPDX-License-Identifier: EUPL-1.2
"""What the one who links needs to see (S2): which locks the locksmith reported at the client's doors, and the links."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Exists, F, OuterRef

from troskel.acts.viewing import clients_named, note
from troskel.custody.models import HolderKind, Holding, Link
from troskel.ground.refusals import NotFound
from troskel.people.models import Door, HomeDoor
from troskel.people.roles import Actor


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
    """The locks at the client's doors, and all the links there have been."""

    case: str
    locks: list[LockAtDoor]
    links: list[LinkMade]

    @property
    def to_link(self) -> list[str]:
        """The serials that are at the client's doors, and not linked yet."""
        return [lock.serial for lock in self.locks if not lock.linked]


def links_of(viewer: Actor, case: str) -> LinksOfClient:
    """One client's. Raises NotFound or BadValue where it is none the viewer sees. Three queries, and the line."""
    client = clients_named(viewer, case).first() if case else None
    if client is None:
        raise NotFound("client", "client")
    note(viewer, "links.viewed", client=client.id, case=client.case_number)
    mine = Link.objects.filter(client=client.id)
    doors = HomeDoor.objects.filter(home=client.home_id).values("door_id")
    named = Door.objects.filter(id=OuterRef("holder"))
    hanging = Holding.objects.filter(
        municipality=viewer.municipality, kind=HolderKind.DOOR, holder__in=doors, until=None
    ).annotate(
        serial=F("thing__number"),
        linked=Exists(mine.filter(lock=OuterRef("thing"), until=None)),
        door_kind=named.values("kind")[:1],
        door_label=named.values("label")[:1],
    )
    told = hanging.order_by("since", "id").values_list("serial", "door_kind", "door_label", "since", "linked")
    links = mine.annotate(corrected=Exists(Link.objects.filter(corrects=OuterRef("pk"))))
    made = links.order_by("since", "id").values_list("lock__number", "since", "until", "corrected")
    return LinksOfClient(
        client.case_number, [LockAtDoor(*lock) for lock in told], [LinkMade(*link) for link in made]
    )
