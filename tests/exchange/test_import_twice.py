# SPDX-License-Identifier: EUPL-1.2
"""The same nights into two empty databases give the same journal, duties, notices and reports (rule 11): whatever ids
are drawn, and wherever the import is killed and begun anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection

from tests.exchange.import_runs import YESTERDAY, Nights, morning, organisations_with, troskel
from tests.exchange.nights import DAY, NORTH, SOUTH, client, files, make_night, many_clients
from tests.exchange.test_plan_example_nights import EXAMPLES, SHARED, SMALL
from tests.same_story import falling, rising, shuffled, story
from tests.town import CODE, undone_at_the_end
from troskel.acts.turning_the_day import catch_up
from troskel.ground.ids import random_source

Import = Callable[..., Any]


MOST_STATEMENTS = 150
"""More than a small night asks, and fewer than a large one."""


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
