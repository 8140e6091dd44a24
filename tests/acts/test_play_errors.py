# SPDX-License-Identifier: EUPL-1.2
"""Play files with unmet expectations, and invalid play files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.town import CODE
from troskel.cli.main import main
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.duties.replay import discrepancies
from troskel.journal.models import Line

pytestmark = pytest.mark.django_db
VERSION = Path(__file__).parents[2] / "plays" / "routine-version.jsonl"


def play_file(folder: Path, *lines: str) -> Path:
    file = folder / "play.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


FOUND = (
    '{"at": "2026-08-03T08:00:00+02:00", "as": "demo", "act": "found_municipality", '
    '"values": {"name": "T", "valid_from": "2026-08-03"}%s}'
)


def test_an_unmet_expectation_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(play_file(tmp_path, FOUND % ', "expect": "P1"'))]) == 1
    assert "NOT AS EXPECTED" in capsys.readouterr().out
    assert main(["play", str(play_file(tmp_path, FOUND % ""))]) == 1, (
        "it is founded already, and that is not expected"
    )


@pytest.mark.parametrize(
    ("line", "message"),
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
def test_a_bad_line_is_refused_before_anything_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    assert main(["play", str(play_file(tmp_path, FOUND % "", line))]) == 2
    assert message in capsys.readouterr().err
    assert not Line.objects.filter(municipality=CODE).exists()


def test_d_the_play_of_a_routine_version_meets_its_expectations(capsys: pytest.CaptureFixture[str]) -> None:
    """Proposed, not approved by its author, approved by another: the first order keeps its due day."""
    routines.of_municipality.cache_clear()
    assert main(["play", str(VERSION)]) == 0
    assert "NOT AS EXPECTED" not in capsys.readouterr().out
    dues = Duty.objects.filter(paragraph="L1").order_by("opened").values_list("due", flat=True)
    assert [str(due) for due in dues] == ["2026-08-31", "2026-08-28"]
    assert discrepancies(CODE) == []


def test_a_missing_file_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = (
        '{"at": "2026-08-03T09:00:00+02:00", "as": "demo", "act": "propose_routine", '
        '"values": {"name": "x", "text": {"$file": "no.toml"}}}'
    )
    assert main(["play", str(play_file(tmp_path, FOUND % "", named))]) == 2
    assert "no.toml can't be read" in capsys.readouterr().err


def test_a_play_without_an_actor_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = '{"at": "2026-08-03T09:00:00+02:00", "as": "nemo", "act": "attest", "values": {}}'
    assert main(["play", str(play_file(tmp_path, FOUND % "", unknown))]) == 2
    assert "no account 'nemo'" in capsys.readouterr().err
    assert main(["play", str(tmp_path / "not there.jsonl")]) == 2


# --- other files, what must be open, what is kept

ORGANISED = (
    '{"at": "2026-08-03T08:01:00+02:00", "as": "demo", "act": "register_organisations", "values": {"organisations": '
    '[{"orgnr": "5560009911", "name": "Öst", "email": "post@ost.example", "kind": "home_care"}]}%s}'
)
CLIENT = (
    '{"at": "2026-08-03T08:02:00+02:00", "as": "demo", "act": "register_clients", "values": {"clients": [{'
    '"reference": "K1", "identity": "194103129815", "first_name": "Å", "last_name": "Ö", "address": {}}]}}'
)
GRANTED = (
    '{"at": "2026-08-03T08:03:00+02:00", "as": "demo", "act": "make_decisions", "values": {"decisions": [{"client": '
    '"K1", "reference": "B1", "service": "home_care", "valid_from": "2026-08-03"}]}}'
)
ASKED = ["A1.inform", "A2.keys", "A3.understood", "A4.allocate"]


def open_step(are: list[str], day: str = "2026-08-03", **more: object) -> str:
    return json.dumps({"at": f"{day}T09:00:00+02:00", "open": {"are": are} | more})


def test_an_included_file_is_played_in_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "founding.jsonl").write_text(FOUND % "", encoding="utf-8")
    (tmp_path / "people.jsonl").write_text(
        '{"include": "founding.jsonl"}\n' + ORGANISED % "", encoding="utf-8"
    )
    assert (
        main(["play", str(play_file(tmp_path, '{"include": "people.jsonl"}', CLIENT, GRANTED)), "--json"])
        == 0
    )
    acts = [json.loads(line)["act"] for line in capsys.readouterr().out.splitlines()]
    assert acts == ["found_municipality", "register_organisations", "register_clients", "make_decisions"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"include": "nowhere.jsonl"}',
            "play.jsonl line 2: there is no file nowhere.jsonl beside play.jsonl",
        ),
        ('{"include": "play.jsonl"}', "play.jsonl line 2: play.jsonl would include itself"),
        ('{"include": "round.jsonl"}', "round.jsonl line 1: play.jsonl would include itself"),
        ('{"include": "../play.jsonl"}', "a file of the same folder"),
        ('{"include": "/etc/hostname"}', "a file of the same folder"),
        ('{"include": ".."}', "there is no file .."),
        ('{"include": 7}', "a file of the same folder"),
        ('{"include": "round.jsonl", "at": "2026-08-03T08:00:00+02:00"}', "unknown field 'at'"),
        ('{"include": "bad.jsonl"}', "bad.jsonl line 1: not JSON"),
        ('{"include": "latin.jsonl"}', "can't be read"),
        (open_step(["P1.order"]).replace("+02:00", ""), "has no offset"),
        (open_step(["P1.order"], who="K1"), "unknown field 'who'"),
        (open_step(["P1.order"], client=1), "'open' is"),
        (open_step(["P1.order"], late="P1.order"), "'late' is not a list of duties"),
        ('{"at": "2026-08-03T08:00:00+02:00", "open": {"client": "K1"}}', "'open' is"),
        ('{"at": "2026-08-03T08:00:00+02:00", "open": {"are": [1]}}', "'are' is not a list of duties"),
        ('{"open": {"are": []}}', '"at" and "open"'),
        ("[]", '"at", "as" and "act"'),
        (ORGANISED % ', "keep": {"door": 1}', "'keep' is"),
        (ORGANISED % ', "expect": 1', "'expect' is not a text"),
    ],
)
def test_lines_that_are_not_acts_and_are_invalid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    (tmp_path / "round.jsonl").write_text('{"include": "play.jsonl"}', encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text("{", encoding="utf-8")
    (tmp_path / "latin.jsonl").write_bytes("# Åke".encode("latin-1"))
    assert main(["play", str(play_file(tmp_path, FOUND % "", line))]) == 2
    assert message in capsys.readouterr().err
    assert not Line.objects.filter(municipality=CODE).exists()


def test_open_duties_are_reported_and_unexpected_ones_fail_the_play(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = (FOUND % "", ORGANISED % "", CLIENT, GRANTED)
    asked = [
        open_step(ASKED, client="K1", late=[]),
        open_step(ASKED[::-1]),
        open_step([], client="K2"),
        open_step(ASKED, "2026-08-04", late=ASKED),
    ]
    assert main(["play", str(play_file(tmp_path, *begin, *asked))]) == 0
    assert "open for K1: A1.inform, A2.keys, A3.understood, A4.allocate" in capsys.readouterr().out
    for wrong in (
        open_step(ASKED[:3], "2026-08-04"),
        open_step([*ASKED, ASKED[0]], "2026-08-04"),
        open_step(ASKED, "2026-08-04", late=[]),
    ):
        assert main(["play", str(play_file(tmp_path, wrong))]) == 1
        output = capsys.readouterr()
        assert "NOT AS EXPECTED" in output.out and "the file says: " in output.out
        assert "otherwise: play.jsonl line 1" in output.err


def test_an_answer_is_saved_under_another_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate = (
        '{"at": "2026-08-03T08:04:00+02:00", "as": "demo", "act": "add_door", "values": {"client": "K1", '
        '"kind": "gate"}, "keep": {"%s": "gate"}}'
    )
    consent = (
        '{"at": "2026-08-03T08:05:00+02:00", "as": "demo", "act": "record_consent", "values": {"client": "K1", '
        '"owner": "Brf", "way": "written", "door": {"$": "gate"}}}'
    )
    begin = (FOUND % "", ORGANISED % "", CLIENT)
    assert main(["play", str(play_file(tmp_path, *begin, gate % "door", gate % "door", consent))]) == 0
    assert main(["play", str(play_file(tmp_path, gate % "key"))]) == 2
    assert "play.jsonl line 1: the act answers door: no 'key' to keep" in capsys.readouterr().err


def test_a_refused_item_fails_the_expectation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin = (FOUND % "", ORGANISED % "")
    assert main(["play", str(play_file(tmp_path, *begin, GRANTED))]) == 1, "there is no K1"
    assert "refused by NotFound" in capsys.readouterr().out
