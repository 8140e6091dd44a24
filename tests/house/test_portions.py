# SPDX-License-Identifier: EUPL-1.2
"""A whole run is divided, and nothing is lost by it: each file once on each database, the browser's once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tools import portions
from tools.portions import BROWSER, POSTGRESQL, SQLITE

CHECKOUT = Path(__file__).parent.parent.parent
FILES = ["tests/a/test_a.py", "tests/a/test_b.py", "tests/b/test_c.py", "tests/browser/test_d.py"]


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 8, 64])
def test_every_file_of_the_checkout_is_run_once_on_each_database(cores: int) -> None:
    found = [str(file.relative_to(CHECKOUT)) for file in CHECKOUT.glob("tests/**/test_*.py")]
    divided = portions.portions(
        portions.all_files(), [SQLITE, POSTGRESQL, BROWSER], portions.recorded(), cores
    )
    ran = Counter((portion.part, file) for portion in divided for file in portion.files)
    assert set(ran.values()) == {1}
    pages = {file for file in found if Path(file).parts[1] == "browser"}
    assert {file for part, file in ran if part == BROWSER} == pages
    for part in (SQLITE, POSTGRESQL):
        assert {file for on, file in ran if on == part} == set(found) - pages


def test_the_heavy_are_apart_and_begin_first() -> None:
    costs = {"tests/a/test_a.py": {SQLITE: 50.0}, "tests/b/test_c.py": {SQLITE: 30.0}}
    divided = portions.portions(FILES, [SQLITE], costs, 2)
    assert [portion.files for portion in divided] == [
        ("tests/a/test_a.py",),
        ("tests/a/test_b.py", "tests/b/test_c.py"),
    ]


def test_a_quick_run_takes_the_files_that_cost_least() -> None:
    dear = portions.QUICK_SECONDS - 1
    costs = {"tests/a/test_a.py": {SQLITE: dear}, "tests/a/test_b.py": {SQLITE: 3.0}, "tests/b/test_c.py": {}}
    assert portions.quickest(FILES, SQLITE, costs) == ["tests/b/test_c.py", "tests/a/test_b.py"]


def test_what_touches_no_database_is_not_run_again_on_the_second() -> None:
    here = "tests/house/test_portions.py::test_a_file_that_grows_is_told_and_a_slower_machine_is_not"
    there = "tests/ground/test_maintenance.py"
    once = "tests/simulator/test_rough_lives.py"
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--database-only", here, there, once]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert there in ran.stdout
    assert here not in ran.stdout and once not in ran.stdout


def test_a_file_that_grows_is_told_and_a_slower_machine_is_not() -> None:
    before = {file: {SQLITE: 20.0} for file in FILES}
    slower = {file: {SQLITE: 60.0} for file in FILES}
    assert portions.grown(before, slower) == []
    (told,) = portions.grown(before, slower | {FILES[1]: {SQLITE: 200.0}})
    assert FILES[1] in told


def test_the_record_is_written_as_it_is_read_and_without_what_is_quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = portions.recorded()
    assert told, "./dev durations makes it"
    monkeypatch.setattr(portions, "RECORD", tmp_path / "durations.json")
    portions.record(told)
    assert json.loads((tmp_path / "durations.json").read_text()) == told
    portions.record({"tests/a.py": {SQLITE: 0.4, BROWSER: 1.6}})
    assert portions.recorded() == {"tests/a.py": {BROWSER: 2}}
