# SPDX-License-Identifier: EUPL-1.2
"""Doors whose power goes at any step, also in the middle of a write, while phones ask, strangers try, answers are lost.

The motor is the oracle: it keeps what it has done and for which request. No opening that nobody asked for, none twice,
and in the end the server has one line of each, though it acknowledges lines all the time and most answers never reach
it.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.doorproto.street import ANNA, BO, HOUR, LOCK_ID, NOW, Door, PowerLost, asking, granted, issue, sure
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.lock import DoorLock
from troskel.doorproto.log import ChainedLine, beginning, follow
from troskel.doorproto.messages import DoorResult, Hello, Operation, TurnOutcome

SEEDS = st.integers(0, 2**40)
BRIEFLY = settings(max_examples=12, phases=[Phase.explicit, Phase.generate])


class Server:
    """What the server has of one lock's log."""

    def __init__(self) -> None:
        self.hashes = {0: beginning(LOCK_ID).hash}
        self.lines: list[ChainedLine] = []

    def take(self, result: DoorResult) -> None:
        new = follow(self.hashes, result)
        self.lines += new
        self.hashes |= {chained.line.number: chained.hash for chained in new}

    @property
    def acknowledged(self) -> int:
        return max(self.hashes)


class Life:
    """A door's life by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.steps_to_cut = 10**9
        self.door = Door(cut=self._cut, jams=lambda: self.chance.random() < 0.1, most_kept=40)
        sure(self.door)
        self.server = Server()
        self.wanted: dict[bytes, bytes] = {}  # requests that may turn, and their grants' ids
        self.told: list[tuple[bytes, DoorResult]] = []  # by grant
        self.seen: list[bytes] = []
        self.grants = 0

    def _cut(self) -> bool:
        self.steps_to_cut -= 1
        return self.steps_to_cut == 0

    def live(self, steps: int) -> None:
        for _ in range(steps):
            if self.chance.random() < 0.3:
                self.steps_to_cut = self.chance.randint(1, 7)
            self.door.ticks += self.chance.randint(0, 40)
            try:
                self.chance.choice(
                    [self.opens, self.opens, self.opens, self.replays, self.strangers, self.loses_power]
                )()
            except PowerLost:
                self.loses_power()
        self.steps_to_cut = 10**9
        self.loses_power()

    def opens(self) -> None:
        self.grants += 1
        name = b"%8d" % self.grants
        grant = issue(granted(id=name, acknowledged=self.server.acknowledged))
        operation = self.chance.choice([Operation.UNLOCK, Operation.LOCK, Operation.UNLATCH])
        hello = self.door.hello()
        if len(hello) < 10:  # it rests
            return
        request = asking(hello, grant, operation=operation, since=self.server.acknowledged)
        self.wanted[request] = name
        self.seen.append(request)
        result = self.door.read(request)
        self.told.append((name, result))
        if self.chance.random() < 0.4:
            self.server.take(result)

    def replays(self) -> None:
        if self.seen:
            if self.chance.random() < 0.5:
                self.door.hello()
            self.door.answer(self.chance.choice(self.seen))

    def strangers(self) -> None:
        """Bo has no grant, or an old one, or a broken request."""
        hello = self.door.hello()
        if len(hello) < 10:
            return
        grants = [
            granted(),
            granted(BO, epoch=0, issued=NOW - 20 * HOUR, begins=NOW - 20 * HOUR, ends=NOW - 9 * HOUR),
        ]
        request = bytearray(asking(hello, issue(self.chance.choice(grants)), BO))
        if self.chance.random() < 0.5:
            request[self.chance.randrange(len(request))] ^= 1 << self.chance.randrange(8)
        self.door.answer(bytes(request))

    def loses_power(self) -> None:
        kept, ticks = self.chance.random() < 0.5, self.chance.choice([0, self.door.ticks])
        while True:
            try:
                return self.door.power_on(kept=kept, ticks=ticks)
            except PowerLost:
                continue

    def hand_in(self) -> None:
        """Somebody whose phone works reads the rest of the log."""
        for _ in range(99):
            hello = self.door.hello()
            grant = issue(granted(acknowledged=self.server.acknowledged))
            request = asking(hello, grant, operation=Operation.READ, since=self.server.acknowledged)
            self.server.take(self.door.read(request))
            if self.server.acknowledged == Hello.of_bytes(hello).head:
                return
        raise AssertionError("the log has no end")


def check_a_life(seed: int, steps: int = 30) -> None:
    life = Life(seed)
    life.live(steps)
    life.hand_in()
    turned = Counter(request for request, _ in life.door.turns)
    assert turned.keys() <= life.wanted.keys(), "an opening that nobody asked for"
    assert set(turned.values()) <= {1}, "a double opening"
    lines = [chained.line for chained in life.server.lines]
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    lines = [line for line in lines if line.operation is not Operation.CLOCK]
    by_grant = Counter(line.grant for line in lines)
    wanted = {name: turned[request] for request, name in life.wanted.items()}
    assert all(by_grant[name] == 1 for name, turns in wanted.items() if turns), (
        "a line is lost, or there twice"
    )
    for line in lines:
        if line.outcome in (TurnOutcome.DONE, TurnOutcome.JAMMED):
            assert wanted[line.grant] == 1
        elif line.outcome is TurnOutcome.UNKNOWN:
            assert wanted[line.grant] <= 1
    noted = {line.grant: line.outcome for line in lines}
    for name, result in life.told:
        full = result.outcome is TurnOutcome.REFUSED and result.reason == Code.LOG_FULL
        assert noted.get(name) is result.outcome or full, "a phone was told what the log does not say"


@BRIEFLY
@given(SEEDS)
def test_doors_whose_power_goes_at_any_step(seed: int) -> None:
    check_a_life(seed)


@pytest.mark.long
@settings(max_examples=1000, phases=[Phase.explicit, Phase.generate])
@given(SEEDS)
def test_thousand_doors_whose_power_goes_at_any_step(seed: int) -> None:
    check_a_life(seed, steps=60)


@pytest.mark.parametrize("step", range(1, 7))
def test_power_goes_at_each_step_of_an_opening(step: int) -> None:
    """1 before the first write, 2 in it, 3 before the turn, 4 after it, 5 before the second write, 6 in it."""
    left = [step]

    def cut() -> bool:
        left[0] -= 1
        return left[0] == 0

    door = Door(cut=cut)
    left[0] = step
    with pytest.raises(PowerLost):
        door.open(issue(granted()))
    door.power_on()
    assert len(door.turns) == (step >= 4)
    result = door.open(issue(granted(id=b"grant--2")), operation=Operation.READ)
    assert [line.outcome for line in result.lines] == ([TurnOutcome.UNKNOWN] if step >= 3 else [])
    assert len(door.turns) == (step >= 4), "what was begun is never begun anew"


def test_memory_that_is_all_broken_is_told() -> None:
    door = Door()
    door.open(issue(granted()))
    broken = [slot[:-1] + bytes([slot[-1] ^ 1]) if slot else b"" for slot in door.slots]
    with pytest.raises(DoorError) as wrong:
        DoorLock(LOCK_ID, door.key, {}, broken)
    assert wrong.value.code is Code.LOCK_MEMORY


def test_one_broken_slot_is_survived() -> None:
    door = Door()
    for number in range(4):
        door.open(issue(granted(id=b"grant--%d" % number)), ANNA)
    for slot in (0, 1):
        other = Door()
        other.slots = list(door.slots)
        other.slots[slot] = other.slots[slot][:50]
        other.power_on()
        assert Hello.of_bytes(other.hello()).head in (3, 4)
