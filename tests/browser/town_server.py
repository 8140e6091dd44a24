# SPDX-License-Identifier: EUPL-1.2
"""The real server on a database of its own. Its clock stands; days pass by starting it again, later."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from troskel.ground.clock import STOCKHOLM

CHECKOUT = Path(__file__).parent.parent.parent
RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"
PATIENCE = 300  # seconds, for a server to start, and for a letter to come
AGAIN = 0.05  # seconds between two looks


class Town:
    """A municipality that is served. `cases` are the case numbers that its seed has named."""

    def __init__(self, folder: Path, filling: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._surroundings = _surroundings(folder)
        told = json.loads(self._filled(filling))
        self.now = datetime.fromisoformat(told["now"])
        self.cases: dict[str, Any] = told["cases"]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def today(self) -> date:
        """The day on which its clock stands."""
        return self.now.astimezone(STOCKHOLM).date()

    def opens(self) -> None:
        """Serve, at the instant on which the clock stands, until `closes`."""
        with (self.folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", RUN, "demo", "--port", str(self.port), "--data", str(self.folder)],
                cwd=self.folder,
                env=self._surroundings | {"TROSKEL_NOW": self.now.isoformat()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._waits(self._answers, "the server did not answer")

    def closes(self) -> None:
        """Stop serving."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def days_pass(self, days: int, hour: int = 8) -> None:
        """The same database is served again, later; the server itself turns each day between, as after a standstill."""
        self.until(self.today + timedelta(days=days), hour)

    def until(self, day: date, hour: int = 8) -> None:
        """The same, to a day."""
        self.closes()
        self.now = datetime.combine(day, clock_time(hour), STOCKHOLM)
        self.opens()
        self._waits(self._is_turned, f"{day} was not turned")

    def letter_about(self, *words: str, to: str) -> EmailMessage:
        """The e-mail to this address whose subject has these words; waited for, as the server's worker sends it."""

        def found() -> list[EmailMessage]:
            here = [one for one in self.letters() if to in str(one["To"])]
            return [
                one
                for one in here
                if all(word.casefold() in str(one["Subject"]).casefold() for word in words)
            ]

        self._waits(lambda: bool(found()), f"no e-mail about {words} came to {to}")
        return found()[0]

    def letters(self) -> list[EmailMessage]:
        """All e-mails that have come to the demo's letter box."""
        written = sorted((self.folder / "mail").glob("*.eml"))
        return [cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=default)) for file in written]

    def _filled(self, filling: str) -> str:
        command = [sys.executable, "-m", filling]
        filled = subprocess.run(
            command, cwd=CHECKOUT, env=self._surroundings, capture_output=True, text=True, check=False
        )
        assert filled.returncode == 0, filled.stderr
        return filled.stdout

    def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, self._log()
        try:
            with urllib.request.urlopen(self.address, timeout=PATIENCE):
                return True
        except OSError:  # refused, broken off, or too slow
            return False

    def _is_turned(self) -> bool:
        """No page says it, so the database is asked."""
        with contextlib.closing(sqlite3.connect(self.folder / "town.sqlite3", timeout=PATIENCE)) as database:
            (last,) = database.execute("SELECT max(day) FROM duties_dayturned").fetchone()
        return str(last) >= self.today.isoformat()

    def _waits(self, happens: Callable[[], bool], else_: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not happens():
            assert time.monotonic() < ends, f"in {PATIENCE} s {else_}: {self._log()}"
            time.sleep(AGAIN)

    def _log(self) -> str:
        return (self.folder / "server.log").read_text()


def _surroundings(folder: Path) -> dict[str, str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("TROSKEL_", "DJANGO_"))
    }
    return {
        **clean,
        "TROSKEL_DATABASE": f"sqlite:///{folder}/town.sqlite3",
        "TROSKEL_WAIT": str(
            PATIENCE
        ),  # in production few seconds; no test may depend on how fast the machine is
        "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'src'}",
    }


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
