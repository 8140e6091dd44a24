# SPDX-License-Identifier: EUPL-1.2
"""E-mail, sent to a real mail server that accepts, refuses, stalls and breaks off."""

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

from tests.outbox.conftest import Put, drain
from tests.outbox.mail_server import CERTIFICATE, CUT, STALL, MailServer
from troskel.ground import clock
from troskel.outbox import queries
from troskel.outbox.models import Parcel
from troskel.outbox.post import Message, Recipient, Smtp, handlers
from troskel.outbox.worker import Failed, Worker

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def to_staff(count: int = 1) -> Callable[[Mapping[str, Any]], Message]:
    def compose(payload: Mapping[str, Any]) -> Message:
        recipients = [Recipient(f"account-{number}", f"staff{number}@example.org") for number in range(count)]
        return Message("Beställning på väg", f"Ärende {payload['order']} är beställt.\n", recipients)

    return compose


def postman(server: MailServer, to: int = 1, **smtp: Any) -> Worker:
    return Worker(handlers(to_staff(to), server.smtp(**smtp)))


def stored(parcel: Parcel) -> Parcel:
    return Parcel.objects.get(id=parcel.id)


@pytest.mark.django_db
def test_an_email_arrives_as_it_was_composed(server: MailServer, put: Put) -> None:
    with clock.standing_at(NOW):
        put("2026-17")
        drain(postman(server))
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
def test_what_is_refused_for_now_is_sent_later(server: MailServer, put: Put, stage: str) -> None:
    getattr(server, stage).append("451 try again later")
    parcel = put("a", run_at=NOW)
    with clock.standing_at(NOW):
        assert drain(postman(server)) == 1
    assert stored(parcel).last_error.startswith("SMTP 451")
    with clock.standing_at(LATER):
        assert drain(postman(server)) == 1
    assert len(server.accepted) == 1
    assert len(set(server.ids())) == 1
    assert stored(parcel).done_at == LATER


@pytest.mark.django_db
@pytest.mark.parametrize(("stage", "what"), [("on_rcpt", "recipient"), ("on_data", "message")])
def test_what_is_refused_for_good_is_parked(server: MailServer, put: Put, stage: str, what: str) -> None:
    getattr(server, stage).append("550 staff0@example.org is not here")
    put("a")
    drain(postman(server))
    (parked,) = queries.parked("0999")
    assert parked.last_error == f"SMTP 550: the {what} was refused"
    assert not server.accepted


@pytest.mark.django_db
def test_a_server_that_stalls_is_given_up_and_tried_again(server: MailServer, put: Put) -> None:
    server.on_data.append(STALL)
    parcel = put("a", run_at=NOW)
    with clock.standing_at(NOW):
        drain(postman(server, timeout=0.2))
    assert stored(parcel).last_error in ("TimeoutError", "SMTPServerDisconnected")
    with clock.standing_at(LATER):
        drain(postman(server))
    assert len(server.accepted) == 1
    assert len(set(server.ids())) == 1


@pytest.mark.django_db
def test_a_connection_cut_in_the_middle_of_a_message_is_tried_again(server: MailServer, put: Put) -> None:
    server.on_data.append(CUT)
    parcel = put("a", run_at=NOW)
    with clock.standing_at(NOW):
        drain(postman(server))
    assert not server.accepted
    assert stored(parcel).last_error
    with clock.standing_at(LATER):
        drain(postman(server))
    assert len(server.accepted) == 1
    assert len(server.seen) == 2
    assert len(set(server.ids())) == 1


@pytest.mark.django_db
def test_a_server_that_is_away_is_waited_for(put: Put) -> None:
    with MailServer() as gone:
        pass
    parcel = put("a")
    drain(postman(gone))
    assert stored(parcel).last_error == "ConnectionRefusedError"
    assert stored(parcel).parked_at is None


@pytest.mark.django_db
def test_a_bad_goodbye_sends_nothing_again(server: MailServer, put: Put) -> None:
    server.polite = False
    parcel = put("a")
    drain(postman(server))
    assert len(server.accepted) == 1
    assert stored(parcel).done_at is not None


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_server_that_first_wants_a_password_parks_no_message(put: Put) -> None:
    with MailServer(authenticator=Signed(), auth_required=True, auth_require_tls=False) as server:
        parcel = put("a")
        drain(postman(server))
    assert stored(parcel).last_error == "SMTP 530: the sender was refused"
    assert stored(parcel).parked_at is None


@pytest.mark.django_db
def test_each_of_several_gets_a_copy_of_their_own(server: MailServer, put: Put) -> None:
    put("a")
    drain(postman(server, to=3))
    assert sorted(address for address, _ in server.accepted) == [f"staff{i}@example.org" for i in range(3)]
    assert all(mail["To"] == address for address, mail in server.accepted)
    assert len(set(server.ids())) == 3


