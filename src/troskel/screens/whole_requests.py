# SPDX-License-Identifier: EUPL-1.2
"""Between granian and Django: a thread gets a request when all of it has come, and is free when its answer is made.

granian's own WSGI gives a thread each request whose head has come; so many half-sent bodies as there are threads stop
the server. Here the event loop reads bodies, within a time and a size, and sends answers, however slowly.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import Context, copy_context
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote_to_bytes

from troskel.ground import counters
from troskel.ground.error_log import error_text

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes: as in the web server's configuration (docs/installing.md). The API takes 1 MB."""
LARGEST_HEAD = 64 * 1024
BODY_SECONDS = 20.0
HEAD_SECONDS = 15.0
PART_SECONDS = 60.0
"""The longest that a body may take to come, and a head; and that a part of an answer may take to be taken."""
ALL_BODIES = 64 * 1024 * 1024
"""Bytes of bodies that are read at a time; half of them for one address."""
WAITING_PER_THREAD = 8
"""Whole requests that wait for a thread. One more is answered that the server is busy."""
WATCHED = "/-/"
"""What is under it has threads of its own: it is answered when all others are taken."""

_log = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
Refuse = Callable[[str, int], tuple[Headers, bytes]]
"""From a path and a status to the answer of a request that is turned away."""


class RequestScope(Protocol):
    """The parts of granian's scope that are used."""

    method: str
    path: str
    query_string: str
    scheme: str
    client: str
    server: str
    http_version: str

    @property
    def headers(self) -> Any: ...


class _TurnedAway(Exception):
    """The request is not handed on. `limit` counts it."""

    def __init__(self, status: HTTPStatus, limit: str) -> None:
        super().__init__(limit)
        self.status = status
        self.limit = limit


class _Answer(NamedTuple):
    """What Django has answered: its body, a file's path, or an iterator of parts that are yet to be made."""

    status: int
    headers: Headers
    body: bytes
    file: str
    parts: Iterator[bytes] | None
    close: Callable[[], None]


