# SPDX-License-Identifier: EUPL-1.2
"""An error that holds a name and an identity number is logged with its frames, and neither of them is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from tests.api import cast as casting
from tests.api.cast import NOW, Cast
from tests.api.conftest import ApiClient
from troskel.acts import turning_the_day
from troskel.cli import running_commands
from troskel.cli.main import main
from troskel.ground import clock
from troskel.ground.error_log import MAX_FRAMES, LogHandler, error_text, log_error_of_thread
from troskel.keeping import heads
from troskel.outbox.models import OutboxMessage
from troskel.outbox.operations import OutboxDraft, enqueue
from troskel.outbox.worker import Worker
from troskel.people import queries as people
from troskel.web.client import page as client_page_module

NAME, NUMBER = "Ester Ek", "193902039801"
SECRETS = (NAME, "Ester", NUMBER, "2026-0001")


def broken(*_: Any, **__: Any) -> Any:
    """Breaks with the name in one error, the number in the one it was raised from, and both in its locals."""
    name, number = NAME, NUMBER
    try:
        raise KeyError(number)
    except KeyError as error:
        raise IntegrityError(f"DETAIL: Key (name, number)=({name}, {number})") from error


@pytest.fixture
def cast(db: None, settings: Any) -> Iterator[Cast]:
    settings.DEMO = True
    made = casting.make_cast()
    with clock.frozen_at(NOW):
        yield made


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What the program has written on stderr, its log too."""
    return lambda: capsys.readouterr().err


def check(text: str, function: str = "broken") -> None:
    """The frames and the types are there, and nothing else."""
    assert "IntegrityError" in text and "raised from builtins.KeyError" in text
    assert f"test_error_log.py:{broken.__code__.co_firstlineno + 6}:{function}" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_an_error_of_an_act_over_the_api(
    cast: Cast, stderr: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troskel.runner.lookup.find_client", broken)
    answer = ApiClient(cast).act(
        "olle", "order_installation", {"client": "2026-0001", "locksmith": "556677-8899"}
    )
    assert answer.status == 500
    text = stderr()
    check(text)
    assert "troskel/acts/ordering.py" in text and "POST api:order_installation at" in text


def test_an_error_of_a_reading_over_the_api(
    cast: Cast, stderr: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troskel.reading.client_record.readable_clients", broken)
    assert ApiClient(cast).get("anna", "/clients/2026-0001").status == 500
    check(stderr())


def test_an_error_of_a_page(cast: Cast, stderr: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client(raise_request_exception=False)
    browser.post("/demo/login", {"account": str(cast.actors["anna"].account)})
    monkeypatch.setattr(client_page_module, "client_page", broken)
    assert browser.get(f"/clients/{NUMBER}", {"q": NAME}).status_code == 500
    text = stderr()
    check(text)
    assert "GET client at" in text
    assert "troskel/web/client/page.py" in text


def test_an_error_of_a_message(db: None, stderr: Callable[[], str]) -> None:
    enqueue([OutboxDraft(municipality="0999", key="a", kind="email", payload={})])
    with clock.frozen_at(clock.now() + timedelta(seconds=1)):
        assert Worker({"email": broken}).run_once()
    check(stderr())
    assert OutboxMessage.objects.get().last_error == "IntegrityError"


def test_an_error_of_a_command(db: None, stderr: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "municipalities", broken)
    assert main(["worker", "--once"]) == 1
    text = stderr()
    check(text)
    assert "troskel/cli/running_commands.py" in text


def test_an_error_of_a_thread(stderr: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", log_error_of_thread)
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    check(stderr())


def test_an_error_of_turning_the_day(stderr: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr(people, "municipalities", lambda: stop.set() or broken())
    monkeypatch.setattr(turning_the_day, "catch_up", broken)
    monkeypatch.setattr(heads, "sign", lambda **_: [])
    running_commands._turn_days_until(stop)
    check(stderr())


def test_a_librarys_warning_is_its_template_and_its_place(stderr: Callable[[], str]) -> None:
    logging.getLogger("urllib").warning("no answer from %s", NAME)
    logging.getLogger("urllib").warning(f"no answer from {NUMBER}")
    first, second = stderr().splitlines()
    place = "test_error_log.py:"
    assert "WARNING urllib: no answer from %s at" in first and place in first and NAME not in first
    assert "WARNING urllib: at" in second and place in second and NUMBER not in second


def test_a_record_that_cannot_be_formatted_is_told_of_without_what_it_holds(
    stderr: Callable[[], str],
) -> None:
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one, LogHandler)]
    record = logging.LogRecord("troskel.web", logging.WARNING, "", 1, "two values, %s and %s", (NAME,), None)
    handler.handle(record)
    text = stderr()
    assert "troskel.web: a record could not be formatted: builtins.TypeError" in text
    assert NAME not in text


def test_an_endless_recursion_is_cut() -> None:
    def again(depth: int) -> int:
        return again(depth + 1)

    try:
        again(0)
    except RecursionError as error:
        lines = error_text(error).splitlines()
    assert len(lines) == MAX_FRAMES + 2
    assert any("more)" in line for line in lines)
