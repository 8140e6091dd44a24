# SPDX-License-Identifier: EUPL-1.2
"""`./dev release`: checks that this checkout is a release, and builds its wheel. It never tags and never pushes."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

from tools.environment import ROOT, Missing, say

SECTIONS = ("Added", "Changed", "Fixed", "Security")
HEADING = re.compile(r"^## (\S+)(?: – (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def release(build: Callable[[], int], root: Path = ROOT) -> int:
    """Prints what keeps it from being a release, and returns 1; else builds the wheel."""
    faults = [*version_faults(root), *tree_faults(root)]
    for fault in faults:
        say(fault)
    if faults:
        return 1
    code = build()
    if code == 0:
        say(f"the wheel of {project_version(root)} is in dist. Tag it as docs/releasing.md says")
    return code


def version_faults(root: Path) -> list[str]:
    """Where pyproject.toml, publiccode.yml and CHANGELOG.md do not say the same."""
    version = project_version(root)
    published = dict(re.findall(r'^(\w+): "?([^"\n]*)"?$', read(root, "publiccode.yml"), re.MULTILINE))
    changelog = read(root, "CHANGELOG.md")
    headings = HEADING.findall(changelog)
    faults = []
    if published.get("softwareVersion") != version:
        faults.append(f"publiccode.yml says {published.get('softwareVersion')}, pyproject.toml {version}")
    if [name for name, _ in headings[:2]] != ["Unreleased", version]:
        faults.append(f"CHANGELOG.md does not begin with Unreleased and {version}")
        return faults
    if published.get("releaseDate") != headings[1][1]:
        faults.append(
            f"publiccode.yml says {published.get('releaseDate')}, CHANGELOG.md {headings[1][1] or 'no day'}"
        )
    unreleased, section = re.split(HEADING.pattern, changelog, flags=re.MULTILINE)[3:7:3]
    if unreleased.strip():
        faults.append("CHANGELOG.md has lines under Unreleased: they belong to a release")
    names = re.findall(r"^### (.+)$", section, re.MULTILINE)
    if names != [name for name in SECTIONS if name in names] or not names:
        faults.append(
            f"the sections of {version} are {', '.join(names) or 'none'}: sort them as {', '.join(SECTIONS)}"
        )
    return faults


def tree_faults(root: Path) -> list[str]:
    """Files that are changed or not committed: the wheel would hold what no commit does."""
    git = ["git", "-C", str(root), "status", "--porcelain"]
    status = subprocess.run(git, capture_output=True, text=True, check=False)
    if status.returncode:
        raise Missing("this is no checkout of git: a release is made from a commit")
    changed = [line[3:] for line in status.stdout.splitlines()]
    return [f"not committed: {', '.join(changed[:5])}"] if changed else []


def project_version(root: Path) -> str:
    """The version of pyproject.toml."""
    return str(tomllib.loads(read(root, "pyproject.toml"))["project"]["version"])


def read(root: Path, name: str) -> str:
    """The text of a file of the checkout."""
    return (root / name).read_text(encoding="utf-8")