class WholeRequests:
    """An application for granian's RSGI around one of WSGI, with so many threads."""

    def __init__(self, application: Any, threads: int, refuse: Refuse) -> None:
        self.application = application
        self.refuse = refuse
        self.threads = ThreadPoolExecutor(threads, "answering")
        self.watched = ThreadPoolExecutor(2, "watched")
        self.most_waiting = threads * (1 + WAITING_PER_THREAD)
        self.waiting = 0
        self.bodies: Counter[str] = Counter()

    async def __call__(self, scope: RequestScope, proto: Any) -> None:
        """Answers one request."""
        try:
            address = _address(scope.client)
            with self._body_counted(address) as count:
                body = await _read(scope, proto, count)
                answer, context = await self._ask(scope, body)
            await self._send(answer, context, proto)
        except _TurnedAway as away:
            counters.count_limit(away.limit)
            self._turn_away(scope, proto, away.status)
        except Exception as error:  # Django answers its own: this one is ours
            _log.error("a request broke: %s", error_text(error))
            self._turn_away(scope, proto, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _turn_away(self, scope: RequestScope, proto: Any, status: HTTPStatus) -> None:
        headers, text = self.refuse(scope.path, status)
        with suppress(RuntimeError):  # the client has gone, or has had a part of an answer
            proto.response_bytes(status, [*headers, ("connection", "close")], text)

    @contextmanager
    def _body_counted(self, address: str) -> Iterator[Callable[[int], None]]:
        """Gives what counts each part of a body, and raises where too much is being read."""
        mine = 0

        def count(size: int) -> None:
            nonlocal mine
            mine += size
            self.bodies[address] += size
            if mine > LARGEST_BODY:
                raise _TurnedAway(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_size")
            if self.bodies.total() > ALL_BODIES or self.bodies[address] > ALL_BODIES // 2:
                raise _TurnedAway(HTTPStatus.SERVICE_UNAVAILABLE, "bodies")

        try:
            yield count
        finally:
            self.bodies[address] -= mine
            if not self.bodies[address]:
                del self.bodies[address]

    async def _ask(self, scope: RequestScope, body: bytes) -> tuple[_Answer, Context]:
        """Calls the application in a thread."""
        context = copy_context()
        environ = _environ(scope, body)
        if scope.path.startswith(WATCHED):
            return await self._in_thread(self.watched, context, self._call, environ), context
        if self.waiting >= self.most_waiting:
            raise _TurnedAway(HTTPStatus.SERVICE_UNAVAILABLE, "threads")
        self.waiting += 1
        try:
            return await self._in_thread(self.threads, context, self._call, environ), context
        finally:
            self.waiting -= 1

    @staticmethod
    async def _in_thread(pool: ThreadPoolExecutor, context: Context, work: Any, *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool, context.run, work, *values)

    def _call(self, environ: dict[str, Any]) -> _Answer:
        """Runs in a thread: the answer, whole where it is no stream."""
        started: list[tuple[str, Headers]] = []
        result = self.application(
            environ, lambda status, headers, _error=None: started.append((status, headers))
        )
        close = getattr(result, "close", lambda: None)
        (line, headers), parts = started[0], None
        body, file = b"", ""
        try:
            if isinstance(result, _File):
                file = str(result.path)
                body = b"" if file else result.read()
            elif getattr(result, "streaming", False):
                parts = iter(result)
            else:
                body = b"".join(result)
        finally:
            if parts is None:
                close()
        return _Answer(int(line.split(" ", 1)[0]), headers, body, file, parts, close)

    async def _send(self, answer: _Answer, context: Context, proto: Any) -> None:
        if answer.parts is None:
            with suppress(RuntimeError):  # the client has gone
                if answer.file:
                    proto.response_file(answer.status, answer.headers, answer.file)
                else:
                    proto.response_bytes(answer.status, answer.headers, answer.body)
            return
        try:
            with suppress(RuntimeError, TimeoutError):
                transport = proto.response_stream(answer.status, answer.headers)
                while part := await self._in_thread(self.threads, context, next, answer.parts, None):
                    async with asyncio.timeout(PART_SECONDS):
                        await transport.send_bytes(part)
        finally:
            await self._in_thread(self.threads, context, answer.close)


async def _read(scope: RequestScope, proto: Any, count: Callable[[int], None]) -> bytes:
    """Reads a body to its end. Raises _TurnedAway where it is too large, or comes too slowly."""
    length = scope.headers.get("content-length")
    if length is None and scope.headers.get("transfer-encoding") is None:
        return b""
    if length is not None and length.isdecimal() and int(length) > LARGEST_BODY:
        raise _TurnedAway(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_size")
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in proto:
                count(len(part))
                parts.append(bytes(part))
    except TimeoutError:
        raise _TurnedAway(HTTPStatus.REQUEST_TIMEOUT, "body_time") from None
    except RuntimeError:
        raise _TurnedAway(HTTPStatus.BAD_REQUEST, "body_broken") from None  # the client has gone midway
    return b"".join(parts)


class _File:
    """What Django hands over instead of a stream: a file on disk, which is sent without a thread."""

    def __init__(self, file: Any, _block_size: int = 0) -> None:
        self.file = file
        is_whole = isinstance(file, io.BufferedReader) and isinstance(file.name, str) and file.tell() == 0
        self.path = file.name if is_whole else ""

    def __iter__(self) -> Iterator[bytes]:
        return iter([self.read()])

    def read(self) -> bytes:
        """All of it."""
        return bytes(self.file.read())

    def close(self) -> None:
        """Closes the file."""
        self.file.close()


def _environ(scope: RequestScope, body: bytes) -> dict[str, Any]:
    """The request as WSGI has it. A header whose name has an underscore would pass for another, and is dropped."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _latin(unquote_to_bytes(scope.path)),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": _address(scope.client),
        "SERVER_NAME": host.strip("[]") or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _File,
        "CONTENT_LENGTH": str(len(body)) if body else "",
    }
    for name, value in _pairs(scope.headers):
        if "_" in name or name in ("content-length", "transfer-encoding", "proxy"):
            continue
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        text = value if isinstance(value, str) else _latin(value)
        joint = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    return environ


def _pairs(headers: Any) -> Iterable[tuple[str, Any]]:
    pairs: Iterable[tuple[str, Any]] = headers.items()
    return pairs


def _latin(value: bytes) -> str:
    return value.decode("latin-1")


def _address(client: str) -> str:
    return client.rpartition(":")[0].strip("[]") or client
