# SPDX-License-Identifier: EUPL-1.2
"""Usage errors and refusals print one line on stderr, exit code 2; the thread that turns days survives errors."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import OperationalError

from tests.town import CODE
from troskel.acts import turning_the_day
from troskel.cli import running_commands
from troskel.cli.main import main
from troskel.ground.refusals import Refusal
from troskel.keeping import heads
from troskel.people import queries as people

pytestmark = pytest.mark.django_db

EXTRACT = Path("tests", "data", "small-extract")


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence of a command that is refused."""
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert "Traceback" not in err
    return err.strip().splitlines()[-1]


@pytest.mark.parametrize("text", [None, "files = 3", "[filer]\n", "= ="])
def test_invalid_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None) -> None:
    mapping = tmp_path / "ours.toml"
    if text is not None:
        mapping.write_text(text, encoding="utf-8")
    sentence = error_of(capsys, "import", str(EXTRACT), "--mapping", str(mapping))
    assert "ours.toml can't be used, nothing has changed" in sentence


def test_invalid_municipality(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROSKEL_MUNICIPALITY", "abcd")
    night = next(
        folder for folder in [*sorted(EXTRACT.glob("*/")), EXTRACT] if (folder / "kunder.csv").is_file()
    )
    assert "four digits" in error_of(capsys, "import", str(night), "--day", "2026-11-20")


@pytest.mark.parametrize(
    "arguments",
    [
        ("gaps", "--days", "0"),
        ("gaps", "--days", "3661"),
        ("gaps", "--days", "many"),
        ("gaps", "--on", "1899-12-31"),
        ("duties", "--on", "2201-01-01"),
        ("phone-clients", "--on", "9999-12-31"),
        ("serve", "--port", "0"),
        ("serve", "--port", "65536"),
        ("demo", "--port", "-1"),
    ],
)
def test_numbers_and_days_out_of_range(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert f"argument {arguments[1]}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [Refusal("rule 6", "day.no", "a secret"), OperationalError("a secret"), RuntimeError("a secret")]
)
def test_failed_turn_of_the_day_is_retried(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, tried = threading.Event(), []

    def catch_up(code: str) -> int:
        tried.append(code)
        if len(tried) == 1:
            raise error
        stop.set()
        return 0

    monkeypatch.setattr(turning_the_day, "catch_up", catch_up)
    monkeypatch.setattr(people, "municipalities", lambda: [CODE])
    monkeypatch.setattr(running_commands, "MINUTE_SECONDS", 0)
    monkeypatch.setattr(heads, "sign", lambda **_: [])
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    running_commands._turn_days_until(stop)
    assert tried == [CODE, CODE]
    (message,) = caplog.messages
    assert message.splitlines()[0].startswith("the day waits to be turned: ")
    assert message.splitlines()[0].endswith(type(error).__name__)
    assert "test_usage_errors.py" in message and str(error) not in message
