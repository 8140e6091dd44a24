# SPDX-License-Identifier: EUPL-1.2
"""The log reaches the server over any phones, in any order, and what is missing or false in it is seen."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from tests.doorproto.street import LOCK_ID, Door, granted, issue
from troskel.doorproto.cbor import decode, encode
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.log import beginning, extend, follow
from troskel.doorproto.messages import DoorResult, LogHead, Operation

NOTHING = {0: beginning(LOCK_ID).hash}


def results(count: int, since: int = 0) -> list[DoorResult]:
    door = Door()
    return [door.open(issue(granted(id=b"grant-%2d" % number)), since=since) for number in range(count)]


def test_results_in_any_order_and_twice() -> None:
    came = results(8) * 2
    Random(4).shuffle(came)
    known, lines = dict(NOTHING), []
    for result in came:
        new = follow(known, result)
        known |= {chained.line.number: chained.hash for chained in new}
        lines += [chained.line for chained in new]
    assert [line.grant for line in lines] == [b"grant-%2d" % number for number in range(8)]


def test_long_log_comes_in_parts() -> None:
    door = Door()
    for number in range(20):
        door.open(issue(granted(id=b"grant-%2d" % number)))
    known = dict(NOTHING)
    sizes = []
    while max(known) < 20:
        new = follow(known, door.open(issue(granted()), operation=Operation.READ, since=max(known)))
        known |= {chained.line.number: chained.hash for chained in new}
        sizes.append(len(new))
    assert sizes == [9, 9, 2]


def test_withheld_result_is_a_gap_until_another_phone_brings_it() -> None:
    door = Door()
    first = door.open(issue(granted()))
    door.open(issue(granted()))
    third = door.open(issue(granted()), since=2)
    known = NOTHING | {chained.line.number: chained.hash for chained in follow(NOTHING, first)}
    refuse(known, third, Code.LOG_GAP)
    assert len(follow(known, door.open(issue(granted()), since=1))) == 3


def test_line_left_out_or_changed_or_moved_is_seen() -> None:
    """As a lock would send it that has been taken over, with its key."""
    whole = results(4)[-1]
    one, two, three, four = whole.lines
    refuse(NOTHING, replace(whole, lines=(one, two, four)), Code.LOG_GAP)
    refuse(NOTHING, replace(whole, lines=(one, three, two, four)), Code.LOG_GAP)
    refuse(
        NOTHING, replace(whole, lines=(one, replace(two, time=two.time + 1), three, four)), Code.LOG_FORGED
    )
    refuse(NOTHING, replace(whole, lines=(*whole.lines, replace(four, number=5))), Code.LOG_FORGED)
    refuse(NOTHING, replace(whole, head=LogHead(3, bytes(32))), Code.LOG_FORGED)
    refuse(NOTHING, replace(whole, since=LogHead(0, bytes(32))), Code.LOG_FORKED)
    refuse(NOTHING, replace(whole, head=LogHead(0, bytes(32)), lines=()), Code.LOG_FORKED)


def test_log_told_anew_is_seen() -> None:
    """The lock was reset, or its memory put back: the same numbers, other lines."""
    door = Door()
    old = list(door.slots)
    known = NOTHING | {
        chained.line.number: chained.hash for chained in follow(NOTHING, door.open(issue(granted())))
    }
    door.slots = old
    door.power_on()
    door.ticks += 1
    other = door.open(issue(granted(id=b"grant--2")))
    refuse(known, other, Code.LOG_FORKED)


def test_lines_follow_the_lock_they_are_of() -> None:
    whole = results(1)[0]
    assert extend(beginning(bytes(8)), whole.lines).hash != whole.head.hash


@pytest.mark.parametrize(
    "at, value",
    [
        (0, True),
        (0, 5),
        (1, 256),
        (2, 4),
        (3, 101),
        (4, 2**32),
        (5, 1),
        (6, 2**16),
        (7, -1),
        (8, b""),
        (9, ((),)),
        (10, -1),
    ],
)
def test_result_in_another_form_is_refused_though_it_is_signed(at: int, value: Any) -> None:
    fields: list[Any] = list(decode(results(1)[0].encode(), 512))  # type: ignore[arg-type]
    DoorResult.of_payload(encode(tuple(fields)))
    fields[at] = value
    with pytest.raises(DoorError) as refused:
        DoorResult.of_payload(encode(tuple(fields)))
    assert refused.value.code is Code.RESULT_FORM


@pytest.mark.parametrize(
    "at, value", [(0, 0), (0, True), (1, -1), (2, 1), (3, 4), (4, 5), (5, 256), (6, b"x"), (7, b""), (8, 101)]
)
def test_line_in_another_form_is_refused(at: int, value: Any) -> None:
    fields: list[Any] = list(decode(results(1)[0].encode(), 512))  # type: ignore[arg-type]
    line = list(fields[9][0])
    line[at] = value
    fields[9] = (tuple(line),)
    with pytest.raises(DoorError) as refused:
        DoorResult.of_payload(encode(tuple(fields)))
    assert refused.value.code is Code.RESULT_FORM


def refuse(known: dict[int, bytes], result: DoorResult, code: Code) -> None:
    with pytest.raises(DoorError) as refused:
        follow(known, result)
    assert refused.value.code is code
