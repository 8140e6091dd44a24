# SPDX-License-Identifier: EUPL-1.2
"""Homes that are judged together: those that share a door, and those that a client moves between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from troskel.routine.duty import HomeSnapshot


def around(homes: Mapping[UUID, HomeSnapshot], start: Iterable[UUID]) -> list[UUID]:
    """The homes, those that share a door with them (and so on), and those that their clients moved to."""
    found = list(dict.fromkeys(start))
    for home in found:
        state = homes.get(home)
        if state is not None:
            for door in state.facts.doors.values():
                if len(door.homes) > 1:
                    found.extend(other for other in door.homes if other not in found)
            for client in state.facts.clients.values():
                for other in (client.moved_to, client.moving_to):
                    if other is not None and other not in found:
                        found.append(other)
    return found
