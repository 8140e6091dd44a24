# SPDX-License-Identifier: EUPL-1.2
"""docs/extract.md: its tables name each file and column, and its differently shaped example is read as it says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from troskel.exchange.case_extract.contract import COLUMNS
from troskel.exchange.case_extract.mapping import MappingRefused, parse_mapping, read_mapping
from troskel.exchange.case_extract.reading import read_folder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extract.md"
DAY = date(2026, 4, 1)
NORTH, ALARM = "5560009911", "5560009937"


def example(folder: Path) -> Path:
    """The example's files, as the page has them."""
    blocks = re.findall(r"^```(?:text|toml) (\S+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for name, text in blocks:
        (folder / name).write_text(text, encoding="utf-8")
    assert {name for name, _ in blocks} == {"insatser.txt", "personer.txt", "utforare.csv", "mapping.toml"}
    return folder


def test_the_example_is_read_as_it_says(tmp_path: Path) -> None:
    folder = example(tmp_path)
    night = read_folder(folder, day=DAY, mapping=read_mapping(folder / "mapping.toml"))
    assert night.rejections == []
    assert {row.reference: row.service for row in night.decisions.values()} == {
        "771": "home_care",
        "772": "safety_alarm",
        "773": "home_care",
    }
    assert {
        (row.decision, row.organisation, str(row.valid_from), str(row.valid_through))
        for row in night.allocations.values()
    } == {
        ("771", NORTH, "2026-02-01", "None"),
        ("771", ALARM, "2026-03-01", "2026-06-30"),
        ("772", ALARM, "2026-02-01", "None"),
    }
    assert night.clients["13"].protection == "S"
    again = read_folder(folder, day=DAY, mapping=read_mapping(folder / "mapping.toml"))
    assert again.allocations.keys() == night.allocations.keys(), "the same ids each night"


def test_another_decision_with_the_same_id_in_one_file_is_rejected(tmp_path: Path) -> None:
    folder = example(tmp_path)
    file = folder / "insatser.txt"
    file.write_text(
        file.read_text() + "771|13|Hemtjänst dag|Verkställt|20260201||Norra hemtjänsten|20260501|\n"
    )
    night = read_folder(folder, day=DAY, mapping=read_mapping(folder / "mapping.toml"))
    assert [(one.line, one.column) for one in night.rejections] == [(6, "Beslutsnr")]


def test_an_unknown_provider_is_told_by_the_name_that_was_written(tmp_path: Path) -> None:
    folder = example(tmp_path)
    file = folder / "insatser.txt"
    file.write_text(file.read_text().replace("|Norra hemtjänsten|", "|Södra|"))
    night = read_folder(folder, day=DAY, mapping=read_mapping(folder / "mapping.toml"))
    assert [(one.line, one.column, one.value) for one in night.rejections] == [(2, "Utförs av", "Södra")]


def test_only_decision_and_allocation_may_be_one_file() -> None:
    with pytest.raises(MappingRefused, match="named twice"):
        parse_mapping('[files]\nkunder = "a.csv"\nbeslut = "a.csv"\nfordelning = "a.csv"')
    with pytest.raises(MappingRefused, match="organisations"):
        parse_mapping('[organisations]\n"Norra" = ""')


def test_every_column_is_on_the_page() -> None:
    text = PAGE.read_text()
    for file, columns in COLUMNS.items():
        assert f"`{file}.csv`" in text, file
        assert [column for column in columns if f"`{column}`" not in text] == [], file
