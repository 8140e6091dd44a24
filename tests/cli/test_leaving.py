# SPDX-License-Identifier: EUPL-1.2
"""A municipality sends as itself, and leaves the database: exported whole, and nothing stays behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.cli.conftest import OURS, Runs, begin
from tests.outbox.mail_server import MailServer
from tests.town import CODE, Town, snapshot
from troskel.duties.mailing import compose
from troskel.journal import triggers
from troskel.journal.form import verify_export
from troskel.journal.models import Line
from troskel.outbox.email_delivery import SmtpTransport, email_handlers
from troskel.outbox.worker import Worker


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def test_each_municipality_is_its_own_sender(runs: Runs, town: Town, server: MailServer) -> None:
    """A lock is mounted in Tröskelby, and S1's e-mails come from Tröskelby."""
    assert runs("municipality", "sender", CODE, "lasvred@troskelby.example").code == 0
    town.locked()
    smtp = SmtpTransport.from_url(server.url, sender="troskel@example.org")
    worker = Worker(email_handlers(compose, smtp))
    while worker.run_once():
        pass
    assert server.accepted
    assert {mail["From"] for _, mail in server.accepted} == {"lasvred@troskelby.example"}
    assert all(mail["Message-ID"].endswith("@troskelby.example>") for _, mail in server.accepted)


def test_it_leaves_whole_and_leaves_nothing(runs: Runs, town: Town, routine: Path, tmp_path: Path) -> None:
    assert begin(runs, routine).code == 0
    client = town.locked()
    for code, account in ((CODE, "anna"), (OURS, "siri")):
        assert runs("token", account, of=code).code == 0
    before = snapshot()
    folder = tmp_path / "gone"
    wrong = runs("municipality", "remove", CODE, str(folder), "--name", "Annanby")
    assert wrong.code == 2 and not folder.exists() and snapshot() == before
    lines = Line.objects.filter(municipality=CODE, kind="acts").count()
    done = runs("municipality", "remove", CODE, str(folder), "--name", "Tröskelby")
    assert done.code == 0, done.err
    left = snapshot()
    assert [table for table, rows in left.items() if any(f"'{CODE}'" in row for row in rows)] == []
    assert [table for table, rows in left.items() if not set(rows) <= set(before[table])] == []
    assert len(before["people_token"]) == 2 and len(left["people_token"]) == 1
    for table, rows in before.items():  # of the other nothing is gone
        assert {row for row in rows if f"'{OURS}'" in row} <= set(left[table]), table
    assert runs("journal", "verify", of=OURS).code == 0
    assert triggers.missing(connection) == []
    with (folder / "journal-acts.jsonl").open(encoding="utf-8") as file:
        verdict = verify_export(file)
    assert verdict.is_sound and verdict.lines == lines
    clients = (folder / "people_client.jsonl").read_text(encoding="utf-8").splitlines()
    assert client in [json.loads(line)["reference"] for line in clients]
    assert not (folder / "people_token.jsonl").exists()
    assert {file.stat().st_mode & 0o077 for file in (folder, *folder.iterdir())} == {0}
    again = runs("municipality", "export", OURS, str(folder))
    assert again.code == 2 and "already" in again.err
