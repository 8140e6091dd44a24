# SPDX-License-Identifier: EUPL-1.2
"""A state of a household: the world, and what the engine holds. States that differ in names alone are one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from troskel.prover import care_moves, closing_moves, house_moves, thing_moves, told_moves
from troskel.prover.households import Household
from troskel.prover.moves import MOVES, ChosenMove, ToldLine
from troskel.prover.world import World, ident, name_of
from troskel.routine.duty import Effects, HomeSnapshot, OpenDuty
from troskel.routine.engine import advance
from troskel.routine.line import STOCKHOLM, LineFacts
from troskel.routine.model import Routine
from troskel.routine.versions import Routines

__all__ = [
    "care_moves",
    "closing_moves",
    "house_moves",
    "thing_moves",
    "told_moves",
]  # imported so that their moves are registered


class State(msgspec.Struct):
    """The world and the engine's homes, after so many lines."""

    world: World
    homes: dict[UUID, HomeSnapshot] = {}
    lines: int = 0

    def duties(self) -> Iterable[OpenDuty]:
        """What is asked now: duties and notices."""
        return (duty for home in self.homes.values() for duty in home.open)


class Engine:
    """One routine, run over moves. `backwards`: with ids that sort in the opposite order."""

    def __init__(self, routine: Routine, *, backwards: bool = False) -> None:
        self.routine, self.backwards = routine, backwards
        self.routines = Routines({routine.version: routine}, [(date.min, routine.version)])

    def begin(self, household: Household) -> State:
        """The household as the courses find it."""
        state = State(household.world())
        self.write(state, household.lines())
        for step in household.already:
            self.make(state, step)
        return state

    def make(self, state: State, step: ChosenMove) -> Effects:
        """Makes the move, in the world and in the engine. Raises Impossible, and then changes neither."""
        return self.write(state, MOVES[step.name](state.world, *step.values))

    def write(self, state: State, lines: Iterable[ToldLine]) -> Effects:
        """Writes the lines; returns all that follows."""
        every = Effects()
        for told in lines:
            effects = advance(self.routines, state.homes, self._line(state, told))
            every.opened += effects.opened
            every.closed += effects.closed
            every.changed += effects.changed
            every.emails += effects.emails
        return every

    def _line(self, state: State, told: ToldLine) -> LineFacts:
        state.lines += 1
        at = datetime.combine(state.world.day, time(9 + state.lines % 600 // 60, state.lines % 60), STOCKHOLM)
        return LineFacts(
            state.lines,
            at,
            at,
            told.event,
            tuple(ident(home, self.backwards) for home in told.homes),
            ident(told.client, self.backwards) if told.client else None,
            {key: self._plain(value) for key, value in told.body.items()}
            | ({"client": str(ident(told.client, self.backwards))} if told.client else {}),
        )

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str) and value[:1] == "~":
            return str(ident(value, self.backwards))
        if isinstance(value, dict):
            return {key: self._plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._plain(one) for one in value]
        return value.isoformat() if isinstance(value, date) else value


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(State)


def frozen(state: State) -> bytes:
    """The state as bytes."""
    return _ENCODER.encode(state)


def thawed(raw: bytes) -> State:
    """A copy of the state that was frozen."""
    return _DECODER.decode(raw)


_NAMES = re.compile(
    rb'"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"'  # an id of the engine's
    rb'|"~[A-Za-z0-9]+"'  # a name
    rb'|T\d\d:\d\d:\d\d[^"]*"|"opened_line":\d+|"serial":\{[^}]*\}|"lines":\d+'
)


@cache
def _name(raw: bytes) -> bytes:
    text = raw.decode()[1:-1]
    return text.encode() if text[:1] == "~" else name_of(text).encode()


def key(state: State) -> bytes:
    """The same for states that differ only in names, in the hours of lines and in their numbers."""
    return blake2b(canonical(msgspec.json.encode(state)), digest_size=16).digest()


def canonical(raw: bytes) -> bytes:
    """The text with every name replaced by the order in which it appears."""
    found: dict[bytes, bytes] = {}

    def renamed(match: re.Match[bytes]) -> bytes:
        text = match.group()
        if text[:1] == b"T":
            return b'"'
        if text[1:2] in b"osl" and text[-1:] != b'"':
            return b""
        name = _name(text)
        return found.setdefault(name, b"#%d" % len(found))

    return _NAMES.sub(renamed, raw)
