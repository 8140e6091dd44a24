# SPDX-License-Identifier: EUPL-1.2
"""What the owner of the database can do without triggers, and how the check locates it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.journal.conftest import WriteLines
from troskel.ground.ids import new_id
from troskel.journal.form import GENESIS_HASH, Fault, line_hash
from troskel.journal.models import Chain, Detail, Line
from troskel.journal.operations import line_text
from troskel.journal.verification import export, verify, verify_export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_triggers")]


@pytest.fixture(autouse=True)
def nine_lines(write_lines: WriteLines) -> list[Line]:
    return write_lines(9, detail={"text": "hon vill inte ha låset"})


def faults(**options: Any) -> list[Fault]:
    """Returns the faults of the chain; the check of its export must find the same."""
    verdict = verify("0999", **options)
    output = io.StringIO()
    export("0999", to=output, details=True)
    output.seek(0)
    faults_in_export = [fault for fault in verdict.faults if "after the head" not in fault.what]
    assert list(verify_export(output, **options).faults) == faults_in_export
    return list(verdict.faults)


def fifth() -> Line:
    return Line.objects.get(number=5)


CHANGES: dict[str, Any] = {
    "occurred": lambda line: line.occurred - timedelta(microseconds=1),
    "recorded": lambda line: line.recorded + timedelta(microseconds=1),
    "actor_kind": lambda line: "Account",
    "actor": lambda line: None,
    "act": lambda line: "doing.dp",
    "paragraph": lambda line: "A2",
    "event": lambda line: "thing.dona",
    "homes": lambda line: line.homes.replace('","', '", "'),
    "client": lambda line: new_id(),
    "body": lambda line: line.body.replace("å", "ä"),
    "detail_hash": lambda line: line.detail_hash[:-1] + ("0" if line.detail_hash[-1] != "0" else "1"),
    "previous": lambda line: GENESIS_HASH,
    "hash": lambda line: GENESIS_HASH,
}


@pytest.mark.parametrize("column", CHANGES)
def test_changed_column(column: str) -> None:
    Line.objects.filter(number=5).update(**{column: CHANGES[column](fifth())})
    assert faults() == [Fault(5, "was changed: its hash is not the hash of what it says")]


def test_changed_id() -> None:
    Detail.objects.filter(line=fifth()).delete()
    Line.objects.filter(number=5).update(id=new_id())
    assert faults() == [Fault(5, "was changed: its hash is not the hash of what it says")]


def test_detail_deleted_without_blanking_row() -> None:
    Detail.objects.filter(line=fifth()).delete()
    untold = Fault(5, "has lost its detail, and nothing tells that it was blanked")
    assert verify("0999").faults == (untold,)


@pytest.mark.parametrize("change", [{"municipality": "0998"}, {"kind": "reads"}])
def test_line_moved_to_another_chain(change: dict[str, str]) -> None:
    Line.objects.filter(number=5).update(**change)
    assert faults() == [Fault(5, "was removed")]
    other = verify(change.get("municipality", "0999"), change.get("kind", "acts"))
    assert other.faults == (Fault(5, "was inserted: it stands after the head of the chain"),)


def test_changed_line_with_new_hash() -> None:
    line = fifth()
    line.event = "thing.undone"
    line.hash = line_hash(line_text(line))
    line.save()
    assert faults() == [Fault(5, "was replaced: line 6 was written after another line 5")]


def test_last_line_with_new_hash() -> None:
    line = Line.objects.get(number=9)
    line.event = "thing.undone"
    line.hash = line_hash(line_text(line))
    line.save()
    assert faults() == [Fault(9, "and the head of the chain do not agree: one of them was changed")]


@pytest.mark.parametrize("column", ["event", "body", "homes", "hash", "occurred"])
def test_invalid_utf8_byte(column: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL stores no text that is not UTF-8")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE journal_line SET {column} = CAST(x'ff80' || {column} AS text) WHERE number = 5"
        )
    assert faults() == [Fault(5, "was changed: its hash is not the hash of what it says")]


@pytest.mark.parametrize("number", [1, 5, 9])
def test_removed_line(number: int) -> None:
    Detail.objects.filter(line__number=number).delete()
    Line.objects.filter(number=number).delete()
    assert faults() == [Fault(number, "was removed")]


def test_all_lines_removed() -> None:
    Detail.objects.all().delete()
    Line.objects.all().delete()
    assert faults() == [Fault(1, "and all after it to line 9 were removed")]


def test_removed_line_with_renumbered_rest() -> None:
    Detail.objects.filter(line__number=5).delete()
    Line.objects.filter(number=5).delete()
    _renumber(range(6, 10), by=-1)
    assert faults()[0].number == 5
    assert faults()[-1] == Fault(9, "was removed")


def test_inserted_line() -> None:
    _renumber(range(9, 4, -1), by=1)
    line = Line.objects.get(number=4)
    line.id, line.number, line.previous, line.detail_hash = new_id(), 5, line.hash, ""
    line.hash = line_hash(line_text(line))
    line.save(force_insert=True)
    assert faults()[0] == Fault(5, "was inserted: line 6 was written right after line 4")


@pytest.mark.parametrize("number", [0, 10, 77])
def test_line_outside_the_chain(number: int) -> None:
    line = Line.objects.get(number=9)
    line.id, line.number, line.previous, line.detail_hash = new_id(), number, line.hash, ""
    line.hash = line_hash(line_text(line))
    line.save(force_insert=True)
    (fault,) = faults()
    assert fault.number == number
    assert fault.what.startswith("was inserted")


def test_swapped_lines() -> None:
    for number, other in [(4, 99), (7, 4), (99, 7)]:
        Line.objects.filter(number=number).update(number=other)
    assert [fault.number for fault in faults()] == [4, 7]


def test_changed_detail() -> None:
    Detail.objects.filter(line__number=5).update(text='{"text":"hon vill ha låset"}')
    assert faults() == [Fault(5, "has a detail row that was changed")]


def test_changed_salt() -> None:
    Detail.objects.filter(line__number=5).update(salt="0" * 32)
    assert faults() == [Fault(5, "has a detail row that was changed")]


def test_detail_added_later(write_lines: WriteLines) -> None:
    (line,) = write_lines(1)
    Chain.objects.update(number=line.number, hash=line.hash)  # as the trigger would
    Detail.objects.create(line=line, municipality="0999", salt="0" * 32, text="{}")
    assert faults() == [Fault(10, "was given a detail row that it did not have")]


@pytest.mark.parametrize("change", [{"hash": GENESIS_HASH}, {"number": 8}, {"number": 10}])
def test_changed_head(change: dict[str, Any]) -> None:
    Chain.objects.update(**change)
    assert faults() != []


def test_removed_head() -> None:
    Chain.objects.all().delete()
    assert verify("0999").faults == (Fault(1, "was inserted: it stands after the head of the chain"),)


def test_truncated_chain_and_head_are_found_by_a_noted_hash(
    nine_lines: list[Line],
) -> None:
    Detail.objects.filter(line__number=9).delete()
    Line.objects.filter(number=9).delete()
    Chain.objects.update(number=8, hash=nine_lines[7].hash)
    assert faults() == []
    assert [fault.number for fault in faults(noted_hashes={9: nine_lines[8].hash})] == [9]


def _renumber(numbers: range, by: int) -> None:
    for number in numbers:
        Line.objects.filter(number=number).update(number=number + by)
