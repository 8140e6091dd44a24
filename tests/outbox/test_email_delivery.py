# SPDX-License-Identifier: EUPL-1.2
"""E-mail, sent to a real mail server that accepts, refuses, stalls and disconnects."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.db import connection

from tests.outbox.conftest import Put, handle_all
from tests.outbox.mail_server import CERTIFICATE, CUT, SENDER, STALL, MailServer, free_port
from troskel.ground import clock
from troskel.outbox import queries
from troskel.outbox.email_delivery import ComposedEmail, Recipient, SmtpTransport, email_handlers
from troskel.outbox.models import OutboxMessage
from troskel.outbox.worker import MAX_WAIT, TransientFailure, Worker

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def to_staff(count: int = 1) -> Callable[[Mapping[str, Any]], ComposedEmail]:
    def compose(payload: Mapping[str, Any]) -> ComposedEmail:
        recipients = [Recipient(f"account-{number}", f"staff{number}@example.org") for number in range(count)]
        return ComposedEmail("Beställning på väg", f"Ärende {payload['order']} är beställt.\n", recipients)

    return compose


def email_worker(server: MailServer, to: int = 1, **smtp: Any) -> Worker:
    return Worker(email_handlers(to_staff(to), server.smtp(**smtp)))


def stored(message: OutboxMessage) -> OutboxMessage:
    return OutboxMessage.objects.get(id=message.id)


@pytest.mark.django_db
def test_email_arrives_as_composed(server: MailServer, put: Put) -> None:
    with clock.frozen_at(NOW):
        put("2026-17")
        handle_all(email_worker(server))
    ((address, mail),) = server.accepted
    assert address == mail["To"] == "staff0@example.org"
    assert mail["From"] == "Tröskel <ingen-svarar@troskel.example>"
    assert mail["Subject"] == "Beställning på väg"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"].endswith("@troskel.example>")
    assert (mail.get_content_type(), mail.get_content_charset()) == ("text/plain", "utf-8")
    assert mail.get_content().splitlines() == ["Ärende 2026-17 är beställt."]


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["on_rcpt", "on_data"])
def test_temporarily_refused_email_is_sent_later(server: MailServer, put: Put, stage: str) -> None:
    getattr(server, stage).append("451 try again later")
    message = put("a", run_at=NOW)
    with clock.frozen_at(NOW):
        assert handle_all(email_worker(server)) == 1
    assert stored(message).last_error.startswith("SMTP 451")
    with clock.frozen_at(LATER):
        assert handle_all(email_worker(server)) == 1
    assert len(server.accepted) == 1
    assert len(set(server.ids())) == 1
    assert stored(message).done_at == LATER


@pytest.mark.django_db
@pytest.mark.parametrize(("stage", "what"), [("on_rcpt", "recipient"), ("on_data", "message")])
def test_permanently_refused_email_is_parked(server: MailServer, put: Put, stage: str, what: str) -> None:
    getattr(server, stage).append("550 staff0@example.org is not here")
    put("a")
    handle_all(email_worker(server))
    (parked,) = queries.parked_messages("0999")
    assert parked.last_error == f"SMTP 550: the {what} was refused"
    assert not server.accepted


@pytest.mark.django_db
def test_address_with_letters_that_the_server_cannot_carry_is_parked_at_once(put: Put) -> None:
    def compose(payload: Mapping[str, Any]) -> ComposedEmail:
        return ComposedEmail("Beställning", "Text.\n", [Recipient("account-0", "räv@example.org")])

    put("a")
    with MailServer(enable_SMTPUTF8=False) as server:
        handle_all(Worker(email_handlers(compose, server.smtp())))
    (parked,) = queries.parked_messages("0999")
    assert parked.last_error == "address: the mail server does not take its letters"
    assert not server.accepted


@pytest.mark.django_db
def test_stalled_server_is_retried(server: MailServer, put: Put) -> None:
    server.on_data.append(STALL)
    message = put("a", run_at=NOW)
    with clock.frozen_at(NOW):
        handle_all(email_worker(server, timeout=0.2))
    assert stored(message).last_error in ("TimeoutError", "SMTPServerDisconnected")
    with clock.frozen_at(LATER):
        handle_all(email_worker(server))
    assert len(server.accepted) == 1
    assert len(set(server.ids())) == 1


@pytest.mark.django_db
def test_connection_lost_during_message_is_retried(server: MailServer, put: Put) -> None:
    server.on_data.append(CUT)
    message = put("a", run_at=NOW)
    with clock.frozen_at(NOW):
        handle_all(email_worker(server))
    assert not server.accepted
    assert stored(message).last_error
    with clock.frozen_at(LATER):
        handle_all(email_worker(server))
    assert len(server.accepted) == 1
    assert len(server.seen) == 2
    assert len(set(server.ids())) == 1


@pytest.mark.django_db
def test_unreachable_server_is_retried(put: Put) -> None:
    with MailServer() as gone:
        pass
    message = put("a")
    handle_all(email_worker(gone))
    assert stored(message).last_error == "ConnectionRefusedError"
    assert stored(message).parked_at is None


@pytest.mark.django_db
def test_error_at_quit_does_not_resend(server: MailServer, put: Put) -> None:
    server.polite = False
    message = put("a")
    handle_all(email_worker(server))
    assert len(server.accepted) == 1
    assert stored(message).done_at is not None


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_missing_login_parks_no_message(put: Put) -> None:
    with MailServer(authenticator=Signed(), auth_required=True, auth_require_tls=False) as server:
        message = put("a")
        handle_all(email_worker(server))
    assert stored(message).last_error == "SMTP 530: the sender was refused"
    assert stored(message).parked_at is None


@pytest.mark.django_db
def test_each_recipient_gets_a_copy(server: MailServer, put: Put) -> None:
    put("a")
    handle_all(email_worker(server, to=3))
    assert sorted(address for address, _ in server.accepted) == [f"staff{i}@example.org" for i in range(3)]
    assert all(mail["To"] == address for address, mail in server.accepted)
    assert len(set(server.ids())) == 3


@pytest.mark.django_db
def test_retry_for_one_recipient_does_not_resend_to_others(server: MailServer, put: Put) -> None:
    server.on_rcpt += ["250 OK", "451 not now", "550 never"]
    put("a", run_at=NOW)
    with clock.frozen_at(NOW):
        handle_all(email_worker(server, to=3))
    with clock.frozen_at(LATER):
        handle_all(email_worker(server, to=3))
    assert len({address for address, _ in server.accepted}) == len(server.accepted)
    assert queries.parked_messages("0999").count() == 1


@pytest.mark.django_db
def test_outbox_stores_no_address_or_text(server: MailServer, put: Put) -> None:
    server.on_rcpt += ["550 staff0@example.org is not here"] * 3
    put("a")
    handle_all(email_worker(server, to=3))
    for values in OutboxMessage.objects.values_list("key", "payload", "last_error"):
        assert "@" not in "".join(values)
        assert "Ärende" not in "".join(values)


@pytest.mark.django_db
def test_removed_recipient_gets_no_copy(server: MailServer, put: Put) -> None:
    put("a")
    email_worker(server, to=3).run_once()
    handle_all(email_worker(server, to=2))
    assert len(server.accepted) == 2
    assert not OutboxMessage.objects.filter(done_at=None).exists()


@pytest.mark.django_db
def test_email_without_recipients_is_parked(server: MailServer, put: Put) -> None:
    put("a")
    handle_all(email_worker(server, to=0))
    assert queries.parked_messages("0999").get().last_error == "nobody to send it to"


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_nothing_twice(server: MailServer, put: Put) -> None:
    for number in range(20):
        put(f"{number}")
    begin = threading.Barrier(2)

    def work() -> None:
        begin.wait()
        handle_all(email_worker(server))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(work) for _ in range(2)]:
            ended.result()
    assert len(server.accepted) == len(set(server.ids())) == 20


class Signed:
    """Accepts the right password, and records that a login was tried."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *arguments: Any) -> AuthResult:
        self.asked += 1
        data = arguments[-1]
        right = isinstance(data, LoginPassword) and data.password == b"hemligt"
        return AuthResult(success=right, handled=right)


