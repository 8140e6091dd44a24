# SPDX-License-Identifier: EUPL-1.2
"""`troskel bench pages` requests every page with many loaded clients, and names broken limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from troskel.cli import bench_pages
from troskel.cli.bench import Samples
from troskel.cli.bench_air import bench_air
from troskel.cli.bench_doors import bench_doors
from troskel.cli.bench_pages import PageResponse, PageVisit

RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"


def test_act_is_measured_with_its_parts(tmp_path: Path) -> None:
    """In a process of its own. No figure is asserted but the number of queries: the rest depends on the machine."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "bench", "act", "--rounds", "3"],
        env={**clean, "TROSKEL_DATABASE": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        check=True,
    )
    report: Any = json.loads(ran.stdout)
    assert report["rounds"] == 4, "a tag goes there and back"
    assert report["access"]["queries"] == 1, "who may open a door is one query"
    assert (
        report["open_door"]["queries_most"]
        > report["act"]["queries_most"]
        > report["bare"]["queries_most"]
        == 2
    )
    assert report["lock"]["queries_most"] > 0, "the lock's memory is told apart"
    assert report["head"]["ratio_p50"] > 0


def test_grants_are_measured_beside_a_bare_signature() -> None:
    report = bench_doors(2)
    assert report["rounds"] == 100 and report["bytes"]["grant"] <= 240
    assert {"issue", "verify"} <= report["per_second"].keys() and min(report["ratio"].values()) > 0


def test_an_opening_over_bluetooth_is_measured_beside_the_bare_link() -> None:
    """It fails itself where the result is not signed, or the door has not opened."""
    report = bench_air(2)
    assert report["rounds"] == 2
    assert min(report["p50_ms"][part] for part in ("opening", "bare_link", "in_process")) > 0


@pytest.mark.thorough
def test_phones_are_measured_beside_bare_rows(tmp_path: Path) -> None:
    """It fails itself where an event is stored twice or not at all."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "bench", "sync", "--rounds", "1"],
        env={**clean, "TROSKEL_DATABASE": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        check=True,
    )
    report: Any = json.loads(ran.stdout)
    assert report["rounds"] == 1 and report["statements"] < 20, "of 50 events"
    assert report["week_offline_seconds"] > 0


@pytest.mark.long
def test_every_page_is_requested_as_its_roles(tmp_path: Path) -> None:
    """In a process of its own: it makes a database and drops it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "bench", "pages", "--clients", "100", "--rounds", "1"],
        env={**clean, "TROSKEL_DATABASE": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
    )
    report: Any = json.loads(ran.stdout)
    assert ran.returncode == bool(report["broken"]), ran.stderr
    assert report["clients"] == 100
    pages = {(page["page"], page["as"]) for page in report["pages"]}
    for page in (("/", "manager"), ("/clients/", "economist"), ("/things/key/", "coordinator")):
        assert page in pages
    assert {("/search identity", "carer"), ("/search name", "locksmith")} <= pages
    assert ("/accounts/", "assessor") not in pages
    assert all(page["queries"] <= bench_pages.MAX_QUERIES for page in report["pages"]), report["broken"]


def test_broken_limit_is_named() -> None:
    spent = Samples([1.0, 1.0], [12, 13])
    heavy = PageResponse(200, os.urandom(31_000).hex().encode(), {}, 0.001, 13)
    report = bench_pages.page_report(PageVisit("/", "anna"), spent, heavy, 1.0)
    assert report["broken"] == ["queries", "later_bytes"]
    light = bench_pages.page_report(
        PageVisit("/", "anna"), Samples([1.0, 1.0], [1, 12]), heavy._replace(page=b"x"), 1.0
    )
    assert light["broken"] == []
