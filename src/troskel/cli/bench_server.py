# SPDX-License-Identifier: EUPL-1.2
"""A served Tröskel for measuring: in processes of its own, with a bare insert view beside it; and calls to it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"
SERVE = "import sys; from troskel.cli.bench_server import serve; serve(int(sys.argv[1]), int(sys.argv[2]))"
PATIENCE_SECONDS = 120


def environment(**more: str) -> dict[str, str]:
    """The environment of a program that uses this process's database, with the same secret."""
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{named['NAME']}"
    else:
        who = f"{named['USER']}:{named['PASSWORD']}" if named["PASSWORD"] else named["USER"]
        url = f"postgresql://{who}@/{named['NAME']}?host={named['HOST']}&port={named['PORT']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    ours = {"TROSKEL_DATABASE": url, "TROSKEL_SECRET": settings.SECRET_KEY, "TROSKEL_REQUESTS": "0"}
    return {**kept, **ours, **more}


def serve(port: int, workers: int) -> None:
    """Serves on this machine, with the bare view; a process of its own calls it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    django.setup()
    from troskel.cli.running_commands import serve_on

    serve_on(
        "127.0.0.1",
        port,
        with_worker=False,
        workers=workers,
        application="troskel.cli.bench_wsgi:application",
    )


@contextmanager
def served(workers: int) -> Iterator[int]:
    """Inside, a server answers on the port."""
    port = free_port()
    server = started(port, workers, environment(TROSKEL_DEMO="true"))  # whose cookie says who one is
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def started(port: int, workers: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Starts a server in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), str(workers)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Waits until the server answers. Raises RuntimeError where it does not."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        caller = Caller(port)
        try:
            if caller.get("/api/v1/openapi.json").status:
                return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
        finally:
            caller.connection.close()
    raise RuntimeError("the server to measure does not answer")


class HttpAnswer:
    """A status, the milliseconds that it took, and the body."""

    def __init__(self, status: int, milliseconds: float, body: bytes) -> None:
        self.status = status
        self.milliseconds = milliseconds
        self.body = body


class Caller:
    """Calls the server over one connection."""

    def __init__(self, port: int, *, patience: float = PATIENCE_SECONDS, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        self.headers = headers

    def get(self, path: str) -> HttpAnswer:
        """Requests a page."""
        return self._call("GET", path, None, {})

    def post(self, path: str, body: bytes, key: str) -> HttpAnswer:
        """Does an act."""
        return self._call("POST", path, body, {"Content-Type": "application/json", "Idempotency-Key": key})

    def _call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HttpAnswer:
        begun = time.perf_counter()
        self.connection.request(method, path, body, {**self.headers, **headers})
        response = self.connection.getresponse()
        answered = response.read()
        return HttpAnswer(response.status, (time.perf_counter() - begun) * 1000, answered)


class Ran:
    """How a program of its own ended: seconds, those of its processor, and the most memory it had."""

    def __init__(self, arguments: list[str], **more: str) -> None:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, *arguments],
            env=environment(**more),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr
        told = process.stderr.read().decode()
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.perf_counter() - started
        self.cpu_seconds = used.ru_utime + used.ru_stime
        self.peak_mb = used.ru_maxrss / 1024  # Linux counts kilobytes
        if process.returncode:
            raise RuntimeError(f"troskel {arguments[0]} ended with {process.returncode}: {told[-500:]}")


Report = dict[str, Any]
