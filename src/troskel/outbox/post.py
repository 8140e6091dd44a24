# SPDX-License-Identifier: EUPL-1.2
"""The e-mail carrier: composes a message when it is sent, and sends it by SMTP.

A parcel holds ids and codes. What the message says and whom it reaches, an upper room composes at the moment
of sending, so that no address or text lies in the outbox.
"""

from __future__ import annotations

import contextlib
import json
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from troskel.outbox import operations
from troskel.outbox.models import Parcel
from troskel.outbox.operations import Draft
from troskel.outbox.worker import Failed, Handler, Hopeless

MESSAGE = "email"
"""The kind of a parcel that is one message to however many."""

COPY = "email.copy"
"""The kind of a parcel that is one recipient's copy; made here."""


class Recipient(NamedTuple):
    """Who gets it: a code that stays the same (an account's id) while the address may change."""

    code: str
    address: str


@dataclass(frozen=True)
class Message:
    subject: str
    text: str
    to: Sequence[Recipient]


Compose = Callable[[Mapping[str, Any]], Message]
"""From a payload to what is sent now. It may raise `Failed` or `Hopeless`."""


class Carrier(Protocol):
    """What can bring a message to an address. `send` raises `Failed` or `Hopeless` where it cannot."""

    @property
    def sender(self) -> str: ...

    def send(self, message: EmailMessage, to: str) -> None: ...


@dataclass(frozen=True)
class Smtp:
    """A mail server. `timeout` is for each answer, in seconds."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    encrypted: bool = False
    timeout: float = 20.0
    context: ssl.SSLContext | None = None

    @classmethod
    def from_url(cls, url: str, *, sender: str, timeout: float = 20.0) -> Smtp:
        """From `smtp://host:port` or `smtps://user:password@host`. Raises ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("not a mail server: write smtp://host:port or smtps://user:password@host")
        encrypted = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if encrypted else 25),
            sender=sender,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encrypted=encrypted,
            timeout=timeout,
        )

    def send(self, message: EmailMessage, to: str) -> None:
        """Send to one address. Raises Hopeless where the server refuses this message for good, else Failed.

        A refused login or greeting is no fault of the message: it is tried again.
        """
        try:
            with self._connected() as server:
                server.send_message(message, self.sender, [to])
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused("recipient", error.recipients[to][0]) from None
        except smtplib.SMTPSenderRefused as error:
            raise _refused("sender", error.smtp_code) from None
        except smtplib.SMTPDataError as error:
            raise _refused("message", error.smtp_code) from None
        except smtplib.SMTPResponseException as error:
            raise Failed(f"SMTP {error.smtp_code}: {type(error).__name__}") from None
        except OSError as error:  # smtplib's own errors are OSErrors too
            raise Failed(type(error).__name__) from None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = self.context or ssl.create_default_context()
        me = socket.gethostname()  # smtplib would ask the name service, which may take its time
        server = (
            smtplib.SMTP_SSL(self.host, self.port, me, timeout=self.timeout, context=context)
            if self.encrypted
            else smtplib.SMTP(self.host, self.port, me, timeout=self.timeout)
        )
        try:
            server.ehlo_or_helo_if_needed()
            if not self.encrypted and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if self.user:
                self._log_in(server)
            yield server
            with contextlib.suppress(OSError):
                server.quit()  # the server has the message: a bad goodbye must not send it again
        finally:
            server.close()

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not isinstance(server.sock, ssl.SSLSocket):
            raise Failed("no STARTTLS: the password is not sent in the clear")
        server.login(self.user, self.password)


def handlers(compose: Compose, carrier: Carrier) -> dict[str, Handler]:
    """What a `Worker` needs to send e-mail. Put parcels of the kind `email`, with what `compose` reads."""

    def send_message(parcel: Parcel) -> None:
        payload = json.loads(parcel.payload)
        message = compose(payload)
        if not message.to:
            raise Hopeless("nobody to send it to")
        if len(message.to) == 1:
            _send(carrier, message, message.to[0], parcel, original=str(parcel.id))
        else:
            _put_copies(parcel, payload, message.to)

    def send_copy(parcel: Parcel) -> None:
        copy = json.loads(parcel.payload)
        message = compose(copy["payload"])
        for recipient in message.to:
            if recipient.code == copy["recipient"]:
                _send(carrier, message, recipient, parcel, original=copy["original"])

    return {MESSAGE: send_message, COPY: send_copy}


def _put_copies(parcel: Parcel, payload: Mapping[str, Any], to: Sequence[Recipient]) -> None:
    """A parcel for each recipient, so that a retry for one never sends again to another."""
    operations.put(
        [
            Draft(
                municipality=parcel.municipality,
                key=f"{parcel.id}/{recipient.code}",
                kind=COPY,
                payload={"original": str(parcel.id), "recipient": recipient.code, "payload": payload},
            )
            for recipient in to
        ]
    )


def _send(carrier: Carrier, message: Message, recipient: Recipient, parcel: Parcel, original: str) -> None:
    mail = EmailMessage()
    mail["From"] = carrier.sender
    mail["To"] = recipient.address
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(parcel.put_at)
    mail["Message-ID"] = message_id(original, recipient.code, carrier.sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    carrier.send(mail, recipient.address)


def message_id(original: str, code: str, sender: str) -> str:
    """The same for every attempt at one recipient's copy: mail servers and people see that it is one."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{sha256(f'{original}/{code}'.encode()).hexdigest()[:32]}@{domain}>"


def _refused(what: str, code: int) -> Exception:
    answer = f"SMTP {code}: the {what} was refused"
    return Hopeless(answer) if 500 <= code < 600 and code != 530 else Failed(answer)
