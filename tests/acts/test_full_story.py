# SPDX-License-Identifier: EUPL-1.2
"""One client's full story, played from its play file, with the e-mails sent to a real mail server."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.outbox.mail_server import MailServer
from tests.town import CODE, undone_at_the_end
from troskel.cli.main import main
from troskel.config import wiring
from troskel.custody.models import Holding, Link
from troskel.duties.models import Duty
from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.journal.verification import verify
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Client, Identifier, Organisation

PLAY_FILE = Path(__file__).parents[2] / "plays" / "thread.jsonl"
AFTERWARDS = datetime(2026, 11, 21, 8, tzinfo=clock.STOCKHOLM)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(scope="module")
def play_lines(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[dict[str, Any]]]:
    """The JSON lines that `troskel play` printed, one per act."""
    with undone_at_the_end(django_db_blocker):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            assert main(["play", str(PLAY_FILE), "--json"]) == 0
        yield [json.loads(line) for line in output.getvalue().splitlines()]


def play_steps() -> list[dict[str, Any]]:
    lines = PLAY_FILE.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line and not line.startswith("#")]


def test_every_expectation_is_met(play_lines: list[dict[str, Any]]) -> None:
    expected = [step.get("expect") for step in play_steps()]
    assert [
        line.get("refused") if expect else None for line, expect in zip(play_lines, expected, strict=True)
    ] == expected
    refusals = [line["message"] for line in play_lines if isinstance(line.get("refused"), str)]
    assert len(refusals) == sum(1 for expect in expected if expect) >= 6


def test_it_goes_through_the_paragraphs(play_lines: list[dict[str, Any]]) -> None:
    done = {
        closed["paragraph"]
        for line in play_lines
        for closed in line.get("closed", ())
        if closed["state"] == "done"
    }
    assert {"A1", "A2", "A3", "A4", "A8", "P1", "P2", "P3", "P4", "P5", "P6", "L1", "S2", "S3"} <= done


def test_afterwards_the_link_is_removed_and_things_are_returned(play_lines: list[dict[str, Any]]) -> None:
    assert not Link.objects.filter(until=None).exists()
    assert Link.objects.count() == 1
    holdings = {row.thing.kind: row for row in Holding.objects.select_related("thing").filter(until=None)}
    orgnr = dict(Organisation.objects.values_list("id", "orgnr"))
    assert orgnr[holdings["tag"].holder] == "5560009911"
    assert orgnr[holdings["lock"].holder] == "5560009945"
    assert (holdings["key"].kind, holdings["key"].holder) == ("client", Client.objects.get().id)
    assert not Duty.objects.filter(state="open", kind="duty").exists()


def test_the_journal_verifies_and_replays_to_the_same_duties(play_lines: list[dict[str, Any]]) -> None:
    assert verify(CODE).is_sound
    assert discrepancies(CODE) == []


def test_lines_hold_no_personal_data(play_lines: list[dict[str, Any]]) -> None:
    written = [line.body + line.homes for line in Line.objects.filter(municipality=CODE)]
    for secret in secrets():
        assert not [line for line in written if secret.lower() in line.lower()], secret


def secrets() -> list[str]:
    client = Client.objects.select_related("home").get()
    number = Identifier.objects.get(client=client).number
    home = client.home
    secrets_found = [
        client.first_name,
        client.last_name,
        client.reference,
        number,
        number[2:],
        home.street,
        home.postcode,
    ]
    return [secret for secret in secrets_found if len(secret) > 2]


def send_all() -> None:
    worker = wiring.outbox_worker()
    with clock.frozen_at(AFTERWARDS):
        while worker.run_once():
            pass


def test_s1_and_s3_reach_the_provider_and_the_administrator(
    play_lines: list[dict[str, Any]], settings: Any
) -> None:
    with MailServer() as server:
        settings.TROSKEL_SMTP, settings.TROSKEL_LETTER_BOX = server.url, ""
        send_all()
        send_all()
    sent = sorted((mail["Subject"].split(" –")[0], address) for address, mail in server.accepted)
    assert sent == [
        ("Låsvredet är monterat", "lasvred@troskelby.example"),
        ("Låsvredet är monterat", "samordnare@ost.example"),
        ("Låsvredet är nedmonterat", "lasvred@troskelby.example"),
        ("Låsvredet är nedmonterat", "samordnare@ost.example"),
    ]
    assert len(set(server.ids())) == 4
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_a_retried_email_keeps_its_message_id(play_lines: list[dict[str, Any]], settings: Any) -> None:
    with MailServer() as server:
        server.on_data += ["451 later"] * 4
        settings.TROSKEL_SMTP, settings.TROSKEL_LETTER_BOX = server.url, ""
        send_all()
        assert not server.accepted
        with clock.frozen_at(AFTERWARDS.replace(hour=12)):
            worker = wiring.outbox_worker()
            while worker.run_once():
                pass
    assert len(server.accepted) == 4
    assert len(server.ids()) == 8
    assert len(set(server.ids())) == 4


def test_emails_hold_no_personal_data(play_lines: list[dict[str, Any]], settings: Any) -> None:
    with MailServer() as server:
        settings.TROSKEL_SMTP, settings.TROSKEL_LETTER_BOX = server.url, ""
        send_all()
    case = Client.objects.get().case_number
    for _, mail in server.accepted:
        whole = "\n".join([*(f"{name}: {value}" for name, value in mail.items()), mail.get_content()]).lower()
        assert case in whole and "w-2026-000" in whole and "4711-0938" in whole
        for secret in secrets():
            assert secret.lower() not in whole, secret


def test_the_mail_directory_of_the_demo(
    play_lines: list[dict[str, Any]], settings: Any, tmp_path: Path
) -> None:
    settings.TROSKEL_LETTER_BOX = str(tmp_path / "mail")
    send_all()
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 4
