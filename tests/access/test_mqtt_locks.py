# SPDX-License-Identifier: EUPL-1.2
"""Nuki's and Home Assistant's locks: the suite and every fault, over a real Mosquitto and a lock in another process."""

from __future__ import annotations

import gc
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.publish
import pytest

from tests.access.lock_bench import (
    LOCK,
    SHORT,
    BridgeOnBench,
    OnBench,
    bridge,
    broker_on_bench,
    needs_mosquitto,
    on_bench,
)
from tools.mosquitto import Broker
from troskel.access.drivers import BoltPosition, CommandResult, HealthFinding, LockAt
from troskel.access.locks.conformance import REQUIREMENTS, TrialVerdict, run_suite
from troskel.access.locks.faults import FAULT_REQUIREMENTS, BenchFault, FaultRequirement
from troskel.access.locks.remote import Limits, RemoteLocks
from troskel.access.locks.urls import link_of
from troskel.access.rules import LockOutcome
from troskel.cli.main import main

pytestmark = needs_mosquitto
MAKES = ("nuki", "homeassistant")


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with broker_on_bench() as running:
        yield running


@pytest.fixture(scope="module", params=MAKES)
def bench(request: pytest.FixtureRequest, broker: Broker) -> Iterator[BridgeOnBench]:
    with bridge(request.param, broker) as running:
        yield running


@pytest.fixture
def on(bench: BridgeOnBench, broker: Broker) -> Iterator[OnBench]:
    with on_bench(f"mqtt+{bench.make}://troskel:server@127.0.0.1:{broker.port}/", bench) as tried:
        yield tried


def test_it_holds_to_the_suite(on: OnBench) -> None:
    failed = {
        one.requirement.name: one.seen for one in run_suite(on.trial) if one.verdict is TrialVerdict.FAILED
    }
    assert failed == {}


@pytest.mark.parametrize(
    "requirement", FAULT_REQUIREMENTS, ids=lambda one: one.check.__name__ + "-" + one.fault
)
def test_it_holds_under_a_fault(on: OnBench, requirement: FaultRequirement) -> None:
    if requirement.fault not in on.bench.faults:
        pytest.skip("this make has no such answer")
    if requirement.fault is not BenchFault.RETAINED:
        on.trial.lock_it()
    on.bench.set(requirement.fault)
    try:
        requirement.check(on.trial, on.bench)
    finally:
        on.bench.keep("")
        on.bench.set(BenchFault.NONE)


def says(
    broker: Broker, topic: str, payload: str, user: str = "careless", password: str = "careless"
) -> None:
    """Somebody publishes something."""
    auth: Any = {"username": user, "password": password}
    paho.mqtt.publish.single(topic, payload, 1, hostname="127.0.0.1", port=broker.port, auth=auth)


STATE = {"nuki": "nuki/L1/state", "homeassistant": "home/L1/state"}
LOCKED = {"nuki": "1", "homeassistant": "LOCKED"}
ONLINE = {"nuki": ("nuki/L2/connected", "true"), "homeassistant": ("home/L2/availability", "online")}


def test_another_device_says_nothing_of_this_lock(on: OnBench, broker: Broker) -> None:
    on.trial.open_it()
    says(broker, STATE[on.bench.make], LOCKED[on.bench.make], "L2", "other")
    says(broker, *ONLINE[on.bench.make], "L2", "other")
    says(broker, STATE[on.bench.make].replace("L1", "L2"), LOCKED[on.bench.make], "L2", "other")
    while on.trial.driver.state(LockAt("0999", "L2")).bolt is not BoltPosition.LOCKED:
        time.sleep(0.01)
    assert on.trial.bolt() is BoltPosition.UNLOCKED
    on.trial.lock_it()


def test_what_the_broker_had_kept_says_nothing_of_now(on: OnBench) -> None:
    on.bench.set(BenchFault.NONE)
    state = on.trial.driver.state(LOCK)
    assert (state.bolt, state.seen) == (BoltPosition.UNKNOWN, None)
    assert HealthFinding.STALE in on.trial.driver.health(LOCK)


def test_an_old_observation_is_unknown_and_says_when(on: OnBench) -> None:
    on.trial.lock_it()
    seen = on.trial.driver.state(LOCK).seen
    assert isinstance(on.trial.driver, RemoteLocks) and seen is not None
    on.trial.driver.limits = Limits(fresh=-1)
    state = on.trial.driver.state(LOCK)
    assert state.bolt is BoltPosition.UNKNOWN and state.seen is not None
    assert abs((state.seen - seen).total_seconds()) < 1, "by the monotonic clock"


@pytest.mark.parametrize("state", ["None", "unlocked?", "", "255", "LOCKED" * 500, "0"])
def test_a_state_without_meaning_is_unknown(on: OnBench, broker: Broker, state: str) -> None:
    on.trial.lock_it()
    before = on.trial.driver.state(LOCK)
    if len(state) > 1000:
        says(broker, STATE[on.bench.make], state)
        says(broker, STATE[on.bench.make], "?")
    else:
        says(broker, STATE[on.bench.make], state)
    while on.trial.driver.state(LOCK).bolt is before.bolt:
        time.sleep(0.01)
    assert on.trial.bolt() is BoltPosition.UNKNOWN


