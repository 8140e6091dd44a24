# SPDX-License-Identifier: EUPL-1.2
"""Locks with faults on demand: nobody comes in unasked, no door opens twice for a request, no line is lost."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.doorproto.street import ISSUERS, LOCK, LOCK_ID, asking, granted, issue
from troskel.cli.main import main
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.log import beginning, follow
from troskel.doorproto.messages import MAX_REQUEST, Operation, TurnOutcome
from troskel.doorproto.verify import read_result
from troskel.simulator.door_locks import (
    CHUNK,
    FaultOnDemand,
    LockMailbox,
    LockThing,
    OutOfPower,
    parts_of,
)
from troskel.simulator.lock_in_air import AirFault
from troskel.simulator.lock_street import FAULTS, run_street, run_street_over_air

GRANT = issue(granted())


def a_lock() -> LockThing:
    return LockThing(LOCK_ID, LOCK, ISSUERS)


def opens(lock: LockThing, since: int = 0) -> Any:
    request = asking(lock.hello(), GRANT, since=since)
    return read_result(lock.answer(request), request, LOCK.public_key())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_street_with_faults_is_sound(seed: int) -> None:
    result = run_street(20, 12, seed)
    assert result.asked == 240 and set(result.faults) == set(map(str, FAULTS))
    assert result.is_sound, result
    assert result.outcomes["done"] > result.asked / 2


def test_a_street_over_bluetooth_is_sound() -> None:
    result = run_street_over_air(3, 6, 1)
    assert result.asked == 18 and set(result.faults) & set(map(str, AirFault))
    assert result.is_sound, result
    assert result.outcomes["done"] > result.asked / 3


@pytest.mark.long
def test_a_thousand_doors() -> None:
    result = run_street(1000, 10, 14)
    assert result.is_sound, result


def test_a_fault_comes_once() -> None:
    lock = a_lock()
    lock.fault = FaultOnDemand.JAM
    assert [opens(lock).outcome for _ in range(2)] == [TurnOutcome.JAMMED, TurnOutcome.DONE]


def test_power_lost_in_a_turn_is_an_unknown_line_and_no_second_turn() -> None:
    lock = a_lock()
    lock.fault = FaultOnDemand.POWER_LOST_IN_TURN
    with pytest.raises(OutOfPower):
        opens(lock)
    with pytest.raises(OutOfPower):
        lock.hello()
    lock.power_on()
    assert len(lock.turns) == 1
    assert [line.outcome for line in opens(lock).lines] == [TurnOutcome.UNKNOWN, TurnOutcome.DONE]


@pytest.mark.parametrize("fault", [FaultOnDemand.FLASH_FULL, FaultOnDemand.POWER_LOST_IN_WRITE])
def test_what_can_not_be_written_does_not_turn(fault: FaultOnDemand) -> None:
    lock = a_lock()
    lock.fault = fault
    with pytest.raises(OutOfPower):
        opens(lock)
    assert lock.turns == []


def test_a_lost_clock_says_that_it_is_not_sure() -> None:
    lock = a_lock()
    lock.fault = FaultOnDemand.CLOCK_LOST
    assert not opens(lock).sure


def test_a_gap_in_the_log_is_found() -> None:
    lock = a_lock()
    known = {0: beginning(LOCK_ID).hash}
    for line in follow(known, opens(lock)):
        known[line.line.number] = line.hash
    lock.fault = FaultOnDemand.LOG_GAP
    for line in follow(known, opens(lock, 1)):
        known[line.line.number] = line.hash
    lock.battery = 50  # or the next line would be the same as the one that is gone
    with pytest.raises(DoorError) as caught:
        follow(known, opens(lock, 1))
    assert caught.value.code is Code.LOG_FORKED


def test_the_mailbox_keeps_its_answer_until_the_next_write() -> None:
    lock = a_lock()
    box = LockMailbox(lock.hello, lock.answer)
    box.write(bytes([2]))
    hello = box.value
    assert box.value == hello != b""
    request = asking(hello, GRANT)
    for part in parts_of(request):
        box.write(part)
    assert read_result(box.value, request, LOCK.public_key()).outcome is TurnOutcome.DONE
    assert len(lock.turns) == 1 and box.value == box.value
    for wrong in (b"", bytes(CHUNK + 2), *(bytes(CHUNK + 1) for _ in range(MAX_REQUEST))):
        box.write(wrong)
    assert len(lock.turns) == 1 and lock.turns[0][1] is Operation.UNLOCK


def test_the_command_counts_a_street(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "locks", "--doors", "3", "--openings", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["doors"], told["asked"], told["double_openings"], told["lines_lost"]) == (3, 15, 0, 0)
    assert main(["simulate", "locks", "--doors", "2"]) == 0
    said = capsys.readouterr().out
    assert "0 openings nobody asked for" in said and "2 of 2 memories that were put back" in said


@pytest.mark.parametrize("how", [["--over", "bumble"], ["--at", "usb:0"]])
def test_without_bumble_it_says_what_is_missing(
    how: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bumble", None)  # as where it is not installed
    assert main(["simulate", "locks", *how]) != 0
    assert "pip install bumble" in capsys.readouterr().err
    assert main(["simulate", "locks", "--doors", "1", "--openings", "1"]) == 0


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (["--at", "nowhere"], "no Bluetooth controller at nowhere"),
        (["--at", "usb:0", "--issuer", "00"], "--issuer: "),
    ],
)
def test_what_can_be_no_lock_is_said(how: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "locks", *how]) != 0
    assert told in capsys.readouterr().err
