# SPDX-License-Identifier: EUPL-1.2
"""Questions on links, tags and keys in the facts of a home."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from troskel.routine import coverage
from troskel.routine.client_state import Homes, providers_of
from troskel.routine.door_state import homes_behind
from troskel.routine.facts import ClientFacts, HomeFacts, KeyFacts


def is_linked(client: ClientFacts, lock: UUID | None = None) -> bool:
    """Is the client linked to this lock (without one: to any)?"""
    return any(lock in (None, link.lock) for link in client.links.values())


def has_lock_in_use(client: ClientFacts, home: HomeFacts) -> bool:
    """Is the client linked to a lock that hangs at a door of the home? Then a visit needs no tag (P2)."""
    hanging = {door.lock for door in home.doors.values()}
    return any(link.lock in hanging for link in client.links.values())


def tags_of(client: ClientFacts, organisation: UUID) -> list[UUID]:
    """The organisation's tags that are with the client."""
    return [tag for tag, owner in client.tags.items() if owner == organisation]


def keys_of(home: HomeFacts, organisation: UUID) -> list[KeyFacts]:
    """The keys the organisation holds from anyone in the home."""
    return [key for key in keys_from(home) if key.organisation == organisation]


def keys_from(home: HomeFacts) -> list[KeyFacts]:
    """The keys to its doors that came from anyone in the home, whoever has them now."""
    return [key for door in home.doors.values() for key in door.keys.values() if key.client in home.clients]


def keys_to_return(home: HomeFacts, homes: Homes, organisation: UUID, day: date) -> list[KeyFacts]:
    """The keys it holds from the home to doors behind which it has no client, now or soon, nor a mere gap (P5)."""
    idle = [
        door
        for door in home.doors.values()
        if not any(
            organisation in providers_of(client, day) or coverage.is_in_gap(client, organisation, day)
            for behind in homes_behind(door, homes)
            for client in behind.clients.values()
        )
    ]
    return [
        key
        for door in idle
        for key in door.keys.values()
        if key.organisation == organisation and key.client in home.clients
    ]


def doors_without_key(home: HomeFacts, organisation: UUID) -> list[UUID]:
    """The doors of the home to which the organisation holds no key (P5)."""
    return [
        door.door
        for door in home.doors.values()
        if not any(k.organisation == organisation and k.client in home.clients for k in door.keys.values())
    ]
