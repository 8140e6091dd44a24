# SPDX-License-Identifier: EUPL-1.2
"""The import contracts between the rooms: each is violated in a copy, and detected."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import grimp
import pytest

CHECKOUT = Path(__file__).parent.parent.parent
CONTRACTS: list[dict[str, Any]] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]


@dataclass(frozen=True)
class Violation:
    """A line added to a file of the copy, and the contract that it breaks."""

    contract: str
    file: str
    line: str


VIOLATIONS = [
    Violation("floors", "care/violation.py", "import troskel.acts"),
    Violation("floors", "ground/violation.py", "import troskel.journal"),
    Violation("floors", "cli/violation.py", "import troskel.config"),
    Violation("floors", "web/violation.py", "import troskel.phone"),
    Violation("floors", "visits/violation.py", "import troskel.orders"),
    Violation("floors", "duties/violation.py", "import troskel.permits"),
    Violation("floors", "acts/violation.py", "import troskel.reading"),
    Violation("floors", "reading/violation.py", "import troskel.acts"),
    Violation("floors", "acts/violation.py", "import troskel.offers"),
    Violation("floors", "screens/violation.py", "import troskel.web"),
    Violation("floors", "retention/violation.py", "import troskel.permits"),
    Violation("floors", "routine/violation.py", "import troskel.ground"),
    Violation("floors", "attic/__init__.py", ""),
    Violation("pure-rooms", "routine/violation.py", "import django.db"),
    Violation("pure-rooms", "doorproto/violation.py", "import django"),
    Violation("pure-rules", "care/rules.py", "from django.utils import timezone"),
    Violation("pure-rules", "orders/rules.py", "import troskel.orders.models"),
    Violation("no-trade-in-the-ground", "people/violation.py", "import troskel.routine"),
    Violation("no-trade-in-the-ground", "journal/violation.py", "import troskel.doorproto"),
    Violation("operations", "simulator/violation.py", "import troskel.journal.operations"),
    Violation("operations", "permits/violation.py", "import troskel.outbox.operations"),
    Violation("operations", "exchange/violation.py", "import troskel.people.operations"),
    Violation("interfaces", "web/violation.py", "import troskel.care.models"),
    Violation("interfaces", "phone/violation.py", "import troskel.visits.rules"),
    Violation("interfaces", "cli/violation.py", "import troskel.people.models"),
    Violation("interfaces", "api/violation.py", "import troskel.duties.models"),
    Violation("api", "api/violation.py", "import troskel.journal.operations"),
    Violation("operations", "web/violation.py", "import troskel.orders.operations"),
]


@dataclass(frozen=True)
class Copy:
    """A copy of the source, to do mischief in."""

    folder: Path

    def broken_contracts(self) -> set[str]:
        """The contracts that lint-imports calls broken."""
        done = subprocess.run(
            [
                Path(sys.executable).parent / "lint-imports",
                "--no-cache",
                "--config",
                self.folder / "pyproject.toml",
            ],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src"), "NO_COLOR": "1", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
        assert set(verdicts) == {contract["name"] for contract in CONTRACTS}, done.stdout + done.stderr
        return {contract["id"] for contract in CONTRACTS if verdicts[contract["name"]] == "BROKEN"}

    def broken_by_violation(self, violation: Violation) -> set[str]:
        """The same, while the offence stands in the copy."""
        file = self.folder / "src" / "troskel" / violation.file
        before = file.read_text() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{before or ''}\n{violation.line}\n")
        try:
            return self.broken_contracts()
        finally:
            if before is not None:
                file.write_text(before)
            elif file.name == "__init__.py":
                shutil.rmtree(file.parent)
            else:
                file.unlink()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """The source as it is."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    shutil.copytree(CHECKOUT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    yield Copy(folder)
    shutil.rmtree(folder)


def test_every_contract_is_kept(copy: Copy) -> None:
    assert copy.broken_contracts() == set()


@pytest.mark.parametrize(
    "violation", VIOLATIONS, ids=lambda violation: f"{violation.contract}: {violation.file} {violation.line}"
)
def test_violation_breaks_the_intended_contract(copy: Copy, violation: Violation) -> None:
    assert copy.broken_by_violation(violation) == {violation.contract}


def test_every_contract_is_broken_at_least_once() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {violation.contract for violation in VIOLATIONS}


def test_contracts_have_no_ignore_lists() -> None:
    leniencies = (
        "ignore_imports",
        "exhaustive_ignores",
        "unmatched_ignore_imports_alerting",
        "skip_descendants",
    )
    assert [contract["id"] for contract in CONTRACTS if any(key in contract for key in leniencies)] == []


def test_api_may_not_import_operations_of_other_rooms() -> None:
    (contract,) = [contract for contract in CONTRACTS if contract["id"] == "api"]
    rooms = (CHECKOUT / "src" / "troskel").glob("*/operations.py")
    operations = {f"troskel.{room.parent.name}.operations" for room in rooms} - {"troskel.api.operations"}
    assert set(contract["forbidden_modules"]) == operations, (
        "bring forbidden_modules of the contract up to date"
    )


def test_no_files_import_each_other_in_a_circle() -> None:
    """Also where the import stands inside a function."""
    graph = grimp.build_graph("troskel", cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imported).prepare()  # raises CycleError, which names the files
