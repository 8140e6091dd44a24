# SPDX-License-Identifier: EUPL-1.2
"""Delivers e-mail: composes each message when it is sent, and sends it by SMTP.

An outbox message holds ids and codes. Its text and recipients are composed by an upper room at the moment of
sending, so that the outbox stores no address or text.
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
from ipaddress import ip_address
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from troskel.outbox import operations
from troskel.outbox.models import OutboxMessage, Sender
from troskel.outbox.operations import OutboxDraft
from troskel.outbox.worker import Handler, PermanentFailure, TransientFailure

EMAIL_KIND = "email"
"""The kind of an outbox message that is one e-mail to any number of recipients."""

NO_TLS = "tls=none"

COPY_KIND = "email.copy"
"""The kind of an outbox message that is one recipient's copy; created here."""


class Recipient(NamedTuple):
    """A recipient: a stable code (an account's id), and an address that may change."""

    code: str
    address: str


class ComposedEmail(NamedTuple):
    """An e-mail, and to whom it goes."""

    subject: str
    text: str
    to: Sequence[Recipient]


Compose = Callable[[Mapping[str, Any]], ComposedEmail]
"""From a payload to an e-mail. May raise `TransientFailure` or `PermanentFailure`."""


class MailTransport(Protocol):
    """Delivers an e-mail to an address. `send` raises `TransientFailure` or `PermanentFailure`."""

    @property
    def sender(self) -> str: ...

    def send(self, message: EmailMessage, to: str) -> None: ...


@dataclass(frozen=True)
class SmtpTransport:
    """A mail server. `timeout`: seconds for each answer. `in_clear`: may mail go unencrypted where it offers no TLS?"""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    encrypted: bool = False
    in_clear: bool = True
    timeout: float = 20.0
    context: ssl.SSLContext | None = None

    @classmethod
    def from_url(cls, url: str, *, sender: str, timeout: float = 20.0) -> SmtpTransport:
        """Parses `smtp://host:port` or `smtps://user:password@host`. Raises ValueError for anything else.

        A server elsewhere must offer TLS, unless the address ends with `?tls=none`.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.query not in ("", NO_TLS):
            raise ValueError("not a mail server: write smtp://host:port or smtps://user:password@host")
        encrypted = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if encrypted else 25),
            sender=sender,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encrypted=encrypted,
            in_clear=parts.query == NO_TLS or is_this_machine(parts.hostname),
            timeout=timeout,
        )

    def send(self, message: EmailMessage, to: str) -> None:
        """Sends to one address.

        Raises PermanentFailure when the server permanently refuses this message, otherwise TransientFailure: a
        refused login or greeting is no fault of the message, which is tried again.
        """
        try:
            with self._connection() as server:
                server.send_message(message, parseaddr(str(message["From"]))[1], [to])
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal("recipient", error.recipients[to][0]) from None
        except smtplib.SMTPSenderRefused as error:
            raise _refusal("sender", error.smtp_code) from None
        except smtplib.SMTPDataError as error:
            raise _refusal("message", error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:  # an address with letters that this server can't carry: never
            raise PermanentFailure("address: the mail server does not take its letters") from None
        except smtplib.SMTPResponseException as error:
            raise TransientFailure(f"SMTP {error.smtp_code}: {type(error).__name__}") from None
        except OSError as error:  # smtplib's own errors are OSErrors too
            raise TransientFailure(type(error).__name__) from None

    def try_connection(self) -> None:
        """Connects and logs in, and sends nothing. Raises TransientFailure where a message would not go now."""
        try:
            with self._connection():
                pass
        except smtplib.SMTPResponseException as error:
            raise TransientFailure(f"SMTP {error.smtp_code}: {type(error).__name__}") from None
        except OSError as error:
            raise TransientFailure(error.strerror or type(error).__name__) from None

    @contextlib.contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        context = self.context or ssl.create_default_context()
        own_name = socket.gethostname()  # smtplib would ask the name service, which may be slow
        server = (
            smtplib.SMTP_SSL(self.host, self.port, own_name, timeout=self.timeout, context=context)
            if self.encrypted
            else smtplib.SMTP(self.host, self.port, own_name, timeout=self.timeout)
        )
        try:
            server.ehlo_or_helo_if_needed()
            if not self.encrypted and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if not (self.in_clear or isinstance(server.sock, ssl.SSLSocket)):
                raise TransientFailure("no STARTTLS: the mail is not sent in the clear")
            if self.user:
                self._log_in(server)
            yield server
            with contextlib.suppress(OSError):
                server.quit()  # the server has the message: an error here must not send it again
        finally:
            server.close()

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not isinstance(server.sock, ssl.SSLSocket):
            raise TransientFailure("no STARTTLS: the password is not sent in the clear")
        server.login(self.user, self.password)


def is_this_machine(host: str) -> bool:
    """Does the name stand for this machine, so that nobody listens on the way?"""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def email_handlers(compose: Compose, transport: MailTransport) -> dict[str, Handler]:
    """Returns the handlers by which a `Worker` sends e-mail. The payload of kind `email` is what `compose` reads."""

    def send_message(outbox_message: OutboxMessage) -> None:
        payload = json.loads(outbox_message.payload)
        content = compose(payload)
        if not content.to:
            raise PermanentFailure("nobody to send it to")
        if len(content.to) == 1:
            _send(transport, content, content.to[0], outbox_message, original=str(outbox_message.id))
        else:
            _enqueue_copies(outbox_message, payload, content.to)

    def send_copy(outbox_message: OutboxMessage) -> None:
        copy = json.loads(outbox_message.payload)
        content = compose(copy["payload"])
        for recipient in content.to:
            if recipient.code == copy["recipient"]:
                _send(transport, content, recipient, outbox_message, original=copy["original"])

    return {EMAIL_KIND: send_message, COPY_KIND: send_copy}


def _enqueue_copies(
    outbox_message: OutboxMessage, payload: Mapping[str, Any], to: Sequence[Recipient]
) -> None:
    """Enqueues one message for each recipient, so that a retry for one never sends again to another."""
    operations.enqueue(
        [
            OutboxDraft(
                municipality=outbox_message.municipality,
                key=f"{outbox_message.id}/{recipient.code}",
                kind=COPY_KIND,
                payload={"original": str(outbox_message.id), "recipient": recipient.code, "payload": payload},
            )
            for recipient in to
        ]
    )


def _send(
    transport: MailTransport,
    content: ComposedEmail,
    recipient: Recipient,
    outbox_message: OutboxMessage,
    original: str,
) -> None:
    sender = _own_sender(outbox_message.municipality) or transport.sender
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipient.address
    mail["Subject"] = content.subject
    mail["Date"] = format_datetime(outbox_message.put_at)
    mail["Message-ID"] = message_id(original, recipient.code, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(content.text, cte="quoted-printable")
    transport.send(mail, recipient.address)


def _own_sender(municipality: str) -> str:
    """The municipality's own address; empty where it has none."""
    return Sender.objects.filter(municipality=municipality).values_list("address", flat=True).first() or ""


def message_id(original: str, code: str, sender: str) -> str:
    """Returns a Message-ID, equal for every attempt at one recipient's copy, so that servers see duplicates."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{sha256(f'{original}/{code}'.encode()).hexdigest()[:32]}@{domain}>"


def _refusal(what: str, code: int) -> Exception:
    answer = f"SMTP {code}: the {what} was refused"
    return PermanentFailure(answer) if 500 <= code < 600 and code != 530 else TransientFailure(answer)