def trusting_context() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.check_hostname = False
    return context


@pytest.mark.django_db
def test_starttls_is_used_when_offered(secure_server: Callable[..., MailServer], put: Put) -> None:
    server = secure_server(require_starttls=True, authenticator=Signed(), auth_required=True)
    put("a")
    handle_all(email_worker(server, context=trusting_context(), user="troskel", password="hemligt"))
    assert len(server.accepted) == 1


@pytest.mark.django_db
def test_refused_password_parks_no_message(secure_server: Callable[..., MailServer], put: Put) -> None:
    server = secure_server(authenticator=Signed(), auth_required=True)
    message = put("a")
    handle_all(email_worker(server, context=trusting_context(), user="troskel", password="fel"))
    assert stored(message).last_error == "SMTP 535: SMTPAuthenticationError"
    assert stored(message).parked_at is None


@pytest.mark.django_db
def test_untrusted_server_is_sent_nothing(secure_server: Callable[..., MailServer], put: Put) -> None:
    server = secure_server()
    message = put("a")
    handle_all(email_worker(server))
    assert stored(message).last_error == "SSLCertVerificationError"
    assert not server.seen


@pytest.mark.django_db
def test_password_is_not_sent_unencrypted(put: Put) -> None:
    signed = Signed()
    with MailServer(authenticator=signed, auth_require_tls=False) as server:
        message = put("a")
        handle_all(email_worker(server, user="troskel", password="hemligt"))
    assert stored(message).last_error == "no STARTTLS: the password is not sent in the clear"
    assert signed.asked == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, "", "", False)),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "", "", False)),
        ("smtps://a%40b:p%2Fw@mail.example.org", ("mail.example.org", 465, "a@b", "p/w", True)),
        ("smtps://a:b@mail.example.org:4650", ("mail.example.org", 4650, "a", "b", True)),
    ],
)
def test_server_is_parsed_from_url(url: str, expected: tuple[object, ...]) -> None:
    smtp = SmtpTransport.from_url(url, sender="a@b", timeout=3)
    assert (smtp.host, smtp.port, smtp.user, smtp.password, smtp.encrypted) == expected
    assert smtp.timeout == 3


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail.example.org", "smtp://"])
def test_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a mail server"):
        SmtpTransport.from_url(url, sender="a@b")


