# SPDX-License-Identifier: EUPL-1.2
"""A thread gets a request when all of it has come: who sends slowly, or nothing more, stops nobody."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from troskel.cli.bench_server import Caller, served
from troskel.screens import whole_requests
from troskel.screens.whole_requests import WholeRequests
from troskel.web.shell.busy import turned_away


class Proto:
    """What granian gives: the parts of a body that come, and where the answer goes."""

    def __init__(self, *parts: bytes, ends: bool = True) -> None:
        self.parts, self.ends = parts, ends
        self.status, self.body, self.headers = 0, b"", {}

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            yield part
        if not self.ends:
            await asyncio.sleep(3600)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = int(status), dict(headers), body

    def response_file(self, status: int, headers: list[tuple[str, str]], path: str) -> None:
        with Path(path).open("rb") as file:
            self.response_bytes(status, headers, b"file " + file.read())

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Any:
        self.status, self.headers = status, dict(headers)

        async def send_bytes(part: bytes) -> None:
            if not self.ends:
                await asyncio.sleep(3600)
            self.body += part + b"|"

        return SimpleNamespace(send_bytes=send_bytes)


def scope(body: int | None = None, path: str = "/", **headers: str) -> Any:
    if body is not None:
        headers["content-length"] = str(body)
    values = {"method": "POST", "path": path, "query_string": "a=1", "scheme": "http", "http_version": "1.1"}
    return SimpleNamespace(**values, client="192.0.2.1:999", server="127.0.0.1:8000", headers=headers)


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Answers with what it got; or as the path says."""
    if environ["PATH_INFO"] == "/breaks":
        raise RuntimeError("of a test")
    seen = f"{environ['PATH_INFO']} {environ['REMOTE_ADDR']} {environ.get('HTTP_X_A')} {environ['wsgi.input'].read()!r}"
    answer = HttpResponse(seen)
    if environ["PATH_INFO"] == "/stream":
        answer = StreamingHttpResponse(iter([b"one", b"two"]))  # type: ignore[assignment]
    if environ["PATH_INFO"] == "/file":
        answer = environ["wsgi.file_wrapper"](Path(__file__).open("rb"))  # noqa: SIM115
    start_response("200 OK", [("Content-Type", "text/plain")])
    return answer


@pytest.fixture
def whole() -> Iterator[WholeRequests]:
    made = WholeRequests(application, 1, turned_away)
    yield made
    made.threads.shutdown()
    made.watched.shutdown()


def ask(whole: WholeRequests, of: Any, *parts: bytes, ends: bool = True) -> Proto:
    proto = Proto(*parts, ends=ends)
    asyncio.run(whole(of, proto))
    assert whole.waiting == 0 and not whole.bodies
    return proto


def test_a_whole_request_is_handed_on(whole: WholeRequests) -> None:
    of = scope(4, "/%C3%A5", **{"x-a": "yes", "x_a": "forged"})
    answer = ask(whole, of, b"ab", b"cd")
    assert (answer.status, answer.body) == (200, "/Ã¥ 192.0.2.1 yes b'abcd'".encode())


def test_streams_and_files(whole: WholeRequests) -> None:
    assert ask(whole, scope(path="/stream")).body == b"one|two|"
    assert ask(whole, scope(path="/file")).body.startswith(b"file # SPDX")


@pytest.mark.parametrize(
    ("of", "parts", "ends", "status"),
    [
        (scope(100), [b"a"], False, 408),
        (scope(whole_requests.LARGEST_BODY + 1), [], True, 413),
        (scope(**{"transfer-encoding": "chunked"}), [bytes(1024 * 1024)] * 9, True, 413),
        (scope(path="/breaks"), [], True, 500),
    ],
)
def test_what_is_turned_away(
    whole: WholeRequests,
    monkeypatch: pytest.MonkeyPatch,
    of: Any,
    parts: list[bytes],
    ends: bool,
    status: int,
) -> None:
    monkeypatch.setattr(whole_requests, "BODY_SECONDS", 0.05)
    answer = ask(whole, of, *parts, ends=ends)
    assert answer.status == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["connection"] == "close"


def test_a_stream_that_nobody_takes_is_dropped(whole: WholeRequests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_requests, "PART_SECONDS", 0.05)
    assert ask(whole, scope(path="/stream"), ends=False).body == b""
    assert ask(whole, scope(1), b"x").status == 200


def test_where_too_many_wait_one_more_is_told_so_but_not_who_watches(whole: WholeRequests) -> None:
    whole.waiting = whole.most_waiting
    busy, watched = Proto(), Proto()
    asyncio.run(whole(scope(path="/api/v1/duties"), busy))
    asyncio.run(whole(scope(path="/-/live"), watched))
    whole.waiting = 0
    assert (busy.status, busy.headers["Retry-After"], watched.status) == (503, "2", 200)
    assert busy.headers["Content-Type"] == "application/problem+json"


HALF_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0"
HALF_BODY = b"POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nlang"
UNREAD = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_half_sent_requests_and_unread_answers_stop_nobody() -> None:
    """Of each kind as many as the server has threads, from one client and with no web server in front."""
    with served(1) as port, ExitStack() as held:
        for what in (HALF_HEAD, HALF_BODY, UNREAD):
            for _ in range(16):
                connection = held.enter_context(socket.create_connection(("127.0.0.1", port), 60))
                connection.sendall(what)
        caller = Caller(port)
        held.callback(caller.connection.close)
        assert [caller.get(path).status for path in ("/-/ready", "/accessibility")] == [200, 200]
