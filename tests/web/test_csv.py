# SPDX-License-Identifier: EUPL-1.2
"""A list as a spreadsheet: as Swedish Excel opens it, never a formula, noted, and no more than one may see."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.town import EAST, MEADOW, Town
from tests.web.test_act_forms import case_of, screen
from troskel.journal.models import Line
from troskel.people.models import Client as Row
from troskel.reading import lists
from troskel.web.lists import csv_export

FULLWIDTH = tuple(chr(ord(sign) + 0xFEE0) + "1" for sign in "=+-@")
CUT = "Listan är avkortad efter 3 rader. Filtrera snävare för att få med resten."


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def csv_rows(town: Town, who: str, path: str) -> list[list[str]]:
    """The file's cells."""
    answer: Any = screen(town, who).get(path)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    written = b"".join(answer.streaming_content)
    assert written.startswith(b"\xef\xbb\xbf"), "Excel is told that it is UTF-8"
    return list(csv.reader(written.decode("utf-8-sig").splitlines(), delimiter=";"))


def test_export_has_the_rows_of_the_list(town: Town) -> None:
    own, theirs = town.locked(), town.new_client(MEADOW)
    heading, *cells = csv_rows(town, "olle", "/clients/?as=csv")
    assert heading == ["Kund", "Hemtjänst", "Trygghetslarm", "Lås", "Att veta"]
    assert [row[0] for row in cells] == [case_of(town, own)]
    assert cells[0][3] == "L1"
    rows = csv_rows(town, "anna", f"/clients/?provider={MEADOW}&as=csv")
    assert [row[0] for row in rows[1:]] == [case_of(town, theirs)]
    assert "Öman" not in str(rows)


def test_days_are_iso_dates(town: Town) -> None:
    town.locked()
    (_, order) = csv_rows(town, "siri", "/orders/?as=csv")
    assert order[0] == "W-2026-0001"
    assert any(cell.startswith("2026-03-02 08:") for cell in order)


def test_formulas_are_escaped(town: Town) -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "|calc", *FULLWIDTH, "a;b", 'a"b']
    for number, name in enumerate(evil):
        town.does(
            "siri", "register_account", username=f"e{number}", name=name, role="carer", organisation=EAST
        )
    names = {row[0] for row in csv_rows(town, "siri", "/accounts/?as=csv")}
    for name in evil[:-2]:
        assert f"'{name.strip()}" in names, name
    assert {"a;b", 'a"b'} <= names
    assert csv_export.escape_formula("2026-0001") == "2026-0001"


def test_each_part_of_an_export_is_journalled(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_export, "MAX_EXPORT_PART", 2)
    for _ in range(5):
        town.client()
    before = Line.objects.filter(kind="reads").count()
    rows = csv_rows(town, "anna", "/clients/?as=csv&order=turned")
    assert [row[0] for row in rows[1:]] == [f"2026-000{number}" for number in range(1, 6)]
    lines = list(Line.objects.filter(kind="reads").order_by("number")[before:])
    assert [line.event for line in lines] == ["clients.exported"] * 3
    shown = {one for line in lines for one in json.loads(line.body)["shown"]}
    assert shown == {str(row) for row in Row.objects.values_list("id", flat=True)}


@pytest.mark.parametrize(("clients", "told"), [(2, []), (3, []), (4, [CUT]), (5, [CUT])])
def test_export_is_truncated_with_a_message(
    town: Town, monkeypatch: pytest.MonkeyPatch, clients: int, told: list[str]
) -> None:
    monkeypatch.setattr(csv_export, "MAX_EXPORT_PART", 2)
    monkeypatch.setattr(csv_export, "MAX_ROWS", 3)
    for _ in range(clients):
        town.client()
    rows = [row[0] for row in csv_rows(town, "anna", "/clients/?as=csv&order=turned")[1:]]
    assert rows == [*(f"2026-000{number}" for number in range(1, min(clients, 3) + 1)), *told]
    shown = {
        one
        for line in Line.objects.filter(event="clients.exported")
        for one in json.loads(line.body)["shown"]
    }
    assert len(shown) == min(clients, 3), "what is not sent is not noted as read"


def test_truncation_message_is_localized(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_export, "MAX_ROWS", 1)
    town.client(), town.client()
    browser = screen(town, "anna")
    browser.post("/language", {"language": "en"})
    answer: Any = browser.get("/clients/?as=csv")
    last = b"".join(answer.streaming_content).decode().splitlines()[-1]
    assert last == "The list was cut after 1 rows. Filter it more narrowly to get the rest."


def test_failed_export_ends_with_a_message(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_export, "MAX_EXPORT_PART", 2)
    for _ in range(3):
        town.client()
    answer: Any = screen(town, "anna").get("/clients/?as=csv")
    parts, got = iter(answer.streaming_content), []
    got += [next(parts), next(parts)]
    monkeypatch.setattr(lists, "note", broken)
    got.append(next(parts))
    assert got[-1].decode().strip() == "Något gick fel, och resten av listan saknas. Hämta filen igen."
    with pytest.raises(OSError, match="the disk is full"):
        next(parts)


def broken(*_: Any, **__: Any) -> None:
    raise OSError("the disk is full")


def test_exports_in_english(town: Town) -> None:
    town.locked()
    browser = screen(town, "siri")
    browser.post("/language", {"language": "en"})
    for path in (
        "/clients/",
        "/orders/",
        "/things/lock/",
        "/things/tag/",
        "/things/key/",
        "/links/",
        "/visits/",
        "/accounts/",
        "/organisations/",
    ):
        answer: Any = browser.get(f"{path}?as=csv")
        heading = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0]
        assert heading.isascii(), path
