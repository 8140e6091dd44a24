# SPDX-License-Identifier: EUPL-1.2
"""Play files that go otherwise than they say, and files that cannot be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.town import CODE
from troskel.cli.main import main
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.duties.replaying import departures
from troskel.journal.models import Line

pytestmark = pytest.mark.django_db
VERSION = Path(__file__).parents[2] / "plays" / "routine-version.jsonl"


def a_play(folder: Path, *lines: str) -> Path:
    file = folder / "play.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


FOUND = (
    '{"at": "2026-08-03T08:00:00+02:00", "as": "demo", "act": "found_municipality", '
    '"values": {"name": "T", "valid_from": "2026-08-03"}%s}'
)


def test_a_play_that_goes_otherwise_gives_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(a_play(tmp_path, FOUND % ', "expect": "P1"'))]) == 1
    assert "NOT AS EXPECTED" in capsys.readouterr().out
    assert main(["play", str(a_play(tmp_path, FOUND % ""))]) == 1, (
        "it is founded already, and that is not expected"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ('{"at": "2026-08-03T08:00:00", "as": "demo", "act": "attest"}', "has no offset"),
        ('{"at": "2026-08-03T08:00:00+02:00", "as": "demo", "act": "fly"}', "there is no act 'fly'"),
        ('{"at": "2026-08-03T08:00:00+02:00", "as": "demo"}', '"at", "as" and "act"'),
        (
            '{"at": "2026-08-03T08:00:00+02:00", "as": "demo", "act": "attest", "vals": {}}',
            "unknown field 'vals'",
        ),
        ('{"at": "2026-08-03T08:00:00+02:00", "as": "demo", "act": ["attest"]}', "'act' is not a text"),
        ('{"at": "2026-08-03T08:00:00+02:00", "as": ["demo"], "act": "attest"}', "'as' is not a text"),
        (
            '{"at": "2026-08-03T08:00:00+02:00", "as": "demo", "act": "attest", "values": [1]}',
            "'values' is not an object",
        ),
        ('{"at": "9999-08-03T08:00:00+02:00", "as": "demo", "act": "attest"}', "outside the years"),
    ],
)
def test_a_file_with_a_bad_line_is_refused_before_anything_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    assert main(["play", str(a_play(tmp_path, FOUND % "", line))]) == 2
    assert said in capsys.readouterr().err
    assert not Line.objects.filter(municipality=CODE).exists()


def test_d_a_version_of_the_routine_is_played_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Proposed, not approved by its author, approved by another: the first order keeps its due day."""
    routines.of_municipality.cache_clear()
    assert main(["play", str(VERSION)]) == 0
    assert "NOT AS EXPECTED" not in capsys.readouterr().out
    dues = Duty.objects.filter(paragraph="L1").order_by("opened").values_list("due", flat=True)
    assert [str(due) for due in dues] == ["2026-08-31", "2026-08-28"]
    assert departures(CODE) == []


def test_a_file_that_a_play_names_and_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = (
        '{"at": "2026-08-03T09:00:00+02:00", "as": "demo", "act": "propose_routine", '
        '"values": {"name": "x", "text": {"$file": "no.toml"}}}'
    )
    assert main(["play", str(a_play(tmp_path, FOUND % "", named))]) == 2
    assert "no.toml can't be read" in capsys.readouterr().err


def test_a_play_by_nobody_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = '{"at": "2026-08-03T09:00:00+02:00", "as": "nemo", "act": "attest", "values": {}}'
    assert main(["play", str(a_play(tmp_path, FOUND % "", unknown))]) == 2
    assert "no account 'nemo'" in capsys.readouterr().err
    assert main(["play", str(tmp_path / "not there.jsonl")]) == 2
