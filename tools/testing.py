# SPDX-License-Identifier: EUPL-1.2
"""Every test on both databases: one run is seen as it goes, the one beside it is told after."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tools.checks import check
from tools.environment import PYTHON, ROOT, VENV, say
from tools.postgres import running

GIVEN_SERVER = "TROSKEL_TEST_POSTGRES"  # the address of a server to test on, instead of one of our own


@dataclass
class Run:
    """One run of the tests, on one database."""

    name: str
    process: subprocess.Popen[str]
    told: str = ""


def test(arguments: Sequence[str]) -> int:
    """Checks (where no tests are chosen), then the tests; gives 0 where everything held."""
    chosen = [argument for argument in arguments if argument not in ("--sqlite", "--postgres")]
    on_sqlite = "--postgres" not in arguments or "--sqlite" in arguments
    on_postgres = "--sqlite" not in arguments or "--postgres" in arguments
    checked = 0 if chosen else check()
    with ExitStack() as stack:
        runs = []
        if on_sqlite:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="troskel-test-"))
            runs.append(_start("SQLite", f"sqlite:///{folder}/troskel.sqlite3", chosen, seen=True))
        if on_postgres:
            name, url = _postgres(stack)
            runs.append(_start(name, url, chosen, seen=not on_sqlite))
        _finish(runs)
    if checked:
        say("a CHECK FAILED: its words are above, and './dev check' tells them again")
    return 1 if checked or any(run.process.returncode for run in runs) else 0


def _postgres(stack: ExitStack) -> tuple[str, str]:
    given = os.environ.get(GIVEN_SERVER)
    if given:
        return f"PostgreSQL of {GIVEN_SERVER}", given
    server = stack.enter_context(running(VENV))
    return f"PostgreSQL {server.version}", server.url


def _start(name: str, url: str, chosen: Sequence[str], *, seen: bool) -> Run:
    say(f"the tests on {name}" + ("" if seen else " run beside"))
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TROSKEL_")}
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    spread = [] if chosen else _spread()
    process = subprocess.Popen(
        [str(PYTHON), "-m", "pytest", *colour, *spread, *chosen],
        cwd=ROOT,
        env={**clean, "TROSKEL_DATABASE": url},
        stdin=subprocess.DEVNULL,
        stdout=None if seen else subprocess.PIPE,
        stderr=None if seen else subprocess.STDOUT,
        text=True,
    )
    return Run(name, process)


def _spread() -> list[str]:
    """Arguments that spread a whole run over processes, where there are cores for more than two."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [f"--numprocesses={min(cores // 2, 8)}", "--dist=loadfile"] if cores >= 4 else []


def _finish(runs: Sequence[Run]) -> None:
    """Wait for the runs, and tell last what a reader must not miss."""
    beside = [run for run in runs if run.process.stdout]
    try:
        for run in reversed(runs):  # the one beside first, lest its pipe fills up and it waits for us
            run.told = run.process.communicate()[0] or ""
    finally:
        for run in runs:
            run.process.terminate()  # does nothing to one that has ended
    for run in beside:
        say(f"the tests on {run.name}:")
        print(run.told, end="", flush=True)
    for run in runs:
        if run.process.returncode and run not in beside:
            say(f"the tests on {run.name} FAILED: see above")
