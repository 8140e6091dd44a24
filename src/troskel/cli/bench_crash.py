# SPDX-License-Identifier: EUPL-1.2
"""Kills server, child, worker and database (kill -9) under a mixed load, and counts what was lost or doubled.

Each act has a key and is sent until it is answered, as a phone does it. What has been answered must stand in the
journal, once; every e-mail of the outbox must have gone, under one Message-ID however often it was sent.
"""

from __future__ import annotations

import email
import http.client
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import Error, connection

from troskel.cli import bench_nights
from troskel.cli.bench import MUNICIPALITY, PROVIDER, perform, temporary_database
from troskel.cli.bench_nights import OFFICE
from troskel.cli.bench_parts import FIRM
from troskel.cli.bench_server import RUN, Caller, Ran, Report, environment, free_port, started, wait_for
from troskel.ground import clock
from troskel.journal import queries as journal
from troskel.journal import verification
from troskel.outbox import queries as outbox
from troskel.outbox.worker import LEASE_DURATION
from troskel.simulator.people import address, identity_number

ACTS_BETWEEN = 5
"""Acts that are answered between two kills, so that each kill falls on a load."""
PATIENCE_SECONDS = 180
PAUSE_SECONDS = 0.1
SILENT_SECONDS = 2.0  # a caller gives up, and asks again with the same key


Answer = dict[str, Any]
Story = Generator[tuple[str, str, dict[str, Any]], Answer, None]
"""Acts one after the other, each with its account and values; gets each act's answer."""

ACCOUNTS = (("anna", "assessor", OFFICE), ("olle", "coordinator", PROVIDER), ("laban", "locksmith", FIRM))


class Acknowledged(NamedTuple):
    """An act that was answered: the events that it writes, and the numbers of its lines."""

    act: str
    lines: tuple[int, ...]


