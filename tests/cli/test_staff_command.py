# SPDX-License-Identifier: EUPL-1.2
"""Staff from a file on the command line: tried, done, repeated; each line that is left out by its number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Runs
from tests.town import EAST, MEADOW, Town
from troskel.journal.models import Line
from troskel.people.models import Account

TEXT = f"""kontonamn;namn;roll;organisation
olle;Olle Ek;Samordnare;{EAST}

ny;Ny Ek;Omvårdnadspersonal;{EAST}
chef;Eva Ek;Systemförvaltare;{EAST}
borta;Bo Ek;Omvårdnadspersonal;5560000000
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "personal.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def usernames() -> set[str]:
    open_accounts = Account.objects.filter(closed=None)
    return {name.partition("/")[2] for name in open_accounts.values_list("username", flat=True)}


def test_it_is_tried_then_done_and_a_repeat_changes_nothing(town: Town, runs: Runs, file: Path) -> None:
    before, lines = usernames(), Line.objects.count()
    tried = runs("staff", str(file), "--as", "siri", "--complete", "--dry-run")
    assert (usernames(), Line.objects.count()) == (before, lines)
    done = runs("staff", str(file), "--as", "siri", "--complete")
    assert tried.out == done.out and tried.code == done.code == 1, done.err
    told = [line.split(maxsplit=1) for line in done.out.splitlines()]
    assert told == [["new", "ny"], ["changed", "olle"], ["closed", "carin"], ["unchanged", "0"]]
    assert [line.partition(" line ")[2][:2] for line in done.err.splitlines()] == ["5:", "6:"]
    assert usernames() == before - {"carin"} | {"ny"}
    line = Line.objects.get(event="account.registered", actor_kind="command_line")
    assert line.actor == Account.objects.get(username__endswith="/siri").id
    again = json.loads(runs("staff", str(file), "--as", "siri", "--complete", "--json").out)
    assert (again["new"], again["closed"], again["unchanged"]) == ([], [], 2)
    assert [entry["line"] for entry in again["refused"]] == [5, 6]


def test_a_file_with_a_bad_line_changes_nothing(town: Town, runs: Runs, file: Path) -> None:
    before = usernames()
    file.write_text(TEXT.replace("Omvårdnadspersonal;5560000000", "Kung;5560000000"), encoding="utf-8")
    refused = runs("staff", str(file), "--as", "siri", "--complete")
    assert refused.code == 2 and "6" in refused.err and usernames() == before
    for data in (b"\xff\xfe", b"x" * 1_000_001):
        file.write_bytes(data)
        assert runs("staff", str(file), "--as", "siri").code == 2
    assert runs("staff", str(file.with_name("none.csv")), "--as", "siri").code == 2


def test_a_coordinator_has_the_own_staff_alone_and_others_none(town: Town, runs: Runs, file: Path) -> None:
    file.write_text(f"kontonamn;namn;roll;organisation\nx;X Ek;carer;{MEADOW}\n", encoding="utf-8")
    assert runs("staff", str(file), "--as", "olle").code == 2 and "x" not in usernames()
    assert runs("staff", str(file), "--as", "anna").code != 0 and "x" not in usernames()
    assert runs("staff", str(file), "--as", "nobody").code == 2
