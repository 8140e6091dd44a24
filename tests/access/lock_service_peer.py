# SPDX-License-Identifier: EUPL-1.2
"""A lock service, as its maker runs it: HTTPS with a certificate, a key, one lock that fails when it is told to."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.access.lock_bench import LOCK, PATIENT, SETTLE, SHORT, WITHOUT_ANSWER, KeptOnBench
from tools.services import certificate
from troskel.access.locks.faults import BenchFault
from troskel.access.locks.remote import Limits, RemoteLocks
from troskel.ground import clock
from troskel.ground.ids import new_id

KEY = "the key of the service"


class ServiceOnBench:
    """A `FaultBench`. `asked`: each path that was called, in order."""

    faults = frozenset(BenchFault) - {BenchFault.RETAINED, BenchFault.TWICE}

    def __init__(self, serial: str = LOCK.serial) -> None:
        self.serial = serial
        self.asked: list[str] = []
        self.driver: RemoteLocks | None = None
        self.records = KeptOnBench({})
        self.extra: dict[str, Any] = {}
        """What is answered beside; for tests of the reader."""
        self.redirects_to = ""
        self.loses_codes = False
        self._fault = BenchFault.NONE
        self._mutex = threading.RLock()
        self._locked, self._jammed, self._turns = True, False, 0
        self._attempts: dict[str, dict[str, Any]] = {}
        self._codes: dict[str, dict[str, Any]] = {}
        self._events: list[dict[str, Any]] = []

    def set(self, fault: BenchFault) -> None:
        if self.driver is not None:
            patience = 2 * SHORT if fault in WITHOUT_ANSWER else PATIENT
            self.driver.limits = Limits(patience=patience, settle=SETTLE)
        with self._mutex:
            self._fault = fault
            self._jammed = False
            for attempt in self._attempts.values():
                attempt.update(status="success" if attempt["status"] == "pending" else attempt["status"])

    def turns(self) -> int:
        return self._turns

    def wait_for_turns(self, turns: int) -> None:
        while self._turns < turns:
            time.sleep(0.01)

    def pass_time(self) -> None:
        self.records.passed += timedelta(seconds=SETTLE + PATIENT)

    # the service

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Status and content; None: the line breaks."""
        with self._mutex:
            self.asked.append(path)
            if "device_id" in body and body["device_id"] != self.serial:
                return 404, {"ok": False, "error": {"type": "device_not_found"}}
            match path.removeprefix("/api"):
                case "/locks/get":
                    return 200, {"device": {"device_id": self.serial, "properties": self._properties()}}
                case "/locks/unlock_door":
                    return self._turn(locked=False)
                case "/locks/lock_door":
                    return self._turn(locked=True)
                case "/action_attempts/get":
                    return 200, {"action_attempt": self._attempts[body["action_attempt_id"]]}
                case "/access_codes/create":
                    code = {"access_code_id": str(new_id()), "status": "setting", "name": body["name"]}
                    self._codes[code["access_code_id"]] = code
                    return None if self.loses_codes else (200, {"access_code": dict(code)})
                case "/access_codes/delete":
                    del self._codes[body["access_code_id"]]
                    return 200, {}
                case "/access_codes/list":
                    listed = [dict(code) for code in self._codes.values()]
                    for code in self._codes.values():
                        code["status"] = "set"
                    return 200, {"access_codes": listed}
                case "/events/list":
                    return 200, {"events": list(self._events)}
        return 404, {}

    def _properties(self) -> dict[str, Any]:
        online = self._fault is not BenchFault.SILENT
        told = {"online": online, "locked": self._locked, "battery_level": 0.8, "is_jammed": self._jammed}
        return told | self.extra

    def _turn(self, *, locked: bool) -> tuple[int, dict[str, Any]] | None:
        attempt: dict[str, Any] = {"action_attempt_id": str(new_id()), "status": "success", "error": None}
        if self._fault is BenchFault.REFUSING:
            return 400, {"ok": False, "error": {"type": "not_allowed"}}
        if self._fault is BenchFault.JAM:
            self._jammed = True
            attempt.update(status="error", error={"type": "jammed", "message": "…"})
        elif self._fault is not BenchFault.LYING:
            if self._locked and not locked:
                self._turns += 1
            self._locked = locked
            kind = "lock.locked" if locked else "lock.unlocked"
            at = clock.now().isoformat()
            self._events.append({"event_id": str(new_id()), "event_type": kind, "occurred_at": at})
        if self._fault is BenchFault.SLOW:
            attempt["status"] = "pending"
        self._attempts[attempt["action_attempt_id"]] = attempt
        return None if self._fault is BenchFault.CUT else (200, {"ok": True, "action_attempt": attempt})


@contextmanager
def lock_service(bench: ServiceOnBench, folder: Path) -> Iterator[tuple[int, Path]]:
    """Serve it on this machine; gives port, and the file with who has signed its certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {KEY}":
                self._send(401, {})
            elif bench.redirects_to:
                self.send_response(307)
                self.send_header("Location", bench.redirects_to)
                self.end_headers()
            elif (answer := bench.answer(self.path, body)) is not None:
                self._send(*answer)
            else:
                self.close_connection = True

        def _send(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who does not believe the certificate goes away."""

    certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "fullchain.pem", folder / "key.pem")
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1], folder / "fullchain.pem"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
