# SPDX-License-Identifier: EUPL-1.2
"""The same nights into two empty databases give the same journal, duties, notices and reports (rule 11): whatever ids
are drawn, and wherever the import is killed and begun anew.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from random import Random
from time import sleep
from typing import Any

import pytest
from django.db import connection

from tests.emptying import empty_the_tables
from tests.exchange.import_runs import YESTERDAY, Nights, morning, organisations_with, troskel
from tests.exchange.nights import DAY, NORTH, SOUTH, client, files, make_night, many_clients
from tests.exchange.test_plan_example_nights import EXAMPLES, SHARED, SMALL
from tests.same_story import falling, rising, shuffled, story
from tests.town import CODE, undone_at_the_end
from troskel.acts.turning_the_day import catch_up
from troskel.cli.bench_server import RUN, environment
from troskel.duties import routines
from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.ground.ids import random_source
from troskel.journal.models import Line

Import = Callable[..., Any]


MOST_STATEMENTS = 150
"""More than a small night asks, and fewer than a large one."""
LONGEST_ACT = 0.05
"""Seconds: a kill comes at the latest so long after a commit, within the act that follows."""


class Killed(BaseException):
    """The program is no more."""


class Killer:
    """Kills imports at random moments, by the number of statements that a life asks: at most `most`."""

    def __init__(self, chance: Random, most: int) -> None:
        self.chance, self.most, self.deaths, self.asked, self.dies_after = chance, most, 0, 0, 0

    def take_in(self, *arguments: Any, **options: Any) -> Any:
        """The report of the last life, which lives to the end."""
        while True:
            self.asked, self.dies_after = 0, self.chance.randint(1, self.most)
            try:
                with connection.execute_wrapper(self._ask):
                    return imported(*arguments, **options)
            except Killed:
                self.deaths += 1

    def _ask(self, execute: Any, sql: str, *statement: Any) -> Any:
        self.asked += 1
        if self.asked >= self.dies_after and not sql.startswith(("RELEASE", "ROLLBACK")):
            # those two end the savepoint that stands for an act's transaction here
            self.dies_after = sys.maxsize  # the dead ask no more
            raise Killed
        return execute(sql, *statement)


def imported(folder: Path, *options: str, day: date = DAY) -> tuple[int, Any]:
    """The exit code and the report: where an act has said no, the code says so."""
    return troskel("import", str(folder), "--day", day.isoformat(), *options, day=day)


def two_nights(
    folder: Path, source: Callable[[int], bytes], blocker: Any, by: Import = imported
) -> list[Any]:
    """The reports of two nights and the story that they leave."""
    confirm = ["--confirm"] if folder != SHARED else []  # of so few, each that ends is a great share
    with undone_at_the_end(blocker), random_source(source):
        first = by(folder / "night-1", day=YESTERDAY)
        with morning(DAY):
            catch_up(CODE)
        return [first, by(folder / "night-2", *confirm), story(CODE)]


@pytest.mark.once
@pytest.mark.parametrize("folder", EXAMPLES, ids=["small", "shared"])
def test_two_imports_tell_the_same(folder: Path, django_db_setup: None, django_db_blocker: Any) -> None:
    once = two_nights(folder, rising(), django_db_blocker)
    for source in (falling(), shuffled(1)):
        assert two_nights(folder, source, django_db_blocker) == once


def killed(folder: Path, kills: int, chance: Random, blocker: Any) -> None:
    """Takes the nights in as often as it takes to be killed so many times in all."""
    whole, deaths = two_nights(folder, rising(), blocker), 0
    while deaths < kills:
        killer = Killer(chance, MOST_STATEMENTS)
        again = two_nights(folder, shuffled(chance.getrandbits(32)), blocker, killer.take_in)
        assert again[:2] == whole[:2]
        assert [lines for lines in zip_longest(again[2], whole[2]) if len(set(lines)) > 1] == []
        deaths += killer.deaths


@pytest.fixture
def with_things(tmp_path: Path) -> Path:
    """Two nights with locks, keys and tags, and a decision to which the act says no, each time."""
    first = many_clients(12)
    first["beslut"].insert(3, "X;K0;V0;HTJ;VERKST;0206-03-02;;;handl1;")
    lines = {
        "las": ["kund_id;dorr;serienummer;monterat", *(f"K{n};;L-{n};2026-03-01" for n in range(0, 12, 2))],
        "nycklar": ["kund_id;dorr;innehavare;antal", *(f"K{n};;{NORTH};2" for n in range(1, 12, 3))],
        "knappar": ["kund_id;knapp;utlamnad", "K2;7701;2026-04-01", "K4;7702;2026-04-01"],
    }
    for number, night in ((1, first), (2, {**first, "beslut": first["beslut"][:-1]})):
        folder = tmp_path / f"night-{number}"
        folder.mkdir()
        for name, data in files(night).items():
            (folder / f"{name}.csv").write_bytes(data)
        for name, text in lines.items():
            (folder / f"{name}.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    return tmp_path


def test_killed_night_that_comes_again_is_a_whole_one(
    with_things: Path, django_db_setup: None, django_db_blocker: Any
) -> None:
    for folder in (SMALL, with_things):
        killed(folder, 2, Random(1), django_db_blocker)


@pytest.mark.long
@pytest.mark.parametrize("folder", EXAMPLES, ids=["small", "shared"])
def test_night_killed_twenty_times_is_a_whole_one(
    folder: Path, django_db_setup: None, django_db_blocker: Any
) -> None:
    killed(folder, 20, Random(1), django_db_blocker)


@pytest.mark.parametrize("first", ["K2", "K3"])
@pytest.mark.parametrize(("one", "other"), [(NORTH, SOUTH), (SOUTH, NORTH)])
def test_p1_is_the_one_who_stands_first_in_the_file(
    first: str, one: str, other: str, tmp_path: Path, db: None
) -> None:
    nights, couple = Nights(tmp_path), make_night()
    nights.take_in(make_night())
    for reference in ("K2", "K3"):
        couple["kunder"].append(client(reference, address="Parvägen 2;11111;Byn;1001"))
        couple["beslut"].append(f"B{reference};{reference};U{reference};HTJ;VERKST;2026-11-25;;;h;")
    second = "K3" if first == "K2" else "K2"
    couple["fordelning"] += [
        f"F9;B{first};{one};2026-11-25;",
        f"F8;B{second};{other};2026-11-25;",
    ]
    with random_source(falling()):
        nights.take_in(couple, "--confirm")
    assert organisations_with("P1.order") == [one]


# --- a process that is killed, by the system itself


class ProcessKiller:
    """Takes nights in by processes, and kills them some time after the journal has got a random number of lines."""

    def __init__(self, chance: Random, kills: int, most: int) -> None:
        self.chance, self.left, self.most = chance, kills, most
        self.is_untold = False
        """A night was through when its process was killed: nobody has got its report, and it finds nothing to do."""

    def take_in(self, folder: Path, *options: str, day: date = DAY) -> tuple[int, Any]:
        """The exit code and the report of the process that lived."""
        arguments = ["import", str(folder), "--day", day.isoformat(), "--json", *options]
        now = datetime.combine(day, time(4), clock.STOCKHOLM).isoformat()
        nights = Line.objects.filter(event="night.imported")
        before = nights.count()
        while True:
            process = subprocess.Popen(
                [sys.executable, "-c", RUN, *arguments],
                env=environment(TROSKEL_NOW=now),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            if self.left:
                self._kill(process)
            told, complaints = process.communicate()
            if process.returncode != -signal.SIGKILL:
                assert told, complaints
                return process.returncode, json.loads(told)
            self.left -= 1
            self.is_untold |= nights.count() > before

    def _kill(self, process: subprocess.Popen[str]) -> None:
        enough = Line.objects.count() + self.chance.randint(1, self.most)
        while process.poll() is None and Line.objects.count() < enough:
            sleep(0.002)
        sleep(self.chance.random() * LONGEST_ACT)
        process.kill()


def killed_by_the_system(folder: Path, kills: int, most: int, blocker: Any) -> None:
    """As `killed`, but the nights of a process that is gone are in the database for good."""
    whole, confirm = two_nights(folder, rising(), blocker), ["--confirm"] if folder != SHARED else []
    killer = ProcessKiller(Random(1), kills, most)
    while killer.left:  # where the processes were through too soon, once more
        with blocker.unblock():
            routines.of_municipality.cache_clear()
            killer.is_untold = False
            try:
                reports = [killer.take_in(folder / "night-1", day=YESTERDAY)]
                with morning(DAY):
                    catch_up(CODE)
                reports.append(killer.take_in(folder / "night-2", *confirm))
                assert killer.is_untold or reports == whole[:2]
                assert [lines for lines in zip_longest(story(CODE), whole[2]) if len(set(lines)) > 1] == []
                assert discrepancies(CODE) == []
            finally:
                empty_the_tables()


@pytest.mark.thorough
def test_night_of_a_killed_process_is_a_whole_one(
    with_things: Path, django_db_setup: None, django_db_blocker: Any
) -> None:
    killed_by_the_system(with_things, 1, 30, django_db_blocker)


@pytest.mark.long
@pytest.mark.parametrize("folder", EXAMPLES, ids=["small", "shared"])
def test_night_of_twenty_killed_processes_is_a_whole_one(
    folder: Path, django_db_setup: None, django_db_blocker: Any
) -> None:
    killed_by_the_system(folder, 20, 300 if folder == SHARED else 30, django_db_blocker)
