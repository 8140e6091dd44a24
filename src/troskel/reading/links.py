# SPDX-License-Identifier: EUPL-1.2
"""Locks that the locksmith reported at the client's doors, and the client's links (S2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Subquery

from troskel.custody.models import HolderKind, Holding, Link
from troskel.ground.refusals import NotFound
from troskel.people.models import Client, HomeDoor
from troskel.people.roles import Actor, Role
from troskel.reading.base import clients_matching, note
from troskel.reading.discretion import Words, is_address_visible
from troskel.reading.register import read


class LockAtDoor(msgspec.Struct, frozen=True):
    """A reported lock at a door of the client's home, and whether the client is linked to it."""

    serial: str
    door_kind: str
    door_label: str
    since: datetime
    linked: bool


class ClientLink(msgspec.Struct, frozen=True):
    """A client's link, open or ended. `corrected`: it was to the wrong lock, and another link replaced it."""

    serial: str
    since: datetime
    until: datetime | None
    corrected: bool


class ClientLinks(msgspec.Struct, frozen=True):
    """The locks at the client's doors, and (on request) all links, open and ended."""

    case: str
    locks: list[LockAtDoor]
    links: list[ClientLink]

    @property
    def to_link(self) -> list[str]:
        """Serial numbers at the client's doors that are not linked yet."""
        return [lock.serial for lock in self.locks if not lock.linked]


@read(who=[Role.ADMINISTRATOR, Role.COORDINATOR])
def client_links(viewer: Actor, case: str, *, history: bool = False) -> ClientLinks:
    """One client's locks; with `history` also the links. Raises NotFound or BadValue outside the viewer's sight.

    One query, one more for the history, and one recorded read.
    """
    if not case:
        raise NotFound("client", "client")
    mounted = Holding.objects.filter(
        municipality=viewer.municipality, kind=HolderKind.DOOR, holder=OuterRef("door"), until=None
    )
    open_links = Link.objects.filter(client=OuterRef("client"), lock=OuterRef("lock"), until=None)
    home_doors = HomeDoor.objects.annotate(client=F("home__clients"))
    doors = home_doors.filter(client__in=clients_matching(viewer, case)).annotate(
        lock=Subquery(mounted.values("thing")[:1]),
        serial=Subquery(mounted.values("thing__number")[:1]),
        since=Subquery(mounted.values("since")[:1]),
    )
    located = Client.objects.filter(is_address_visible(viewer), pk=OuterRef("client"))
    rows = doors.annotate(linked=Exists(open_links), located=Exists(located)).order_by("since", "door_id")
    columns = ("client", "located", "door__label", "serial", "door__kind", "since", "linked")
    door_rows = list(rows.values_list(*columns))
    if not door_rows:
        raise NotFound("client", "client")
    client = door_rows[0][0]
    note(viewer, "links.viewed", client=client, case=case)
    words = Words(viewer)
    locks = [
        LockAtDoor(serial, kind, words.free(label) if located else "", since, linked)
        for _client, located, label, serial, kind, since, linked in door_rows
        if serial
    ]
    return ClientLinks(case, locks, _link_history(client) if history else [])


def _link_history(client: UUID) -> list[ClientLink]:
    links = Link.objects.filter(client=client).annotate(
        corrected=Exists(Link.objects.filter(corrects=OuterRef("pk")))
    )
    rows = links.order_by("since", "id").values_list("lock__number", "since", "until", "corrected")
    return [ClientLink(*link) for link in rows]
