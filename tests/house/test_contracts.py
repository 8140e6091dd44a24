# SPDX-License-Identifier: EUPL-1.2
"""The contracts between the rooms are held by a machine: here each is broken, in a copy, and caught."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
CONTRACTS: list[dict[str, Any]] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]


@dataclass(frozen=True)
class Break:
    """A line added to a file of the copy, and the contract that it breaks."""

    contract: str
    file: str
    line: str


BREAKS = [
    Break("floors", "care/offence.py", "import troskel.acts"),
    Break("floors", "ground/offence.py", "import troskel.journal"),
    Break("floors", "cli/offence.py", "import troskel.config"),
    Break("floors", "web/offence.py", "import troskel.phone"),
    Break("floors", "visits/offence.py", "import troskel.orders"),
    Break("floors", "duties/offence.py", "import troskel.permits"),
    Break("floors", "acts/offence.py", "import troskel.reading"),
    Break("floors", "reading/offence.py", "import troskel.acts"),
    Break("floors", "acts/offence.py", "import troskel.offers"),
    Break("floors", "screens/offence.py", "import troskel.web"),
    Break("floors", "retention/offence.py", "import troskel.permits"),
    Break("floors", "routine/offence.py", "import troskel.ground"),
    Break("floors", "attic/__init__.py", ""),
    Break("pure-rooms", "routine/offence.py", "import django.db"),
    Break("pure-rooms", "doorproto/offence.py", "import django"),
    Break("pure-rules", "care/rules.py", "from django.utils import timezone"),
    Break("pure-rules", "orders/rules.py", "import troskel.orders.models"),
    Break("no-trade-in-the-ground", "people/offence.py", "import troskel.routine"),
    Break("no-trade-in-the-ground", "journal/offence.py", "import troskel.doorproto"),
    Break("operations", "simulator/offence.py", "import troskel.journal.operations"),
    Break("operations", "permits/offence.py", "import troskel.outbox.operations"),
    Break("operations", "exchange/offence.py", "import troskel.people.operations"),
    Break("interfaces", "web/offence.py", "import troskel.care.models"),
    Break("interfaces", "phone/offence.py", "import troskel.visits.rules"),
    Break("interfaces", "cli/offence.py", "import troskel.people.models"),
    Break("interfaces", "api/offence.py", "import troskel.duties.models"),
    Break("api", "api/offence.py", "import troskel.journal.operations"),
    Break("operations", "web/offence.py", "import troskel.orders.operations"),
]


@dataclass(frozen=True)
class Copy:
    """A copy of the source, to do mischief in."""

    folder: Path

    def broken(self) -> set[str]:
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

    def broken_by(self, offence: Break) -> set[str]:
        """The same, while the offence stands in the copy."""
        file = self.folder / "src" / "troskel" / offence.file
        before = file.read_text() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{before or ''}\n{offence.line}\n")
        try:
            return self.broken()
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
    assert copy.broken() == set()


@pytest.mark.parametrize(
    "offence", BREAKS, ids=lambda offence: f"{offence.contract}: {offence.file} {offence.line}"
)
def test_an_offence_breaks_the_contract_that_is_meant(copy: Copy, offence: Break) -> None:
    assert copy.broken_by(offence) == {offence.contract}


def test_every_contract_is_broken_here_at_least_once() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {offence.contract for offence in BREAKS}


def test_no_contract_looks_away() -> None:
    leniencies = (
        "ignore_imports",
        "exhaustive_ignores",
        "unmatched_ignore_imports_alerting",
        "skip_descendants",
    )
    assert [contract["id"] for contract in CONTRACTS if any(key in contract for key in leniencies)] == []


def test_the_api_is_kept_from_the_operations_of_every_other_room() -> None:
    (contract,) = [contract for contract in CONTRACTS if contract["id"] == "api"]
    rooms = (CHECKOUT / "src" / "troskel").glob("*/operations.py")
    named = {f"troskel.{room.parent.name}.operations" for room in rooms} - {"troskel.api.operations"}
    assert set(contract["forbidden_modules"]) == named, "bring forbidden_modules of the contract up to date"
