# SPDX-License-Identifier: EUPL-1.2
"""Every test on both databases: the whole divided over the cores, or what is chosen, seen as it goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tools import portions
from tools.checks import check
from tools.environment import PYTHON, ROOT, VENV, say
from tools.portions import BROWSER, POSTGRESQL, SQLITE, Portion
from tools.postgres import running

GIVEN_SERVER = "TROSKEL_TEST_POSTGRES"  # the address of a server to test on, instead of one of our own
NO_TESTS = 5  # pytest's exit code where all that it found was left out
QUICK = "--quick"


def test(arguments: Sequence[str], *, recorded: bool) -> int:
    """Checks and all tests, or the tests that pytest's arguments choose; gives 0 where everything held.

    `recorded`: what each file has cost is written into the record.
    """
    chosen = [argument for argument in arguments if argument not in ("--sqlite", "--postgres", QUICK)]
    quick = QUICK in arguments
    on_sqlite = quick or "--postgres" not in arguments or "--sqlite" in arguments
    on_postgresql = not quick and ("--sqlite" not in arguments or "--postgres" in arguments)
    with ExitStack() as stack:
        if chosen:
            return _chosen(stack, chosen, on_sqlite=on_sqlite, on_postgresql=on_postgresql)
        parts = [SQLITE] if on_sqlite else []
        parts += [POSTGRESQL] if on_postgresql else []
        parts += [BROWSER] if on_sqlite and not quick else []
        failed = Whole(stack, parts, cores(), quick=quick).run(recorded=recorded)
    if quick:
        say(
            "left out by --quick, and run by './dev test': the browser, PostgreSQL, what is marked thorough, and the "
            "files that cost most"
        )
    return failed


def cores() -> int:
    """How many processes may be busy at once: at least two, since a test also waits."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, here)


@dataclass
class Whole:
    """The checks and every file of the parts; each portion in a process of its own, so many at once."""

    stack: ExitStack
    parts: Sequence[str]
    cores: int
    quick: bool = False
    costs: dict[str, dict[str, float]] = field(default_factory=dict)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def at_once(self) -> int:
        """One more than there are cores: a browser and its server wait for each other a quarter of the time."""
        return self.cores + 1

    def run(self, *, recorded: bool) -> int:
        """Run it all; gives 0 where everything held."""
        started, before = time.monotonic(), portions.recorded()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="troskel-test-")))
        self.server = _postgresql(self.stack)[1] if POSTGRESQL in self.parts else ""
        files = portions.all_files()
        if self.quick:
            files = portions.quickest(files, SQLITE, before)
        divided = portions.portions(files, self.parts, before, self.at_once)
        works: list[Callable[[], int]] = [check]
        works += [
            lambda portion=portion, number=number: self._run(portion, number, len(divided))  # type: ignore[misc]
            for number, portion in enumerate(divided, 1)
        ]
        say(
            f"checks, and {len(divided)} portions of the tests ({', '.join(self.parts)}), {self.at_once} at once"
        )
        failed = self._all(works)
        ended = "something FAILED" if any(failed) else "everything held"
        say(f"{ended}; all of it took {time.monotonic() - started:.0f} s")
        if failed[0]:
            say("a CHECK FAILED: its words are above, and './dev check' tells them again")
        if recorded and not any(failed):
            portions.record(self.costs)
            say(f"{portions.RECORD.relative_to(ROOT)} is written")
        elif before and not self.quick:
            for told in portions.grown(before, self.costs):
                say(f"costs more than recorded: {told}")
        return 1 if any(failed) else 0

    def _all(self, works: Sequence[Callable[[], int]]) -> list[int]:
        """Their results, in order. Whatever stops us stops what we started."""
        with ThreadPoolExecutor(self.at_once) as pool:
            try:
                return list(pool.map(lambda work: work(), works))
            finally:
                with self.lock:
                    self.stopped = True
                    for process in self.processes:
                        process.terminate()  # does nothing to one that has ended

    def _run(self, portion: Portion, number: int, of: int) -> int:
        """One portion; all that it says is told where it fails, else how it ended."""
        on_postgresql = portion.part == POSTGRESQL
        url = self.server if on_postgresql else f"sqlite:///{self.folder}/{number}.sqlite3"
        told = self.folder / f"{number}.json"
        only = ["--database-only"] if on_postgresql and SQLITE in self.parts else []
        quick = ["-m", "not long and not thorough"] if self.quick else []
        with self.lock:
            if self.stopped:
                return 1
            process = _pytest(url, [f"--costs={told}", *only, *quick, *portion.files], seen=False)
            self.processes.append(process)
        said = process.communicate()[0]
        held = process.returncode == 0 or (bool(only) and process.returncode == NO_TESTS)
        name = f"{number} of {of}, {portion.part}"
        with self.lock:
            if not held:
                say(f"{name}:")
                print(said, end="", flush=True)
            killed = f"killed by signal {-process.returncode}; " if process.returncode < 0 else ""
            say(f"{name}: {killed}{said.rstrip().rpartition(chr(10))[2].strip('= ')}")
            if told.is_file():
                for file, seconds in json.loads(told.read_text()).items():
                    self.costs.setdefault(file, {})[portion.part] = seconds
        return 0 if held else 1


def _chosen(stack: ExitStack, chosen: Sequence[str], *, on_sqlite: bool, on_postgresql: bool) -> int:
    """The chosen tests: one run is seen as it goes, the one beside it is told after."""
    runs = []
    if on_sqlite:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="troskel-test-"))
        say("the tests on SQLite")
        runs.append(("SQLite", _pytest(f"sqlite:///{folder}/troskel.sqlite3", chosen, seen=True)))
    if on_postgresql:
        name, url = _postgresql(stack)
        say(f"the tests on {name}" + (" run beside" if on_sqlite else ""))
        runs.append((name, _pytest(url, chosen, seen=not on_sqlite)))
    told = ""
    try:
        for _, process in reversed(runs):  # the one beside first, lest its pipe fills up and it waits for us
            told = process.communicate()[0] or told
    finally:
        for _, process in runs:
            process.terminate()
    for name, process in runs:
        if process.stdout:
            say(f"the tests on {name}:")
            print(told, end="", flush=True)
        elif process.returncode:
            say(f"the tests on {name} FAILED: see above")
    return 1 if any(process.returncode for _, process in runs) else 0


def _postgresql(stack: ExitStack) -> tuple[str, str]:
    given = os.environ.get(GIVEN_SERVER)
    if given:
        return f"PostgreSQL of {GIVEN_SERVER}", given
    server = stack.enter_context(running(VENV))
    return f"PostgreSQL {server.version}", server.url


def _pytest(url: str, arguments: Sequence[str], *, seen: bool) -> subprocess.Popen[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TROSKEL_")}
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    return subprocess.Popen(
        [str(PYTHON), "-m", "pytest", *colour, *arguments],
        cwd=ROOT,
        env={**clean, "TROSKEL_DATABASE": url},
        stdin=subprocess.DEVNULL,
        stdout=None if seen else subprocess.PIPE,
        stderr=None if seen else subprocess.STDOUT,
        text=True,
    )
