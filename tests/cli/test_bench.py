# SPDX-License-Identifier: EUPL-1.2
"""`troskel bench pages` asks for every page among clients that it loads, and says which limit is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from troskel.cli import bench_pages
from troskel.cli.bench import Measured
from troskel.cli.bench_pages import Answered, Asked

RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"


def test_every_page_is_asked_for_as_its_roles(tmp_path: Path) -> None:
    """In a process of its own: it makes a database and drops it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "bench", "pages", "--clients", "100", "--rounds", "2"],
        env={**clean, "TROSKEL_DATABASE": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
    )
    told: Any = json.loads(ran.stdout)
    assert ran.returncode == bool(told["broken"]), ran.stderr
    assert told["clients"] == 100
    asked = {(page["page"], page["as"]) for page in told["pages"]}
    for page in (("/", "manager"), ("/clients/", "economist"), ("/things/key/", "coordinator")):
        assert page in asked
    assert {("/search identity", "carer"), ("/search name", "locksmith")} <= asked
    assert ("/accounts/", "assessor") not in asked
    assert all(page["queries"] <= bench_pages.QUERIES for page in told["pages"]), told["broken"]


def test_what_breaks_a_limit_is_named() -> None:
    spent = Measured([1.0, 1.0], [12, 13])
    heavy = Answered(200, os.urandom(31_000).hex().encode(), {}, 0.001, 13)
    told = bench_pages.told(Asked("/", "anna"), spent, heavy, 1.0)
    assert told["broken"] == ["queries", "later_bytes"]
    light = bench_pages.told(
        Asked("/", "anna"), Measured([1.0, 1.0], [1, 12]), heavy._replace(page=b"x"), 1.0
    )
    assert light["broken"] == []
