# SPDX-License-Identifier: EUPL-1.2
"""The checks that read the code without running it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time

from tools.environment import PYTHON, ROOT, VENV, say

_BIN = VENV / "bin"
CHECKS = {
    "ruff": [_BIN / "ruff", "check"],
    "ruff format": [_BIN / "ruff", "format", "--check"],
    "contracts": [_BIN / "lint-imports", "--no-logo"],
    "mypy": [PYTHON, "-m", "mypy"],
}


def check() -> int:
    """Run all checks beside each other; what fails tells why. Gives 0 where all hold, else 1."""
    started = time.monotonic()
    surroundings = {
        **os.environ,
        "TROSKEL_DATABASE": f"sqlite:///{tempfile.gettempdir()}/unused.sqlite3",
        "TROSKEL_SECRET": "of nothing that is ever signed: no file is made",
    }
    running = {
        name: subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, command in CHECKS.items()
    }
    failed = []
    for name, process in running.items():
        told, _ = process.communicate()
        if process.returncode:
            failed.append(name)
            print(told.rstrip(), flush=True)
        say(f"{name}: {'FAILED' if process.returncode else 'ok'}")
    say(f"checks took {time.monotonic() - started:.0f} s")
    return 1 if failed else 0