@pytest.fixture
def nuki(broker: Broker) -> Iterator[BridgeOnBench]:
    with bridge("nuki", broker) as running:
        yield running


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_over_tls_the_broker_is_verified(nuki: BridgeOnBench, broker: Broker) -> None:
    url = f"mqtts+nuki://troskel:server@localhost:{broker.tls_port}/"
    with on_bench(f"{url}?ca={broker.ca}", nuki) as on:
        on.trial.open_it()
        on.trial.lock_it()
    with on_bench(url, nuki) as on, pytest.MonkeyPatch.context() as patch:
        assert isinstance(on.trial.driver, RemoteLocks)
        patch.setattr(on.trial.driver, "limits", Limits(patience=SHORT))
        assert on.trial.unlock().outcome is LockOutcome.NO_ANSWER
    gc.collect()  # the client leaves a socket behind whose handshake failed


def test_with_another_password_nothing_is_sent(nuki: BridgeOnBench, broker: Broker) -> None:
    with on_bench(f"mqtt+nuki://troskel:wrong@127.0.0.1:{broker.port}/", nuki) as on:
        assert isinstance(on.trial.driver, RemoteLocks)
        on.trial.driver.limits = Limits(patience=SHORT)
        before = on.bench.turns()
        assert on.trial.unlock().outcome is LockOutcome.NO_ANSWER and on.bench.turns() == before


def test_an_optimistic_lock_is_never_known(broker: Broker) -> None:
    with bridge("homeassistant", broker) as bench:
        url = f"mqtt+homeassistant://troskel:server@127.0.0.1:{broker.port}/?optimistic=true"
        with on_bench(url, bench) as on:
            before = bench.turns()
            answer = on.trial.unlock()
            assert answer.result is CommandResult.UNKNOWN, "believed to have done what it was told"
            bench.wait_for_turns(before + 1)
            assert on.trial.bolt() is BoltPosition.UNKNOWN


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("mqtt+brass://h/", "no kind of lock"),
        ("mqtt+nuki:///", "no host"),
        ("mqtt+nuki://u:secret@h:port/", "no URL"),
        ("mqtt+nuki://u:secret@locks.example/", "in the clear"),
        ("mqtt+nuki://u:secret@127.0.0.1/?unlatch=yes", "unlatch"),
        ("mqtt+nuki://u:secret@127.0.0.1/?patience=0", "patience"),
        ("mqtt+nuki://u:secret@127.0.0.1/?retry=3", "retry"),
        ("mqtt+nuki://u:secret@127.0.0.1/?fresh=60&fresh=70", "twice"),
        ("mqtts+nuki://u:secret@127.0.0.1/?tls=none", "tls"),
        ("mqtt+homeassistant://127.0.0.1/?state_topic=home/door/state", "state_topic"),
        ("mqtt+homeassistant://127.0.0.1/?state_topic=home/%2B/{serial}", "state_topic"),
        ("mqtt+homeassistant://127.0.0.1/?state_locked=UNLOCKED", "two things"),
        ("mqtt+homeassistant://127.0.0.1/?state_topic=home/{serial}/set", "same topic"),
    ],
)
def test_a_url_that_means_nothing_is_refused_without_its_password(url: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as told:
        link_of(url)
    assert "secret" not in str(told.value)


def asked_for(broker: Broker) -> list[str]:
    url = f"mqtt+nuki://troskel:server@127.0.0.1:{broker.port}/?patience=60&settle=1"
    return ["conformance", "lock", url, "--json"]


@pytest.mark.usefixtures("nuki")
def test_a_lock_maker_runs_the_suite_alone(broker: Broker, tmp_path: Path) -> None:
    """In a folder of its own, without a database."""
    run = "import sys; from troskel.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", run, *asked_for(broker)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    verdicts = {one["name"]: one["verdict"] for one in json.loads(done.stdout)}
    assert list(verdicts) == [one.name for one in REQUIREMENTS] and "failed" not in verdicts.values()
    held = {name for name, verdict in verdicts.items() if verdict == "held"}
    assert {"state.unlocked", "grant.once", "command.one_at_a_time", "events.once"} <= held
    assert list(tmp_path.iterdir()) == []


def test_the_suite_by_url_fails_where_no_lock_answers(
    broker: Broker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TROSKEL_DATABASE", "")  # which the command sets, and this puts back
    assert main([*asked_for(broker), "--serial", "nobody"]) == 1
    told = capsys.readouterr()
    tried = {one["name"]: one for one in json.loads(told.out)}
    assert tried["state.locked"]["verdict"] == "failed" and "no_answer" in tried["state.locked"]["seen"]
    assert "server" not in told.out + told.err, "the URL holds a password"


def faulty_day(on: OnBench, chance: random.Random, openings: int) -> None:
    """Somebody opens and locks while faults come and go: one turn at most for each opening that may have been sent."""
    sent, faults = 0, sorted(on.bench.faults - {BenchFault.RETAINED})
    begun = on.bench.turns()
    for _time in range(openings):
        on.bench.set(chance.choice(faults))
        answer = on.trial.unlock()
        sent += answer.outcome is LockOutcome.OPENED or answer.result is CommandResult.UNKNOWN
        if answer.outcome is LockOutcome.OPENED:
            assert on.trial.bolt() is BoltPosition.UNLOCKED
        on.bench.set(BenchFault.NONE)
        on.bench.pass_time()
        on.trial.lock_it()
        assert on.trial.bolt() is BoltPosition.LOCKED
        assert on.bench.turns() - begun <= sent, "an opening that nobody asked for, or one done twice"


def test_a_day_of_faults(on: OnBench) -> None:
    faulty_day(on, random.Random(1), 4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_many_days_of_faults(on: OnBench, seed: int) -> None:
    faulty_day(on, random.Random(seed), 100)