@pytest.mark.django_db
def test_a_retry_for_one_never_sends_again_to_another(server: MailServer, put: Put) -> None:
    server.on_rcpt += ["250 OK", "451 not now", "550 never"]
    put("a", run_at=NOW)
    with clock.standing_at(NOW):
        drain(postman(server, to=3))
    with clock.standing_at(LATER):
        drain(postman(server, to=3))
    assert len({address for address, _ in server.accepted}) == len(server.accepted)
    assert queries.parked("0999").count() == 1


@pytest.mark.django_db
def test_no_address_and_no_text_lies_in_the_outbox(server: MailServer, put: Put) -> None:
    server.on_rcpt += ["550 staff0@example.org is not here"] * 3
    put("a")
    drain(postman(server, to=3))
    for values in Parcel.objects.values_list("key", "payload", "last_error"):
        assert "@" not in "".join(values)
        assert "Ärende" not in "".join(values)


@pytest.mark.django_db
def test_who_is_no_longer_a_recipient_gets_no_copy(server: MailServer, put: Put) -> None:
    put("a")
    postman(server, to=3).run_once()
    drain(postman(server, to=2))
    assert len(server.accepted) == 2
    assert not Parcel.objects.filter(done_at=None).exists()


@pytest.mark.django_db
def test_a_message_to_nobody_is_parked(server: MailServer, put: Put) -> None:
    put("a")
    drain(postman(server, to=0))
    assert queries.parked("0999").get().last_error == "nobody to send it to"


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_nothing_twice(server: MailServer, put: Put) -> None:
    for number in range(20):
        put(f"{number}")
    begin = threading.Barrier(2)

    def work() -> None:
        begin.wait()
        drain(postman(server))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(work) for _ in range(2)]:
            ended.result()
    assert len(server.accepted) == len(set(server.ids())) == 20


class Signed:
    """Lets in who knows the password, and remembers that someone asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *arguments: Any) -> AuthResult:
        self.asked += 1
        data = arguments[-1]
        right = isinstance(data, LoginPassword) and data.password == b"hemligt"
        return AuthResult(success=right, handled=right)


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.check_hostname = False
    return context


@pytest.mark.django_db
def test_it_speaks_in_cipher_where_the_server_can(secure_server: Callable[..., MailServer], put: Put) -> None:
    server = secure_server(require_starttls=True, authenticator=Signed(), auth_required=True)
    put("a")
    drain(postman(server, context=trusting(), user="troskel", password="hemligt"))
    assert len(server.accepted) == 1


@pytest.mark.django_db
def test_a_refused_password_parks_no_message(secure_server: Callable[..., MailServer], put: Put) -> None:
    server = secure_server(authenticator=Signed(), auth_required=True)
    parcel = put("a")
    drain(postman(server, context=trusting(), user="troskel", password="fel"))
    assert stored(parcel).last_error == "SMTP 535: SMTPAuthenticationError"
    assert stored(parcel).parked_at is None


@pytest.mark.django_db
def test_a_server_that_nobody_vouches_for_is_sent_nothing(
    secure_server: Callable[..., MailServer], put: Put
) -> None:
    server = secure_server()
    parcel = put("a")
    drain(postman(server))
    assert stored(parcel).last_error == "SSLCertVerificationError"
    assert not server.seen


@pytest.mark.django_db
def test_no_password_is_sent_in_the_clear(put: Put) -> None:
    signed = Signed()
    with MailServer(authenticator=signed, auth_require_tls=False) as server:
        parcel = put("a")
        drain(postman(server, user="troskel", password="hemligt"))
    assert stored(parcel).last_error == "no STARTTLS: the password is not sent in the clear"
    assert signed.asked == 0


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, "", "", False)),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "", "", False)),
        ("smtps://a%40b:p%2Fw@mail.example.org", ("mail.example.org", 465, "a@b", "p/w", True)),
        ("smtps://a:b@mail.example.org:4650", ("mail.example.org", 4650, "a", "b", True)),
    ],
)
def test_a_server_is_told_by_its_url(url: str, told: tuple[object, ...]) -> None:
    smtp = Smtp.from_url(url, sender="a@b", timeout=3)
    assert (smtp.host, smtp.port, smtp.user, smtp.password, smtp.encrypted) == told
    assert smtp.timeout == 3


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail.example.org", "smtp://"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a mail server"):
        Smtp.from_url(url, sender="a@b")


def test_a_password_is_not_shown() -> None:
    assert "hemligt" not in repr(Smtp.from_url("smtps://a:hemligt@b", sender="a@b"))


@pytest.mark.django_db
def test_a_composer_may_say_that_it_is_not_ready(server: MailServer, put: Put) -> None:
    def not_ready(payload: Mapping[str, Any]) -> Message:
        raise Failed("no template")

    parcel = put("a")
    drain(Worker(handlers(not_ready, server.smtp())))
    assert stored(parcel).last_error == "no template"
    assert json.loads(stored(parcel).payload) == {"order": "a"}
