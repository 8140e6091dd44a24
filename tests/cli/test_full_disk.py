# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL's disk is full, really: its data directory is on a small file system that is filled to the last byte.

A served program says 503 and does nothing by halves, however PostgreSQL takes it (an error, or a fall and a recovery);
once there is room, the same keys go through, and the journal holds. SQLite's full disk: tests/api/test_disk.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tools import postgres
from tools.environment import VENV
from tools.postgres import Cluster
from troskel.cli.bench_server import RUN, Caller, HttpAnswer, free_port, started, wait_for

pytestmark = [pytest.mark.thorough, pytest.mark.once]

SIZE = "160m"
PER_ACT = 400
"""Tags of one act: more than what is left in the pages that there are."""
TRIES = 40
PREPARE = (
    "import django, json; django.setup(); from troskel.cli import bench_crash; "
    "print(json.dumps(bench_crash.tokens_of_callers()))"
)


@contextmanager
def small_file_system() -> Iterator[Path]:
    """A file system of its own, in memory. Skips where none may be mounted."""
    with tempfile.TemporaryDirectory(prefix="troskel-small-", dir="/tmp") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", name]
        if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount a small file system")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL whose every file is on the small file system."""
    with small_file_system() as place, postgres.cluster(VENV, place) as made:
        made.start()
        yield made


class Disk:
    """The small file system: filled to the last byte, and freed."""

    def __init__(self, cluster: Cluster) -> None:
        self.ballast = cluster.folder / "ballast"

    def fill(self) -> None:
        with self.ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(1 << 16)):
                pass
        with self.ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(b"x"):
                pass

    def free(self) -> None:
        self.ballast.unlink()


class Program:
    """The program on that database, served in a process of its own."""

    def __init__(self, cluster: Cluster) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
        self.environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "troskel.config.settings",
            "TROSKEL_DATABASE": cluster.url,
            "TROSKEL_SECRET": "of a program that is gone in a minute, on a full disk",
            "TROSKEL_WAIT": "2",
        }
        self.runs("-c", RUN, "migrate")
        self.token = json.loads(self.runs("-c", PREPARE))["siri"]
        self.port = free_port()

    def runs(self, *arguments: str) -> str:
        """A command of the program, run to its end."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[None]:
        server = started(self.port, workers=1, environment=self.environment)
        try:
            wait_for(self.port, server)
            yield
        finally:
            server.terminate()
            server.wait(60)

    def takes_into_stock(self, number: int) -> HttpAnswer:
        """An act that needs room; `number` is its key."""
        numbers = [f"D-{number}-{n}" for n in range(PER_ACT)]
        values = {"kind": "tag", "numbers": numbers, "organisation": "2120000993"}
        caller = Caller(self.port, Authorization=f"Bearer {self.token}")
        try:
            return caller.post("/api/v1/acts/register_things", json.dumps(values).encode(), f"disk-{number}")
        finally:
            caller.connection.close()

    def is_live(self) -> bool:
        caller = Caller(self.port)
        try:
            return caller.get("/-/live").status == 200
        finally:
            caller.connection.close()


def test_acts_are_refused_whole_and_go_on_once_there_is_room(cluster: Cluster) -> None:
    program, disk = Program(cluster), Disk(cluster)
    with program.served():
        assert program.takes_into_stock(0).status == 200
        disk.fill()
        answers = [program.takes_into_stock(number) for number in range(1, TRIES)]
        codes = {answer.status for answer in answers}
        assert codes <= {200, 503} and 503 in codes, [answer.body[:300] for answer in answers]
        assert {json.loads(answer.body)["code"] for answer in answers if answer.status == 503} == {
            "server.away"
        }
        assert program.is_live(), "it answers, whatever its database does"
        disk.free()
        if (
            not cluster.runs
        ):  # a full disk under its own log fells PostgreSQL; systemd or a person starts it again
            cluster.start()
        for number in range(TRIES + 1):  # repeats, those that were refused, and a new one
            assert until_there(program, number).status == 200, number
    with psycopg.connect(cluster.url) as there:
        query = "SELECT count(*), count(DISTINCT number) FROM custody_thing WHERE number LIKE 'D-%'"
        assert there.execute(query).fetchone() == (PER_ACT * (TRIES + 1),) * 2
    assert "BROKEN" not in program.runs("-c", RUN, "journal", "verify", "--all")


def until_there(program: Program, number: int) -> HttpAnswer:
    """The answer once PostgreSQL has recovered."""
    end = time.monotonic() + 60
    while (answer := program.takes_into_stock(number)).status == 503 and time.monotonic() < end:
        time.sleep(0.2)
    return answer
