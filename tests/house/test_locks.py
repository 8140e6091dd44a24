# SPDX-License-Identifier: EUPL-1.2
"""What is installed is what is written: every requirement is pinned, by hash, in its lock."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parent.parent.parent
PROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
ASKED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-dev.txt": [*PROJECT["project"]["dependencies"], *GROUPS["test"], *GROUPS["lint"]],
    "requirements-tools.txt": GROUPS["tools"],
    "requirements-words.txt": GROUPS["words"],
    "requirements-node.txt": GROUPS["node"],
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")


def pins(lock: str) -> dict[str, str]:
    """The versions that a lock pins."""
    found = (PIN.match(line) for line in (CHECKOUT / lock).read_text().splitlines())
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


@pytest.mark.parametrize("lock", ASKED)
def test_every_requirement_is_pinned_within_its_bounds(lock: str) -> None:
    pinned = pins(lock)
    missing = [
        asked
        for asked in map(Requirement, ASKED[lock])
        if not asked.specifier.contains(pinned.get(canonicalize_name(asked.name), "0"))
    ]
    assert missing == [], "run ./dev lock"


@pytest.mark.parametrize("asked", [Requirement(asked) for asked in ASKED["requirements-dev.txt"]], ids=str)
def test_every_requirement_is_bounded(asked: Requirement) -> None:
    operators = {part.operator for part in asked.specifier}
    assert operators & {">=", "=="}, "from which version on?"
    assert operators & {"<", "=="} or asked.name == "tzdata", (
        "up to which version? (tzdata: the newer the better)"
    )


def test_programs_and_tests_run_on_the_same_versions() -> None:
    shipped, tested = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: tested.get(name) for name in shipped} == shipped


@pytest.mark.parametrize("lock", ASKED)
def test_every_pin_has_a_hash_and_no_line_is_anything_else(lock: str) -> None:
    logical = (CHECKOUT / lock).read_text().replace("\\\n", " ").splitlines()
    hashed = re.compile(r"^[A-Za-z0-9._\[\],-]+==[^ ]+( ;[^-]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*$")
    assert [line[:60] for line in logical if not hashed.match(line)] == []


@pytest.mark.parametrize("lock", ASKED)
def test_no_lock_holds_an_address(lock: str) -> None:
    text = (CHECKOUT / lock).read_text()
    assert [word for word in ("http", "://", "@", "index-url", "find-links") if word in text] == []


def test_the_lock_of_browser_files_pins_by_hash_and_holds_no_address() -> None:
    text = (CHECKOUT / "package-lock.json").read_text()
    assert [word for word in ("http", "://", "resolved", "funding") if word in text] == [], "run ./dev lock"
    locked = json.loads(text)["packages"]
    asked = json.loads((CHECKOUT / "package.json").read_text())
    assert locked[""]["dependencies"] == asked["dependencies"], "run ./dev lock"
    assert locked[""]["devDependencies"] == asked["devDependencies"], "run ./dev lock"
    packages = [package for name, package in locked.items() if name]
    assert packages
    assert all(re.match("sha512-", package["integrity"]) for package in packages)


def test_words_are_compiled_by_what_tests_read_them_with() -> None:
    assert pins("requirements-words.txt").items() <= pins("requirements-dev.txt").items()
