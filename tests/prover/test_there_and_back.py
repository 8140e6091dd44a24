# SPDX-License-Identifier: EUPL-1.2
"""What was written down by mistake and taken back the same day asks for what was asked before (case 15).

In every household, after each move that can be made there. What is asked is told by ask, client, door and organisation:
a duty that comes back is a new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import pytest

from tests.routine.story import ROUTINE
from troskel.prover import HOUSEHOLDS
from troskel.prover import world as of
from troskel.prover.checks import Finding
from troskel.prover.explore import Course, explore
from troskel.prover.moves import ChosenMove, Impossible
from troskel.prover.state import Engine, State, frozen, thawed

Asked = frozenset[tuple[str, str, str, str]]

LETTERS = {"S1.letter", "S3.letter"}
"""A letter that was dropped with a death is not asked for again."""
BEFORE_THE_NO = {"A1.inform", "A2.keys", "A3.understood"}
"""Who refused before the death was to be told still; who refuses is not told anew."""

ENDING = {"P2.place_tag", "P5.collect_keys"}
"""To a client whose care ends nothing more is brought."""


class Way(NamedTuple):
    """Moves that lead away and back, and asks that may be gone then."""

    name: str
    moves: tuple[ChosenMove, ...]
    gone: frozenset[str] = frozenset()


def ways(state: State) -> Iterator[Way]:
    """What may be taken back in the state."""
    for client, person in state.world.people.items():
        if person.died is None:
            gone = LETTERS | {"P2.place_again"} | (BEFORE_THE_NO if person.refused else set())
            gone |= {"P1.consent", "P2.place_tag"} if state.world.unknown else set()
            held = (person.decisions.values(), person.allocations.values())
            ends = any(all(of.last(person, one) != of.FOREVER for one in some) for some in held)
            gone |= ENDING if ends else set()
            yield Way("death", (ChosenMove("die", (client,)), ChosenMove("live", (client,))), frozenset(gone))
    for name, door in state.world.doors.items():
        for order, placed in door.orders.items():
            if placed.kind == "repair":
                there_and_back = ChosenMove("report", (name, order)), ChosenMove("take_back", (name,))
                yield Way(
                    "repair", there_and_back, frozenset({"P4.be_present"})
                )  # the time has to be booked anew


def asked(engine: Engine, state: State) -> Asked:
    """The duties of a state."""
    return frozenset(
        (f"{duty.paragraph}.{duty.ask}", str(duty.client), str(duty.door), str(duty.organisation))
        for duty in state.duties()
        if engine.routine.asks[duty.paragraph, duty.ask].kind == "duty"
    )


def lost(engine: Engine, state: State, course: Course, found: list[str]) -> Iterator[Finding]:
    """Notes what is no longer asked after a way there and back."""
    before, raw = asked(engine, state), frozen(state)
    for way in ways(state):
        after = thawed(raw)
        try:
            for step in way.moves:
                engine.make(after, step)
        except Impossible:
            continue
        gone = {ask for ask, *_ in before} - {ask for ask, *_ in asked(engine, after)} - way.gone
        found += [f"{[str(move) for move in course]}, {way.name}: {ask}" for ask in sorted(gone)]
    return iter(())


@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_what_is_taken_back_asks_for_what_was_asked(name: str) -> None:
    engine, found = Engine(ROUTINE), list[str]()
    look = partial(lost, engine, found=found)
    list(look(engine.begin(HOUSEHOLDS[name]), ()))
    for _ in explore(engine, HOUSEHOLDS[name], 1, look=look):
        pass
    assert found == []
