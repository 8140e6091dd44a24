# SPDX-License-Identifier: EUPL-1.2
"""Installed versions are locked: every requirement is pinned, with hashes, in its lock file."""

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
REQUIREMENTS = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-dev.txt": [*PROJECT["project"]["dependencies"], *GROUPS["test"], *GROUPS["lint"]],
    "requirements-tools.txt": GROUPS["tools"],
    "requirements-words.txt": GROUPS["words"],
    "requirements-node.txt": GROUPS["node"],
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")


def pins(lock: str) -> dict[str, str]:
    """The versions that a lock pins."""
    matches = (PIN.match(line) for line in (CHECKOUT / lock).read_text().splitlines())
    return {canonicalize_name(pin[1]): pin[2] for pin in matches if pin}


@pytest.mark.parametrize("lock", REQUIREMENTS)
def test_every_requirement_is_pinned_within_its_bounds(lock: str) -> None:
    pinned = pins(lock)
    missing = [
        requirement
        for requirement in map(Requirement, REQUIREMENTS[lock])
        if not requirement.specifier.contains(pinned.get(canonicalize_name(requirement.name), "0"))
    ]
    assert missing == [], "run ./dev lock"


@pytest.mark.parametrize(
    "requirement", [Requirement(requirement) for requirement in REQUIREMENTS["requirements-dev.txt"]], ids=str
)
def test_every_requirement_is_bounded(requirement: Requirement) -> None:
    operators = {part.operator for part in requirement.specifier}
    assert operators & {">=", "=="}, "from which version on?"
    assert operators & {"<", "=="} or requirement.name == "tzdata", (
        "up to which version? (tzdata: the newer the better)"
    )


def test_runtime_and_tests_use_the_same_versions() -> None:
    shipped, tested = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: tested.get(name) for name in shipped} == shipped


@pytest.mark.parametrize("lock", REQUIREMENTS)
def test_lock_contains_only_pins_with_hashes(lock: str) -> None:
    logical = (CHECKOUT / lock).read_text().replace("\\\n", " ").splitlines()
    hashed = re.compile(r"^[A-Za-z0-9._\[\],-]+==[^ ]+( ;[^-]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*$")
    assert [line[:60] for line in logical if not hashed.match(line)] == []


@pytest.mark.parametrize("lock", REQUIREMENTS)
def test_locks_contain_no_url(lock: str) -> None:
    text = (CHECKOUT / lock).read_text()
    assert [word for word in ("http", "://", "@", "index-url", "find-links") if word in text] == []


def test_browser_lock_pins_by_hash_and_contains_no_url() -> None:
    text = (CHECKOUT / "package-lock.json").read_text()
    assert [word for word in ("://", "resolved", "funding") if word in text] == [], "run ./dev lock"
    locked = json.loads(text)["packages"]
    requirement = json.loads((CHECKOUT / "package.json").read_text())
    assert locked[""]["dependencies"] == requirement["dependencies"], "run ./dev lock"
    assert locked[""]["devDependencies"] == requirement["devDependencies"], "run ./dev lock"
    packages = [package for name, package in locked.items() if name]
    assert packages
    assert all(re.match("sha512-", package["integrity"]) for package in packages)


def test_translations_are_compiled_and_read_by_the_same_version() -> None:
    assert pins("requirements-words.txt").items() <= pins("requirements-dev.txt").items()
