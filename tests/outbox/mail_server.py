# SPDX-License-Identifier: EUPL-1.2
"""A real mail server with configurable answers."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import aiosmtpd
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from troskel.outbox.email_delivery import SmtpTransport

STALL, CUT, SLOW = "stall", "cut", "slow"
SENDER = "Tröskel <ingen-svarar@troskel.example>"
CERTIFICATE = Path(aiosmtpd.__file__).parent / "tests" / "certs" / "server.crt"


class MailServer:
    """Listens for real. `on_rcpt` and `on_data` are its next answers; with none left it accepts."""

    def __init__(self, **options: Any) -> None:
        self.on_rcpt: list[str] = []
        self.on_data: list[str] = []
        self.polite = True
        self.seen: list[EmailMessage] = []
        self.accepted: list[tuple[str, EmailMessage]] = []
        self.something_came = threading.Event()
        self.go_on = threading.Event()
        self._controller = _Controller(self, hostname="127.0.0.1", port=free_port(), **options)

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop(no_assert=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    def smtp(self, **changes: Any) -> SmtpTransport:
        values: dict[str, Any] = {"host": "127.0.0.1", "port": self._controller.port, "sender": SENDER}
        return SmtpTransport(**(values | changes))

    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.seen]

    async def handle_RCPT(
        self, server: SMTP, _state: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        answer = self.on_rcpt.pop(0) if self.on_rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _state: object, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=default)
        self.seen.append(mail)
        self.something_came.set()
        answer = self.on_data.pop(0) if self.on_data else "250 OK"
        if answer == STALL:
            await asyncio.sleep(3600)
        if answer == SLOW:
            while not self.go_on.is_set():
                await asyncio.sleep(0.02)
            answer = "250 OK"
        if answer.startswith("250"):
            self.accepted += [(address, mail) for address in envelope.rcpt_tos]
        return answer

    async def handle_QUIT(self, server: SMTP, _state: object, _envelope: Envelope) -> str:
        if not self.polite:
            server.transport.abort()  # type: ignore[union-attr]
        return "221 goodbye"


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Cutting(self.handler, **self.SMTP_kwargs)


class _Cutting(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        """Where the next answer is a cut: read the header, then break the connection."""
        server = self.event_handler
        if server.on_data[:1] != [CUT]:
            await super().smtp_DATA(arg)
            return
        server.on_data.pop(0)
        await self.push("354 go on")
        head = await self._reader.readuntil(b"\r\n\r\n")
        server.seen.append(email.message_from_bytes(head, policy=default))
        self.transport.abort()  # type: ignore[union-attr]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