class _Load:
    """Those who act, until they are stopped. Each act is sent with its key until it is answered."""

    def __init__(self, port: int, callers: dict[str, str]) -> None:
        self.port = port
        self.acknowledged: list[Acknowledged] = []
        self.wrong: Counter[str] = Counter()
        self.sent_again = 0
        self._stop = threading.Event()
        self._tokens = callers
        kinds = (_things, _care, _visits)
        self._threads = [
            threading.Thread(target=self._run, args=(number, kind())) for number, kind in enumerate(kinds)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stops, once what was begun has been answered."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _run(self, number: int, story: Story) -> None:
        account, act, values = next(story)
        for count in itertools.count():
            answer = self._until_answered(act, values, f"crash-{number}-{count}", self._tokens[account])
            if self._stop.is_set() or answer is None:
                return
            account, act, values = story.send(answer)

    def _until_answered(self, act: str, values: dict[str, Any], key: str, token: str) -> Answer | None:
        body, end = json.dumps(values).encode(), time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            caller = Caller(self.port, patience=SILENT_SECONDS, Authorization=f"Bearer {token}")
            with suppress(OSError, http.client.HTTPException):
                answer = caller.post(f"/api/v1/acts/{act}", body, key)
                if answer.status == http.HTTPStatus.OK:
                    outcome = json.loads(answer.body)
                    self.acknowledged.append(Acknowledged(act, tuple(outcome["lines"])))
                    caller.connection.close()
                    told: Answer = outcome["answer"]
                    return told
                if answer.status not in (
                    http.HTTPStatus.SERVICE_UNAVAILABLE,
                    http.HTTPStatus.TOO_MANY_REQUESTS,
                ):
                    self.wrong[f"{act}: {answer.status} {answer.body[:200].decode()}"] += 1
                    return None
            caller.connection.close()
            self.sent_again += 1
            time.sleep(PAUSE_SECONDS)
        self.wrong[f"{act}: not answered in {PATIENCE_SECONDS} s"] += 1
        return None


def _things() -> Story:
    """Tags are taken into stock."""
    for n in itertools.count():
        yield "siri", "register_things", {"kind": "tag", "numbers": [f"C-{n:06}"], "organisation": OFFICE}


def _care() -> Story:
    """A client gets care and a lock: duties, and e-mails when the lock is mounted."""
    since = clock.today().isoformat()
    for n in itertools.count():
        client = {"reference": f"N{n}", "first_name": "A", "last_name": "B", "address": address(n + 500)}
        client["identity"] = identity_number(clock.today() - timedelta(days=30_000 + n // 20), 980 + n % 20)
        yield "anna", "register_clients", {"clients": [client]}
        decision = {"client": f"N{n}", "reference": f"E{n}", "service": "home_care", "valid_from": since}
        yield "anna", "make_decisions", {"decisions": [decision]}
        allocation = {
            "decision": f"E{n}",
            "reference": f"G{n}",
            "organisation": PROVIDER,
            "valid_from": since,
        }
        yield "anna", "allocate", {"allocations": [allocation]}
        yield "siri", "register_things", {"kind": "lock", "numbers": [f"L-{n:06}"], "organisation": FIRM}
        wanted = {"client": f"N{n}", "locksmith": FIRM, "reason": "-"}
        ordered = yield "olle", "order_installation", wanted
        yield "laban", "report_installation", {"order": ordered["order"], "serial": f"L-{n:06}"}


def _visits() -> Story:
    """A carer visits, every other minute of the past."""
    began = clock.now()
    for n in itertools.count():
        arrived = began - timedelta(minutes=n * 2 + 10)
        times = {"arrived": arrived.isoformat(), "departed": (arrived + timedelta(minutes=1)).isoformat()}
        yield "carer", "register_visit", {"client": "K0", "by": "hand", "reason": "no_tag_yet", **times}


class _Programs:
    """A server of two processes and a worker, which are started again when they have been killed."""

    def __init__(self, port: int, letters: Path) -> None:
        self.port = port
        self.environment = environment(TROSKEL_DEMO="true", TROSKEL_LETTER_BOX=str(letters))
        self.server = self._serve()
        self.worker = self._work()
        wait_for(self.port, self.server)

    def kill(self, victim: str, chance: random.Random) -> bool:
        """Kills one with SIGKILL, and starts again what nothing else does. Returns whether there was one to kill."""
        if victim == "database":
            return _kill_database()
        if victim == "worker":
            self.worker.kill()
            self.worker.wait()
            self.worker = self._work()
        elif victim == "child":
            children = _children(self.server.pid)
            if not children:
                return False
            _kill(chance.choice(children))
        else:  # with its processes, as systemd ends a unit
            children = _children(self.server.pid)
            for pid in (self.server.pid, *children):
                _kill(pid)
            self.server.wait()
            self.server = self._serve()
        return True

    def stop(self) -> None:
        """Stops all, as systemd does."""
        for process in (self.server, self.worker):
            process.terminate()
            process.wait(PATIENCE_SECONDS)

    def _serve(self) -> subprocess.Popen[bytes]:
        return started(self.port, workers=2, environment=self.environment)

    def _work(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", RUN, "worker"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def bench_crash(kills: int, seed: int = 1, progress: Callable[[str], None] = print) -> Report:
    """Kills so often, and returns the counts. `lost` and `doubled` are to be none."""
    chance = random.Random(seed)
    with temporary_database(), tempfile.TemporaryDirectory() as folder:
        callers = tokens_of_callers()
        before = _lines()
        begun = time.monotonic()
        programs = _Programs(free_port(), Path(folder))
        load = _Load(programs.port, callers)
        killed: Counter[str] = Counter()
        try:
            victims = _victims()
            for number in range(kills):
                seen, end = len(load.acknowledged), time.monotonic() + PATIENCE_SECONDS
                while len(load.acknowledged) < seen + ACTS_BETWEEN and time.monotonic() < end:
                    time.sleep(PAUSE_SECONDS / 10)
                time.sleep(chance.random() * PAUSE_SECONDS)
                victim = victims[number % len(victims)]
                killed[victim] += programs.kill(victim, chance)
                if (number + 1) % 10 == 0:
                    progress(f"{number + 1} kills, {len(load.acknowledged)} acts")
        except KeyboardInterrupt:
            progress("interrupted: what was done so far is judged")
        finally:
            load.stop()
            programs.stop()
        seconds = round(time.monotonic() - begun, 1)
        return {
            "database": connection.vendor,
            "kills": dict(killed),
            "seconds": seconds,
            "sent_again": load.sent_again,
            "wrong": dict(load.wrong),
            **judged(load.acknowledged, before, _lines()),
            "mail": _mail_sent(Path(folder)),
            "chain": _chains(),
        }


def judged(acknowledged: list[Acknowledged], before: dict[int, str], after: dict[int, str]) -> Report:
    """Returns how many acts were acknowledged, lost and doubled. `before`, `after`: each line's act, by number.

    Lost: a line that was answered is not there, or is another act's. Doubled: a line of an act that nobody was
    answered, or that two were.
    """
    told = [(line, one.act) for one in acknowledged for line in one.lines]
    lost = sum(after.get(line) != act for line, act in told)
    twice = len(told) - len({line for line, _act in told})
    of_load = {one.act for one in acknowledged}
    unknown = after.keys() - before.keys() - {line for line, _act in told}
    doubled = twice + sum(after[line] in of_load for line in unknown)
    acts = Counter(one.act for one in acknowledged)
    return {"acknowledged": len(acknowledged), "acts": dict(acts), "lost": lost, "doubled": doubled}


def _victims() -> list[str]:
    return ["child", "worker", "server", *(["database"] if connection.vendor == "postgresql" else [])]


def tokens_of_callers() -> dict[str, str]:
    """The municipality with all that it takes; tokens by account."""
    carer = bench_nights.carers(1)[0]
    firm = {"orgnr": FIRM, "name": "Firm", "email": "f@example.org", "kind": "locksmith"}
    perform("register_organisations", organisations=[firm])
    tokens = {"carer": carer}
    for name, role, organisation in ACCOUNTS:
        perform("register_account", username=name, name=name, role=role, organisation=organisation)
    for name in ("siri", *(name for name, _role, _organisation in ACCOUNTS)):
        tokens[name] = str(perform("issue_token", username=name, label="crash")["token"])
    return tokens


def _lines() -> dict[int, str]:
    """Each line's act, by number."""
    return {int(row.number): row.act for row in journal.line_texts_after(MUNICIPALITY, None, kind="acts")}


def _mail_sent(folder: Path) -> dict[str, int]:
    """Sends what is left, once the leases of killed workers have run out. Returns how many e-mails there are.

    `put`: in the outbox, `left`: not sent. `ids`: Message-IDs that arrived, `again`: how often one came again.
    """
    later = (clock.now() + 2 * LEASE_DURATION).isoformat()
    for _round in range(3):  # the copies of a message are put when it is handled
        if outbox.emails(MUNICIPALITY).filter(done_at=None).exists():
            Ran(["worker", "--once"], TROSKEL_NOW=later, TROSKEL_LETTER_BOX=str(folder))
    ids = Counter(email.message_from_bytes(file.read_bytes())["Message-ID"] for file in folder.glob("*.eml"))
    put = outbox.emails(MUNICIPALITY)
    left = put.filter(done_at=None).count()
    return {"put": put.count(), "left": left, "ids": len(ids), "again": ids.total() - len(ids)}


def _chains() -> str:
    for kind in ("acts", "reads"):
        found = verification.verify(MUNICIPALITY, kind)
        if not found.is_sound:
            return str(found)
    return "unbroken"


def _children(pid: int) -> list[int]:
    """The processes of a server that answer. Python's resource tracker, its child too, is none."""
    found: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
                if b"spawn_main" in (entry / "cmdline").read_bytes():
                    found[parent].append(int(entry.name))
    return found[pid]


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kill_database() -> bool:
    """Kills one of PostgreSQL's processes: the server then ends all of them and recovers, as after a power cut."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return False
    _kill(row[0])
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        connection.close()
        with suppress(Error):
            connection.ensure_connection()
            return True
        time.sleep(PAUSE_SECONDS)
    raise RuntimeError("the database did not come back")
