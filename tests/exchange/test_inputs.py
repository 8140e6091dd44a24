# SPDX-License-Identifier: EUPL-1.2
"""Nights and entries that did harm: each folder of `inputs/`, with what its README says. All people are invented.

`FAILING` lists those that end otherwise today. Each is strict: who mends one takes it off.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.import_runs import names, take_in, troskel
from tests.exchange.nights import ALARM, NORTH, SOUTH
from tests.town import CODE, snapshot
from troskel.cli.main import main
from troskel.custody.models import Link
from troskel.duties.replay import discrepancies
from troskel.people.models import Client, Home, Identifier, ImportedNight, Organisation, Residence

FOLDER = Path(__file__).parent / "inputs"
FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
EXPECTED: dict[str, Callable[[Path, Any], None]] = {}
FAILING: dict[str, str] = {}


def expected(check: Callable[[Path, Any], None]) -> Callable[[Path, Any], None]:
    """Registers what the folder that the function's name begins like must end in."""
    number = check.__name__.removeprefix("_").partition("_")[0]
    (folder,) = FOLDER.glob(f"{number}-*")
    EXPECTED[folder.name] = check
    return check


def listed(name: str) -> Any:
    marks = [pytest.mark.xfail(reason=FAILING[name])] if name in FAILING else []
    return pytest.param(name, marks=marks, id=name)


@pytest.mark.parametrize("name", [listed(folder.name) for folder in sorted(FOLDER.iterdir())])
def test_night_or_entry_does_no_harm(name: str, db: None, capsys: pytest.CaptureFixture[str]) -> None:
    EXPECTED[name](FOLDER / name, capsys)
    assert discrepancies(CODE) == []


def test_list_of_failing_inputs_names_folders() -> None:
    assert set(FAILING) <= {folder.name for folder in FOLDER.iterdir()} == set(EXPECTED)


def stops(night: Path, day: date, capsys: Any) -> str:
    """The night is refused and nothing changes. Gives what is told."""
    before = changeable()
    code, report = troskel("import", str(night), "--day", day.isoformat(), day=day)
    told: str = capsys.readouterr().err
    assert code == 2, report
    assert "nothing has changed" in told
    assert changeable() == before
    return told


def changeable() -> dict[str, list[str]]:
    """All rows of all tables, but the question to the administrator."""
    return {table: rows for table, rows in snapshot().items() if table != "people_stoppednight"}


def removals() -> list[str]:
    return [name for name in names() if name.startswith("P6")]


@expected
def _01_one_cut_byte_refuses_the_night_and_names_the_line(folder: Path, capsys: Any) -> None:
    take_in(folder / "night-1", day=FIRST)
    assert "kunder.csv, line 7:" in stops(folder / "night-2", SECOND, capsys)
    assert not removals()


@expected
def _02_same_homes_spelt_otherwise_move_nobody(folder: Path, capsys: Any) -> None:
    take_in(folder / "night-1", day=FIRST)
    for other, renamed in (("space", 0), ("lgh", 0), ("post", 4)):
        report = take_in(folder / f"night-2-{other}", "--confirm", day=SECOND)
        assert report["acts"].get("correct_addresses", 0) == renamed, other
        assert "move_clients" not in report["acts"], other
    assert Home.objects.count() == Residence.objects.count() == Link.objects.filter(until=None).count() == 4
    assert {home.postcode for home in Home.objects.all()} == {"22222"}
    assert not removals()


@expected
def _03_first_night_of_nothing_does_not_end_the_take_over(folder: Path, capsys: Any) -> None:
    assert "kunder.csv" in stops(folder / "night-1", FIRST, capsys)
    report = take_in(folder / "night-2", day=FIRST)
    assert report["first_night"]
    assert sorted(Link.objects.values_list("lock__number", flat=True)) == ["S101", "S102", "S103"]


@expected
def _04_unknown_date_of_birth_is_read(folder: Path, capsys: Any) -> None:
    assert take_in(folder / "night-1", day=FIRST)["rejected"] == []
    assert Identifier.objects.filter(kind="samordningsnummer").count() == 3


@expected
def _06_what_the_act_refuses_is_told_with_its_line(folder: Path, capsys: Any) -> None:
    take_in(folder / "night-1", day=FIRST)
    code, report = troskel("import", str(folder / "night-2"), "--day", SECOND.isoformat(), day=SECOND)
    assert code == 1, "the night is taken in, and something was refused"
    told = [(row["file"], row["line"], row["column"], row["value"]) for row in report["rejected"]]
    assert told == [
        ("beslut.csv", 26, "fran", "0206-03-02"),
        ("fordelning.csv", 26, "beslut_id", "B25"),
    ]
    stored = ImportedNight.objects.order_by("-id")[0]
    assert stored.rejections == 2 and "beslut.csv" in stored.rejected and "0206-03-02" not in stored.rejected


@expected
def _09_domain_with_other_letters_is_encoded(folder: Path, capsys: Any) -> None:
    assert main(["play", str(folder / "p.jsonl")]) == 0
    addresses = list(Organisation.objects.values_list("email", flat=True))
    assert "info@xn--hemtjnst-4za.example" in addresses
    assert all(address.isascii() for address in addresses)


@expected
def _10_one_number_of_two_clients_is_told_and_refused_by_hand(folder: Path, capsys: Any) -> None:
    report = take_in(folder / "night-1", day=FIRST)
    told = [(row["file"], row["line"], row["column"]) for row in report["to_decide"]]
    assert told == [("kunder.csv", 26, "personnummer")]
    assert Client.objects.filter(reference__in=["K1", "K77"]).count() == 2, "nobody's care is left out"


@expected
def _17_address_that_can_never_be_sent_is_refused(folder: Path, capsys: Any) -> None:
    stops(folder / "night-1", FIRST, capsys)  # a name holds a line break
    report = take_in(folder / "night-1", "--confirm", day=FIRST)
    assert ("utforare.csv", 4, "namn") in [
        (row["file"], row["line"], row["column"]) for row in report["rejected"]
    ]
    stored = dict(Organisation.objects.values_list("orgnr", "email"))
    assert stored == {NORTH: "info@xn--hemtjnst-4za.example", SOUTH: "sodra@hemtjanst.example"}
    assert Organisation.objects.get(orgnr=SOUTH).name == "Södra"


@expected
def _18_provider_with_home_care_does_not_become_alarm(folder: Path, capsys: Any) -> None:
    take_in(folder / "night-1", day=FIRST)
    assert "kind" in stops(folder / "night-2", SECOND, capsys)
    code, report = troskel(
        "import", str(folder / "night-2"), "--day", SECOND.isoformat(), "--confirm", day=SECOND
    )
    assert code == 1
    assert [(row["file"], row["line"], row["column"]) for row in report["rejected"]] == [
        ("utforare.csv", 2, "typ")
    ]
    assert dict(Organisation.objects.values_list("orgnr", "kind"))[NORTH] == "home_care"
    assert ALARM in dict(Organisation.objects.values_list("orgnr", "kind"))


def test_number_that_is_taken_is_refused_by_hand(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", str(FOLDER / "10-same-person-twice" / "dup.jsonl")]) == 1
    assert "merge them" in "".join(capsys.readouterr())
    assert list(Client.objects.values_list("reference", flat=True)) == ["K1"]
