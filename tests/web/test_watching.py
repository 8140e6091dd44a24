# SPDX-License-Identifier: EUPL-1.2
"""What machines and staff see of the program itself: health, figures, log lines, and what stands still."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path

from tests.town import Town
from tests.web.test_desk import page, screen
from troskel.config import urls
from troskel.duties.models import DayTurned
from troskel.ground import clock, counters
from troskel.ground.error_log import LogFormatter
from troskel.outbox.models import Heartbeat, OutboxMessage
from troskel.people.roles import Role
from troskel.reading import standing
from troskel.reading.standing import Standing, Trouble, Troubled, judged
from troskel.web.desk.standing import on_start_page, rows

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
WELL = Standing(
    municipality="0999",
    worker=NOON,
    day=date(2026, 11, 24),
    due=0,
    failing=0,
    parked=0,
    mail_waits=None,
    mail_sent=None,
    night=None,
    stopped=0,
    late=0,
    lines=1,
    head=NOON,
)
FOREIGN = {"HTTP_HOST": "192.0.2.1:8000"}  # no name of ours, as a probe asks by address


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    cache.clear()


def failing(*_: object, **__: object) -> Any:
    raise OperationalError("the database of a test is away")


def test_live_without_database_session_or_host() -> None:
    answer = Client().get("/-/live", **FOREIGN)
    assert (answer.status_code, answer.content) == (200, b"live\n")
    assert not answer.cookies and answer["Cache-Control"] == "no-store"


def test_ready_only_with_a_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/-/ready", **FOREIGN).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", failing)
        answer = Client().get("/-/ready", **FOREIGN)
        assert Client().get("/-/live").status_code == 200
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.7"}, 404),  # somebody behind the web server
        ({"HTTP_X_FORWARDED_PROTO": "https"}, 404),  # a web server that does not say for whom
        ({"REMOTE_ADDR": "192.0.2.9"}, 404),
        ({"REMOTE_ADDR": "192.0.2.9", "HTTP_AUTHORIZATION": f"Bearer {'x' * 32}"}, 200),
        ({"REMOTE_ADDR": "192.0.2.9", "HTTP_AUTHORIZATION": "Bearer å"}, 404),
        ({"REMOTE_ADDR": "198.51.100.4"}, 200),
    ],
)
def test_who_may_ask_for_the_figures(db: None, settings: Any, asked: dict[str, Any], status: int) -> None:
    settings.TROSKEL_METRICS_TOKEN = "x" * 32
    settings.TROSKEL_METRICS_FROM = frozenset({"127.0.0.1", "198.51.100.4"})
    assert Client().get("/-/metrics", **asked).status_code == status


def figures(name: str) -> dict[str, float]:
    """A figure by its labels."""
    text = Client().get("/-/metrics").content.decode()
    return {labels: float(value) for labels, value in re.findall(rf"^{name}(\S*) (\S+)$", text, re.MULTILINE)}


def test_figures_of_acts_mail_and_chain(town: Town) -> None:
    before = figures("troskel_acts_total").get('{act="register_things"}', 0)
    lines = figures("troskel_journal_lines")
    values = {"kind": "tag", "numbers": ["T-901"], "organisation": "2120000993"}
    cache.clear()
    town.does("siri", "register_things", **values)
    assert figures("troskel_acts_total")['{act="register_things"}'] == before + 1
    assert sum(figures("troskel_journal_lines").values()) == sum(lines.values()) + 1
    assert figures("troskel_database_up") == {"": 1}
    assert "T-901" not in Client().get("/-/metrics").content.decode()


def test_figures_without_the_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", failing)
        assert figures("troskel_database_up") == {"": 0}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, []),
        ({"worker": NOON - timedelta(hours=3)}, ["Inget har arbetat i bakgrunden sedan 09.00."]),
        ({"worker": None}, ["Inget arbetar i bakgrunden."]),
        ({"mail_waits": NOON - timedelta(minutes=168), "due": 3}, ["E-posten har stått stilla sedan 09.12."]),
        ({"mail_waits": NOON - timedelta(minutes=168), "mail_sent": NOON, "failing": 1}, []),
        ({"mail_waits": NOON - timedelta(minutes=10), "due": 3}, []),
        ({"day": date(2026, 11, 22)}, ["Den senaste dagen som har börjat är söndag 22 nov."]),
        ({"day": date(2027, 11, 22)}, ["En dag har börjat som inte har kommit än: måndag 22 nov 2027."]),
        ({"night": NOON - timedelta(hours=30)}, []),
        ({"parked": 1}, ["Ett e-brev gick inte fram."]),
        ({"stopped": 2, "parked": 3}, ["2 nätters inläsning har stannat.", "3 e-brev gick inte fram."]),
    ],
)
def test_what_stands_still_in_words(changed: dict[str, Any], words: list[str]) -> None:
    facts = Standing(**{name: changed.get(name, getattr(WELL, name)) for name in WELL.__struct_fields__})
    with clock.frozen_at(NOON):
        said = rows(Role.CARER, judged(facts))
    assert [row.what.replace("\N{NO-BREAK SPACE}", " ") for row in said] == words
    assert not any(row.url for row in said), "a carer can do nothing about it"


def test_when_the_last_backup_was_made(settings: Any, tmp_path: Path) -> None:
    assert standing.last_backup() == "unknown"
    settings.TROSKEL_BACKUP = tmp_path / "backup"
    assert standing.last_backup() is None
    settings.TROSKEL_BACKUP.mkdir()
    for made in (NOON, NOON - timedelta(days=9)):
        name = f"troskel-{made.astimezone(UTC):%Y%m%dT%H%M%S}Z.tar.gz.age"
        (settings.TROSKEL_BACKUP / name).write_text("x")
    (settings.TROSKEL_BACKUP / "half-written").write_text("x")
    assert standing.last_backup() == NOON
    for hours, told in ((35, []), (37, ["Den senaste säkerhetskopian är från 24 nov kl. 12.00."])):
        with clock.frozen_at(NOON + timedelta(hours=hours)):
            said = rows(Role.CARER, standing.judged_backup(standing.last_backup()))
        assert [row.what.replace("\N{NO-BREAK SPACE}", " ") for row in said] == told
    with clock.frozen_at(NOON):
        assert [one.trouble for one in standing.judged_backup(None)] == [Trouble.BACKUP]


def test_every_trouble_has_words() -> None:
    with clock.frozen_at(NOON):
        facts = {"since": NOON, "count": 1}
        for trouble in Trouble:
            (row,) = rows(Role.ADMINISTRATOR, [Troubled(trouble, **facts)])
            assert row.what.endswith(".") and row.means.endswith(".")


def test_the_start_page_names_what_one_can_put_right_or_the_gravest() -> None:
    found = [Troubled(Trouble.WORKER), Troubled(Trouble.DAY_WAITS, NOON), Troubled(Trouble.STOPPED, count=1)]
    with clock.frozen_at(NOON):
        told = {role: on_start_page(role, found) for role in (Role.ADMINISTRATOR, Role.CARER)}
    assert [row.url for row in told[Role.ADMINISTRATOR]] == ["/do/confirm_day", "/imports/"]
    assert [row.what for row in told[Role.CARER]] == ["Inget arbetar i bakgrunden."]


def test_the_start_page_tells_what_stands_still(town: Town, settings: Any) -> None:
    settings.DEMO = True
    with town.standing():
        now = clock.now()
        Heartbeat.objects.create(name="here", started_at=now, seen_at=now)
        DayTurned.objects.filter(day__gt=clock.today()).delete()
        assert "Så står det till" not in screen(town, "anna").get("/").content.decode()
        Heartbeat.objects.update(seen_at=now - timedelta(minutes=5))
        OutboxMessage.objects.update(put_at=now - timedelta(hours=1), done_at=None, parked_at=None)
        cache.clear()
        assert "Inget har arbetat i bakgrunden sedan" in screen(town, "anna").get("/").content.decode()
    assert "Det här står stilla" in page(town, "anna", "/standing/")


def test_a_request_has_an_id_and_a_line_without_its_path(db: None, caplog: pytest.LogCaptureFixture) -> None:
    given = "0123456789abcdef0123456789abcdef"
    with caplog.at_level(logging.INFO, "troskel.requests"):
        taken = Client().get("/?q=2026-0001+Anna", HTTP_X_REQUEST_ID=given)
        own = Client().get("/nowhere/19121212-1212", HTTP_X_REQUEST_ID="191212121212")
        foreign = Client(REMOTE_ADDR="192.0.2.1").get("/", HTTP_X_REQUEST_ID=given)
    assert taken["X-Request-ID"] == given
    assert re.fullmatch("[0-9a-f]{32}", own["X-Request-ID"])
    assert foreign["X-Request-ID"] != given
    lines = [LogFormatter(as_json=True).format(record) for record in caplog.records]
    assert [json.loads(line)["status"] for line in lines[:2]] == [200, 404]
    assert json.loads(lines[1])["message"] == "GET (no route)"
    assert not re.search("2026-0001|Anna|1212", " ".join(line.partition("message")[2] for line in lines))


def test_security_log_of_a_token(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "troskel.security"):
        made = town.does("siri", "issue_token", label="nattens")
    (record,) = [one for one in caplog.records if one.name == "troskel.security"]
    assert LogFormatter().format(record).endswith(f"token.issued municipality=0999 line={made.lines[0]}")


def test_counts_of_a_killed_server_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "IN_MEMORY", tmp_path)
    monkeypatch.delenv(counters.SHARED, raising=False)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    killed, running = (tmp_path / f"{counters.PREFIX}{pid}-x" for pid in (ended.pid, os.getpid()))
    killed.mkdir()
    running.mkdir()
    with counters.shared():
        ours = Path(os.environ[counters.SHARED])
        assert ours.is_dir() and running.is_dir() and not killed.exists()
    assert not ours.exists()
    assert counters.SHARED not in os.environ


# Error pages


def breaks(_request: HttpRequest) -> Any:
    raise RuntimeError("of a test")


urlpatterns = [path("breaks", breaks), path("away", failing), *urls.urlpatterns]
handler404 = "troskel.web.shell.errors.not_found"
handler500 = "troskel.web.shell.errors.server_error"


@pytest.fixture
def without_files(settings: Any, tmp_path: Any) -> Client:
    """Production, where nobody has run `troskel static`."""
    settings.PRODUCTION, settings.DEBUG = True, False
    settings.STATIC_ROOT = str(tmp_path)
    kind = "troskel.web.shell.assets.CollectedFiles"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": kind}}
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("where", "status", "words"),
    [("breaks", 500, "Något gick sönder"), ("nowhere", 404, "Här finns inget"), ("away", 503, "Vänta")],
)
def test_error_pages_have_headers_and_need_no_manifest(
    db: None, without_files: Client, settings: Any, where: str, status: int, words: str
) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        answer = without_files.get(f"/{where}")
    assert answer.status_code == status
    assert words in answer.content.decode()
    check_headers(answer)


def test_a_forged_form_and_a_foreign_host_have_the_headers(db: None, without_files: Client) -> None:
    forged = Client(enforce_csrf_checks=True).post("/language", {"language": "en"})
    foreign = without_files.get("/", **FOREIGN)
    assert (forged.status_code, foreign.status_code) == (403, 400)
    check_headers(forged)
    check_headers(foreign)


def check_headers(answer: Any) -> None:
    assert answer["Strict-Transport-Security"].startswith("max-age=31536000")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert len(answer["X-Request-ID"]) == 32
