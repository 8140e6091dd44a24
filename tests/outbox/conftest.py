# SPDX-License-Identifier: EUPL-1.2
"""Shared by the tests of the outbox: messages and mail servers."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.outbox.mail_server import CERTIFICATE, MailServer
from troskel.outbox import operations
from troskel.outbox.models import OutboxMessage
from troskel.outbox.operations import OutboxDraft
from troskel.outbox.worker import Worker

Put = Callable[..., OutboxMessage]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def secure_server() -> Iterator[Callable[..., MailServer]]:
    """`secure_server(…)` starts one with STARTTLS, aiosmtpd's test certificate and its options."""
    started: list[MailServer] = []

    def start(**options: Any) -> MailServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
        started.append(MailServer(tls_context=context, **options).__enter__())
        return started[-1]

    yield start
    for server in started:
        server.__exit__()


@pytest.fixture
def put() -> Put:
    """`put("a")` puts a parcel with the key a; gives it."""

    def put(key: str = "a", **changes: Any) -> OutboxMessage:
        draft: dict[str, Any] = {
            "municipality": "0999",
            "key": key,
            "kind": "email",
            "payload": {"order": key},
        }
        operations.enqueue([OutboxDraft(**(draft | changes))])
        return OutboxMessage.objects.get(municipality=changes.get("municipality", "0999"), key=key)

    return put


def handle_all(worker: Worker) -> int:
    """Let it work until there is nothing to do now; gives how many parcels it did."""
    count = 0
    while worker.run_once():
        count += 1
    return count
