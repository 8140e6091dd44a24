# SPDX-License-Identifier: EUPL-1.2
"""What holds at a door: who is behind it, who needs its lock, what is ordered there."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from troskel.routine.client_state import FOREVER, Homes, has_left, has_lived_here, needs_the_door
from troskel.routine.facts import ClientFacts, DoorFacts, HomeFacts, OrderFacts

SHARED_DOOR_KINDS = ("entrance", "gate")
"""Doors that are seldom the client's own: a lock turner there asks for the owner's consent."""


def first_behind(home: HomeFacts) -> UUID:
    """The first home that a shared door of this home served; without such a door, the home itself."""
    return next((door.homes[0] for door in home.doors.values() if len(door.homes) > 1), home.home)


def homes_behind(door: DoorFacts, homes: Homes) -> list[HomeFacts]:
    """The homes that the door serves."""
    return [homes[home] for home in door.homes if home in homes]


def own_clients_behind(door: DoorFacts, homes: Homes) -> list[ClientFacts]:
    """The municipality's own clients behind the door."""
    return [c for home in homes_behind(door, homes) for c in home.clients.values() if c.own]


def care_left_behind(door: DoorFacts, homes: Homes, day: date) -> list[UUID]:
    """Own clients behind the door who keep the lock there (rule 1; cases 1, 2 and 7)."""
    return [c.client for c in own_clients_behind(door, homes) if needs_the_door(c, day)]


def others_behind(door: DoorFacts, homes: Homes) -> list[ClientFacts]:
    """Another municipality's clients behind the door, who have moved to no other home."""
    everybody = (c for home in homes_behind(door, homes) for c in home.clients.values())
    return [c for c in everybody if not c.own and c.moved_to is None]


def somebody_left(door: DoorFacts, homes: Homes, day: date) -> bool:
    """Has one of the own clients behind the door, who had care, left? Then the removal is asked for that reason (P6).

    One whose move there was called off, or whose care ended before it, never had care there: it is for that one's sake
    only where nobody behind the door gives another reason, as another municipality's client or as one who does not want
    the lock.
    """
    own = own_clients_behind(door, homes)
    left = [client for client in own if client.decisions and has_left(client, day)]
    otherwise = others_behind(door, homes) or [c for c in own if c.unwanted and not has_left(c, day)]
    return any(not otherwise or _had_care_here(client) for client in left)


def _had_care_here(client: ClientFacts) -> bool:
    """Had the client any care, begun or yet to begin, when they lived in this home?"""
    since = client.moved_in or date.min
    return has_lived_here(client) and any((d.through or FOREVER) >= since for d in client.decisions.values())


def open_orders(door: DoorFacts, *kinds: str) -> list[OrderFacts]:
    """Open orders at the door, of these kinds ("installation", "repair", "removal") or of all."""
    return [order for order in door.orders.values() if not kinds or order.kind in kinds]


def lacks_consent(door: DoorFacts) -> bool:
    """Is it an entrance or a gate without the owner's consent to a lock turner?"""
    return door.kind in SHARED_DOOR_KINDS and not door.consent