def test_password_is_not_in_repr() -> None:
    assert "hemligt" not in repr(SmtpTransport.from_url("smtps://a:hemligt@b", sender="a@b"))


@pytest.mark.django_db
def test_composer_may_raise_transient_failure(server: MailServer, put: Put) -> None:
    def not_ready(payload: Mapping[str, Any]) -> ComposedEmail:
        raise TransientFailure("no template")

    message = put("a")
    handle_all(Worker(email_handlers(not_ready, server.smtp())))
    assert stored(message).last_error == "no template"
    assert json.loads(stored(message).payload) == {"order": "a"}


@pytest.mark.django_db
def test_mail_server_away_for_an_hour(put: Put) -> None:
    """Nothing is lost, parked or sent twice: once it is back, all has gone within the longest pause."""
    now = clock.now()
    for key in "abc":
        put(key)
    with MailServer() as server:
        away = SmtpTransport.from_url(f"smtp://127.0.0.1:{free_port()}", sender=SENDER)
        for minutes in range(0, 61, 2):
            with clock.frozen_at(now + timedelta(minutes=minutes)):
                handle_all(Worker(email_handlers(to_staff(), away)))
        assert OutboxMessage.objects.filter(done_at=None, parked_at=None).exclude(last_error="").count() == 3
        with clock.frozen_at(now + timedelta(minutes=61) + MAX_WAIT):
            handle_all(email_worker(server))
        assert OutboxMessage.objects.filter(done_at__isnull=False).count() == 3
        assert len(set(server.ids())) == len(server.accepted) == 3


@pytest.mark.parametrize(
    ("url", "in_clear"),
    [
        ("smtp://127.0.0.1:25", True),
        ("smtp://localhost", True),
        ("smtp://[::1]:25", True),
        ("smtp://mail.annanby.se", False),
        ("smtp://192.0.2.1?tls=none", True),
        ("smtp://localhost.annanby.se", False),
    ],
)
def test_only_this_machines_server_is_sent_mail_in_the_clear(url: str, in_clear: bool) -> None:
    assert SmtpTransport.from_url(url, sender=SENDER).in_clear == in_clear


@pytest.mark.django_db
def test_mail_is_not_sent_in_the_clear(server: MailServer, put: Put) -> None:
    put("a")
    elsewhere = server.smtp(in_clear=False)  # as from_url makes it of a server on another machine
    assert handle_all(Worker(email_handlers(to_staff(), elsewhere))) == 1
    assert not server.seen
    assert "STARTTLS" in OutboxMessage.objects.get().last_error
