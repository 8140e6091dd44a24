# SPDX-License-Identifier: EUPL-1.2
"""Locks on a bench: a real broker, and a lock in a process of its own that fails when it is told to."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.publish
import pytest

from tools.mosquitto import ACL, SERVER, Broker, mosquitto, program
from troskel.access.drivers import HealthFinding, LockAnswer, LockAt
from troskel.access.locks.conformance import LockOnTrial
from troskel.access.locks.faults import BenchFault
from troskel.access.locks.mqtt import MqttLink
from troskel.access.locks.records import KeptInMemory, LockCommand
from troskel.access.locks.remote import Limits, RemoteLocks
from troskel.access.locks.urls import link_of
from troskel.ground.ids import new_id

LOCK = LockAt("0999", "L1")
PASSWORDS = {SERVER: "server", "L1": "device", "L2": "other", "careless": "careless"}
CARELESS = "\nuser careless\ntopic readwrite #\n"
"""Somebody who may do everything, and has the broker keep a command."""

PATIENT, SETTLE = 60.0, 3600.0
SHORT = 0.2
"""Seconds to wait where an answer can't come, whatever the machine does."""

WITHOUT_ANSWER = frozenset({BenchFault.SLOW, BenchFault.CUT, BenchFault.LYING})
needs_mosquitto = pytest.mark.skipif(program() is None, reason="no Mosquitto: apt-get install mosquitto")


class KeptOnBench(KeptInMemory):
    """Records whose time can be moved."""

    passed = timedelta()

    def begin(self, asked: LockCommand) -> str:
        return super().begin(asked._replace(at=asked.at + self.passed, until=asked.until + self.passed))

    def end(self, asked: LockCommand, answer: LockAnswer) -> None:
        super().end(asked, answer)


class BridgeOnBench:
    """A `FaultBench`: a lock behind the broker, by the lines that its process reads."""

    def __init__(self, make: str, broker: Broker) -> None:
        self._command = [sys.executable, "-m", "tools.lock_bridge", make, str(broker.port), "L1", "device"]
        self._topic, self._unlock = {
            "nuki": ("nuki/L1/lockAction", "1"),
            "homeassistant": ("home/L1/set", "UNLOCK"),
        }[make]
        self._port = broker.port
        self.make = make
        self.faults = frozenset(BenchFault) - ({BenchFault.REFUSING} if make == "homeassistant" else set())
        self.driver: RemoteLocks | None = None
        self.records = KeptOnBench({})
        self._start()

    def _start(self) -> None:
        checkout = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=checkout
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _say(self, line: str) -> int:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(line, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def set(self, fault: BenchFault) -> None:
        if self.driver is not None:
            patience = SHORT if fault in WITHOUT_ANSWER else PATIENT
            self.driver.limits = Limits(patience=patience, settle=SETTLE)
        if fault is BenchFault.RETAINED:
            self.keep(self._unlock)
            self.stop()
            self._start()
        else:
            self._say(fault)
            self._wait_until_heard(is_offline=fault is BenchFault.SILENT)

    def _wait_until_heard(self, *, is_offline: bool) -> None:
        """What the lock says of its line comes through the broker, when it comes."""
        while self.driver and (HealthFinding.OFFLINE in self.driver.health(LOCK)) is not is_offline:
            time.sleep(0.01)

    def keep(self, payload: str) -> None:
        """Have the broker keep a command, as somebody careless would; an empty one: no more."""
        paho.mqtt.publish.single(
            self._topic,
            payload,
            1,
            retain=True,
            hostname="127.0.0.1",
            port=self._port,
            auth={"username": "careless", "password": "careless"},
        )

    def turns(self) -> int:
        return self._say("turns")

    def wait_for_turns(self, turns: int) -> None:
        while self.turns() < turns:
            time.sleep(0.01)

    def pass_time(self) -> None:
        self.records.passed += timedelta(seconds=SETTLE + PATIENT)


@contextmanager
def bridge(make: str, broker: Broker) -> Iterator[BridgeOnBench]:
    bench = BridgeOnBench(make, broker)
    try:
        yield bench
    finally:
        bench.stop()


@contextmanager
def broker_on_bench() -> Iterator[Broker]:
    with mosquitto(PASSWORDS, ACL + CARELESS) as broker:
        yield broker


class OnBench(NamedTuple):
    """A lock on trial, and its bench."""

    trial: LockOnTrial
    bench: BridgeOnBench


@contextmanager
def on_bench(url: str, bench: BridgeOnBench) -> Iterator[OnBench]:
    """A new driver, as after a restart of the program."""
    door = new_id()
    link, where = link_of(url)
    assert isinstance(link, MqttLink)
    bench.records = KeptOnBench({LOCK.serial: door})
    driver = RemoteLocks(link, bench.records, where.limits._replace(patience=PATIENT, settle=SETTLE))
    bench.driver = driver
    try:
        yield OnBench(LockOnTrial(driver, LOCK, door, new_id()), bench)
    finally:
        bench.driver = None
        link.close()
