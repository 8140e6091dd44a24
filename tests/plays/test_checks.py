# SPDX-License-Identifier: EUPL-1.2
"""What a play can state: each check passes where it is so, and else says what was stated and what was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from troskel.cli.main import main
from troskel.cli.output import CommandError
from troskel.cli.play_checks import CHECKS
from troskel.cli.play_files import read_play
from troskel.journal.models import Line

FOLDER = Path(__file__).parent
OST, ANGEN = "5560009911", "5560009929"
TOLD = "S1.tell_assessor"
LAST = "2026-08-12T15:05:00+02:00"
"""After mounted2.jsonl: K1 has Öst, the lock L1 and no open duty; the mounting's e-mail was sent today."""


def written(folder: Path, *lines: dict[str, Any]) -> str:
    """A play beside those that are included."""
    for name in ("founding2.jsonl", "mounted2.jsonl", "base-new.jsonl"):
        (folder / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    file = folder / "play.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return str(file)


TRUE_AND_FALSE = [
    ("open", {"are": []}, {"are": ["P3.take_tag"]}, "are nothing"),
    (
        "done",
        {
            "client": "K1",
            "paragraph": "P3",
            "are": ["P3.take_tag"],
            "late": [],
            "owners": {"P3.take_tag": OST},
        },
        {"paragraph": "P3", "are": ["P3.take_tag"], "owners": {"P3.take_tag": f"provider {ANGEN}"}},
        f'owners {{"P3.take_tag": ["provider {OST}"]}}',
    ),
    (
        "notices",
        {"paragraph": "S1", "are": [TOLD], "about": {TOLD: "K1"}, "say": {TOLD: "Låsvredet är monterat"}},
        {"paragraph": "S1", "are": [TOLD], "say": {TOLD: "Låsvredet är nedmonterat"}},
        'say {"S1.tell_assessor": ["Låsvredet är monterat på lägenhetsdörren 12 augusti: L1"]}',
    ),
    (
        "mails",
        {
            "client": "K1",
            "are": ["S1.email"],
            "to": {"S1.email": ["soc@troskelby.example", "ost@ost.example"]},
            "say": {"S1.email": "W-2026-0001"},
        },
        {"are": ["S1.email"], "to": {"S1.email": "ost@ost.example"}},
        'to {"S1.email": ["ost@ost.example", "soc@troskelby.example"]}',
    ),
    (
        "gaps",
        {"are": []},
        {"are": [{"service": "home_care", "from": "2026-08-13", "days": 1}]},
        "are nothing",
    ),
    (
        "phones",
        {"client": "K1", "on": "2026-08-10", "are": []},
        {"client": "K1", "are": [OST, ANGEN]},
        f"are {OST}",
    ),
    (
        "phone",
        {"of": "carin", "are": ["K1"], "ways": {"K1": ["lock L1", "key K1-Ö"]}},
        {"of": "mikael", "are": ["K1"]},
        "are nothing",
    ),
    (
        "door",
        {
            "lock": "L1",
            "client": "K1",
            "opens_for": ["cia", "carin"],
            "through": None,
            "why_not": {"rut": "NotFound"},
        },
        {"lock": "L1", "client": "K1", "opens_for": ["carin"], "through": "2026-12-31"},
        "opens_for carin, cia",
    ),
    (
        "journal",
        {"client": "K1", "event": "installation.reported", "times": 1, "says": {"serial": "L1"}},
        {"event": "installation.reported", "times": 2, "says": {"serial": "L2"}},
        "times 1",
    ),
]


@pytest.mark.django_db
def test_each_check_tells_what_is_so_from_what_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [word for word, *_ in TRUE_AND_FALSE] == list(CHECKS)
    true = [{"at": LAST, word: fields} for word, fields, *_ in TRUE_AND_FALSE]
    assert main(["play", written(tmp_path, {"include": "mounted2.jsonl"}, *true)]) == 0
    capsys.readouterr()
    false = [{"at": LAST, word: fields} for word, _, fields, _ in TRUE_AND_FALSE]
    assert main(["play", written(tmp_path, *false)]) == 1
    output = capsys.readouterr()
    assert output.out.count("NOT AS EXPECTED") == len(false)
    assert f"{len(false)} lines otherwise" in output.err
    for *_, found in TRUE_AND_FALSE:
        assert f"found:         {found}\n" in output.out
    assert 'the file says: says {"serial": "L2"}' in output.out


@pytest.mark.django_db
def test_late_and_due_are_of_the_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A1–A3 are done; the rest follows the first visit (P1, P2 that day, P5 two days after)."""
    visit = {
        "at": "2026-08-11T09:00:00+02:00",
        "as": "olle",
        "act": "register_visit",
        "values": {
            "client": "K1",
            "arrived": "2026-08-11T08:00:00+02:00",
            "by": "hand",
            "reason": "no_tag_yet",
        },
    }
    are = ["P1.order", "P2.place_tag", "P5.collect_keys"]
    before = {
        "at": "2026-08-11T08:00:00+02:00",
        "open": {"are": are, "late": [], "due": {"P1.order": "none"}},
    }
    due = {"P1.order": "2026-08-11", "P5.collect_keys": "2026-08-13"}
    after = {"at": "2026-08-12T08:00:00+02:00", "open": {"are": are, "late": are[:2], "due": due}}
    assert main(["play", written(tmp_path, {"include": "base-new.jsonl"}, before, visit, after)]) == 0
    wrong = {
        "at": "2026-08-12T08:00:00+02:00",
        "open": {"are": are, "due": {"P5.collect_keys": "2026-08-12"}},
    }
    capsys.readouterr()
    assert main(["play", written(tmp_path, wrong), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["stated"] == {"due": {"P5.collect_keys": "2026-08-12"}}
    assert result["found"]["due"]["P5.collect_keys"] == ["2026-08-13"]


@pytest.mark.django_db
def test_a_preview_changes_nothing_and_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ending = {
        "at": "2026-08-17T09:00:00+02:00",
        "as": "anna",
        "act": "end_care",
        "values": {"client": "K1", "service": "home_care", "on": "2026-08-24", "reason": "x"},
    }
    told = {"opens": ["P6.told"], "mails": [], "phones": {OST: "2026-08-24"}}
    untouched = {"at": "2026-08-17T09:01:00+02:00", "notices": {"paragraph": "P6", "are": []}}
    play = ({"include": "mounted2.jsonl"}, ending | {"preview": told}, untouched)
    assert main(["play", written(tmp_path, *play)]) == 0
    capsys.readouterr()
    assert main(["play", written(tmp_path, ending | {"preview": {"phones": {OST: "2026-08-25"}}})]) == 1
    assert f'found:         phones {{"{OST}": "2026-08-24"}}' in capsys.readouterr().out
    assert not Line.objects.filter(event="decision.ended").exists()


@pytest.mark.parametrize(
    ("word", "fields", "message"),
    [
        ("notices", {"are": [], "late": []}, "'notices': unknown field 'late'"),
        ("mails", {"are": "S1.email"}, "'are' is not a list of e-mails"),
        ("gaps", {"are": [{"service": "home_care", "since": "2026-08-13"}]}, "unknown field 'since'"),
        ("gaps", {"are": [], "by": "client"}, "'gaps' is {"),
        ("phones", {"are": []}, "missing required field `client`"),
        ("phone", {"of": "carin", "are": [1]}, "'are' is not a list of clients"),
        ("door", {"lock": "L1", "client": "K1", "through": "in May"}, "`$.through`"),
        ("journal", {"event": 1}, "'journal' is {"),
        ("open", {"are": [], "owners": ["5560009911"]}, "`$.owners`"),
    ],
)
def test_a_check_that_is_none_is_refused_with_file_line_and_field(
    tmp_path: Path, word: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(CommandError) as refused:
        list(read_play(Path(written(tmp_path, {"at": LAST, word: fields}))))
    assert str(refused.value).startswith("play.jsonl line 1: ")
    assert message in str(refused.value)


def test_two_checks_are_two_lines(tmp_path: Path) -> None:
    line = {"at": LAST, "open": {"are": []}, "notices": {"are": []}}
    with pytest.raises(CommandError, match="unknown field 'notices'"):
        list(read_play(Path(written(tmp_path, line))))


def test_every_check_has_an_example_that_can_be_played(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (checkout / "docs" / "plays.md").read_text(encoding="utf-8")
    examples = [line for block in text.split("```")[1::2] for line in block.splitlines() if line]
    (tmp_path / "examples.jsonl").write_text("\n".join(examples), encoding="utf-8")
    assert len(list(read_play(tmp_path / "examples.jsonl"))) == len(examples)
    with pytest.raises(SystemExit):
        main(["play", "--help"])
    told = capsys.readouterr().out
    for word, check in CHECKS.items():
        assert any(word in json.loads(example) for example in examples)
        assert f'"{word}"' in told
        for field in check.__struct_fields__:
            assert f'"{field}"' in told.partition("is a check")[2], f"{word}: {field}"
