# SPDX-License-Identifier: EUPL-1.2
"""What people do, as lines of the journal. A move changes the world; one that people can't do is Impossible.

Days in moves are counted from the day on which the move is made, so that a course can be shortened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from troskel.prover.world import World, WorldDoor


class Impossible(Exception):
    """The move can't be made in this world; the text says what stands in the way."""


class ChosenMove(NamedTuple):
    """A move by its name in MOVES, and its values."""

    name: str
    values: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.name, *(_shown(v) for v in self.values)])


class ToldLine(NamedTuple):
    """A line to be written: the event, the homes, the client and the body; ids are names."""

    event: str
    homes: tuple[str, ...]
    client: str | None
    body: dict[str, Any]


MOVES: dict[str, Callable[..., list[ToldLine]]] = {}


def move(function: Callable[..., list[ToldLine]]) -> Callable[..., list[ToldLine]]:
    """Registers a move under the function's name."""
    MOVES[function.__name__] = function
    return function


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value.lstrip("~")
    return f"{value:+d}d" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def need(holds: object, why: str) -> None:
    """Raises Impossible where it does not hold."""
    if not holds:
        raise Impossible(why)


def about(w: World, event: str, client: str, **body: Any) -> ToldLine:
    """A line about a client."""
    return ToldLine(event, (w.people[client].home,), client, body)


def at_door(event: str, door_name: str, door: WorldDoor, client: str, **body: Any) -> ToldLine:
    """A line about a door and a client behind it."""
    return ToldLine(event, tuple(door.homes), client, {"door": door_name, **body})
