# SPDX-License-Identifier: EUPL-1.2
"""Bad input in a night's files: what is told, and that nothing is half done. From people: tests/acts/test_bad_input.py.

A line that can't be used is left with its reason; a file that can't be trusted refuses the whole night.
Every column of every file, and every way of going wrong in it: tests/exchange/test_reading.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.exchange.import_runs import YESTERDAY, Nights, take_in, troskel
from tests.exchange.nights import ALARM, DAY, NORTH, client, files, make_night, read
from tests.town import snapshot
from troskel.exchange.case_extract.contract import COLUMNS, OPTIONAL_COLUMNS, NightRefused
from troskel.exchange.case_extract.mapping import parse_mapping
from troskel.exchange.case_extract.reading import read_night
from troskel.people.models import Client

GOOD = make_night()
DECISION = "B2;K1;U1;HTJ;VERKST;2026-01-01;;;;"

LINES = {
    "a wrong check digit": ("kunder", client("K2", personnummer="194001029999"), "personnummer", "mistyped digit"),
    "a wrong check digit of an organisation": ("utforare", "5560001794;N;;hemtjanst", "orgnr", "mistyped digit"),
    "a day that does not exist": (
        "beslut", DECISION.replace("01-01", "02-30"), "fran", "write days as 2026-11-20"),
    "an ending before its start": (
        "beslut", "B2;K1;U1;HTJ;VERKST;2026-01-01;2025-12-31;;;", "till", "correct one of the two days"),
    "an unknown code": ("beslut", DECISION.replace("VERKST", "KLAR"), "status", "'VERKST', 'UTRED', 'AVSL'"),
    "an unknown protection": ("kunder", client("K2", skydd="X"), "skydd", "name it in a mapping"),
    "a client twice": ("kunder", client("K1", n=7), "kund_id", "keep one of them"),
    "an allocation of a decision that is not there": (
        "fordelning", f"F2;B404;{NORTH};2026-01-01;", "beslut_id", "mend or extract the line"),
    "a value that is missing": ("beslut", ";K1;U1;HTJ;VERKST;2026-01-01;;;;", "beslut_id", "must be filled in"),
    "nothing but separators": ("kunder", ";" * 11, "kund_id", "must be filled in"),
    "the header again": (
        "beslut", ";".join(COLUMNS["beslut"]), "beslut_id", "extract one file, not several after each other"),
    "a lock mounted tomorrow": ("las", "K1;;S1;2026-11-21", "monterat", "a day that has not come"),
    "a lock mounted by the Romans": ("las", "K1;;S1;0206-01-01", "monterat", "another age"),
    "a door with a control": ("las", "K1;gr\x07ind;S1;", "dorr", "a control character"),
    "a serial without a letter or digit": ("las", "K1;;--;", "serienummer", "must be filled in"),
    "a tag given to two": ("knappar", "K1;T1;", "knapp", "keep one of them"),
}  # fmt: skip


@pytest.fixture
def nights(tmp_path: Path, db: None) -> Nights:
    return Nights(tmp_path)


@pytest.mark.parametrize("what", LINES)
def test_invalid_line_is_skipped_and_reported(what: str) -> None:
    name, line, column, reason = LINES[what]
    lines = GOOD | {"knappar": ["K1;T1;"]} if name == "knappar" else GOOD | {"las": []}
    night = read(lines | {name: [*lines[name], line]})
    (rejection,) = night.rejections
    assert (rejection.file, rejection.line) == (f"{name}.csv", len(lines[name]) + 2)
    assert rejection.column == column and reason in rejection.reason
    good = read(lines)
    assert (night.clients, night.decisions, night.allocations, night.organisations, night.tags) == (
        *(good.clients, good.decisions, good.allocations, good.organisations, good.tags),
    )


@pytest.mark.parametrize(
    "spell", [str.lower, lambda line: f"\ufeff{line}", lambda line: line.replace(";", "\u200b;")]
)
def test_neither_case_of_a_code_nor_what_nobody_sees_makes_another_line(spell: Callable[[str], str]) -> None:
    lines = GOOD | {"beslut": [spell(line) if spell is not str.lower else line.replace("HTJ", "htj")
                               for line in GOOD["beslut"]]}  # fmt: skip
    assert read(lines) == read(GOOD)


def test_day_is_reported_in_the_case_systems_format() -> None:
    mapping = parse_mapping('[format]\ndate = "%d.%m.%Y"\n')
    night = make_night(beslut=["B1;K1;U1;HTJ;VERKST;30.02.2026;;;;"], fordelning=[])
    (rejection,) = read_night(files(night), day=DAY, mapping=mapping).rejections
    assert rejection.reason.endswith("write days as 20.11.2026")


def test_allocation_of_a_rejected_decision_is_rejected(nights: Nights) -> None:
    lines = make_night(
        kunder=[client("K1"), client("K2")],
        beslut=[
            *GOOD["beslut"],
            "B2;K2;U2;HTJ;VERKST;2026-02-30;;;;",
            "B3;K2;U3;TLARM;VERKST;2026-01-01;;;;",
        ],
        fordelning=[*GOOD["fordelning"], f"F2;B2;{NORTH};2026-01-01;", f"F3;B3;{ALARM};2026-01-01;"],
    )
    report = take_in(nights.write_files(lines), day=YESTERDAY)
    assert [(row["file"], row["column"]) for row in report["rejected"]] == [
        ("beslut.csv", "fran"),
        ("fordelning.csv", "beslut_id"),
    ]
    assert report["acts"]["make_decisions"] == 2 and report["acts"]["allocate"] == 2, "the others stand"


REFUSED = {
    "a wrong encoding": (lambda data: data.decode("utf-8-sig").encode("utf-16"), 1, "write UTF-8 or Windows-1252"),
    "an empty file": (lambda data: b"", 1, "the first line must name the columns"),
    "a truncated file": (lambda data: data[:-5], None, "fetch the whole file again"),
    "a header missing a column": (
        lambda data: data.replace(b"kund_id", b"person", 1), 1, "'kund_id' is missing: extract it"),
    "a column twice": (lambda data: data.replace(b"efternamn", b"fornamn", 1), 1, "keep one"),
    "lines that end with CR": (lambda data: data.replace(b"\r\n", b"\r"), 1, "end them with CRLF or LF"),
    "another separator": (lambda data: data.replace(b";", b","), 1, "with the right separator"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_untrusted_file_refuses_the_night_and_nothing_changes(
    nights: Nights, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    spoil, line, reason = REFUSED[what]
    nights.take_in(GOOD)
    folder = nights.write_files(GOOD | {"kunder": [client("K1"), client("K2")]})
    whole = (folder / "kunder.csv").read_bytes()
    (folder / "kunder.csv").write_bytes(spoil(whole))
    before = snapshot()
    assert troskel("import", str(folder), "--day", DAY.isoformat()) == (2, None)
    error_output = capsys.readouterr().err
    assert "nothing has changed: kunder.csv, line" in error_output and reason in error_output
    assert line is None or f"line {line}:" in error_output
    assert snapshot() == before
    assert not Client.objects.filter(reference="K2").exists()


@pytest.mark.parametrize("name", COLUMNS)
def test_missing_column_is_named_for_every_file(name: str) -> None:
    *header, last = [column for column in COLUMNS[name] if column not in OPTIONAL_COLUMNS.get(name, ())]
    with pytest.raises(NightRefused, match=rf"{name}\.csv, line 1: the column '{last}' is missing"):
        read_night(files(GOOD) | {name: (";".join(header) + "\n").encode()}, day=DAY)
