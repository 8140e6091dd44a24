# SPDX-License-Identifier: EUPL-1.2
"""What the owner of the database may do with the triggers gone, and how the chain tells where."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.journal.conftest import Write
from troskel.ground.ids import new_id
from troskel.journal.form import BEFORE_FIRST, Fault, line_hash
from troskel.journal.models import Chain, Detail, Line
from troskel.journal.operations import as_row
from troskel.journal.verification import export, verify, verify_export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unguarded")]


@pytest.fixture(autouse=True)
def nine_lines(write: Write) -> list[Line]:
    return write(9, detail={"text": "hon vill inte ha låset"})


def faults(**known: Any) -> list[Fault]:
    """What the check of the chain says; that of its export must say the same."""
    verdict = verify("0999", **known)
    written = io.StringIO()
    export("0999", to=written, details=True)
    written.seek(0)
    beyond = [fault for fault in verdict.faults if "after the head" not in fault.what]
    assert list(verify_export(written, **known).faults) == beyond
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
    "previous": lambda line: BEFORE_FIRST,
    "hash": lambda line: BEFORE_FIRST,
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column(column: str) -> None:
    Line.objects.filter(number=5).update(**{column: CHANGES[column](fifth())})
    assert faults() == [Fault(5, "was changed: its hash is not the hash of what it says")]


def test_a_changed_id() -> None:
    Detail.objects.filter(line=fifth()).delete()
    Line.objects.filter(number=5).update(id=new_id())
    assert faults() == [Fault(5, "was changed: its hash is not the hash of what it says")]


def test_a_detail_that_is_gone_without_a_word() -> None:
    Detail.objects.filter(line=fifth()).delete()
    untold = Fault(5, "has lost its detail, and nothing tells that it was blanked")
    assert verify("0999").faults == (untold,)


@pytest.mark.parametrize("change", [{"municipality": "0998"}, {"kind": "reads"}])
def test_a_line_moved_to_another_chain(change: dict[str, str]) -> None:
    Line.objects.filter(number=5).update(**change)
    assert faults() == [Fault(5, "was removed")]
    other = verify(change.get("municipality", "0999"), change.get("kind", "acts"))
    assert other.faults == (Fault(5, "was inserted: it stands after the head of the chain"),)


def test_a_changed_line_sealed_anew() -> None:
    line = fifth()
    line.event = "thing.undone"
    line.hash = line_hash(as_row(line))
    line.save()
    assert faults() == [Fault(5, "was replaced: line 6 was written after another line 5")]


def test_the_last_line_sealed_anew() -> None:
    line = Line.objects.get(number=9)
    line.event = "thing.undone"
    line.hash = line_hash(as_row(line))
    line.save()
    assert faults() == [Fault(9, "and the head of the chain do not agree: one of them was changed")]


@pytest.mark.parametrize("column", ["event", "body", "homes", "hash", "occurred"])
def test_a_byte_that_is_no_letter(column: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL stores no text that is not UTF-8")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE journal_line SET {column} = CAST(x'ff80' || {column} AS text) WHERE number = 5"
        )
    assert faults() == [Fault(5, "was changed: its hash is not the hash of what it says")]


@pytest.mark.parametrize("number", [1, 5, 9])
def test_a_removed_line(number: int) -> None:
    Detail.objects.filter(line__number=number).delete()
    Line.objects.filter(number=number).delete()
    assert faults() == [Fault(number, "was removed")]


def test_all_lines_removed() -> None:
    Detail.objects.all().delete()
    Line.objects.all().delete()
    assert faults() == [Fault(1, "and all after it to line 9 were removed")]


def test_a_removed_line_and_the_rest_moved_up() -> None:
    Detail.objects.filter(line__number=5).delete()
    Line.objects.filter(number=5).delete()
    _renumber(range(6, 10), by=-1)
    assert faults()[0].number == 5
    assert faults()[-1] == Fault(9, "was removed")


def test_an_inserted_line() -> None:
    _renumber(range(9, 4, -1), by=1)
    line = Line.objects.get(number=4)
    line.id, line.number, line.previous, line.detail_hash = new_id(), 5, line.hash, ""
    line.hash = line_hash(as_row(line))
    line.save(force_insert=True)
    assert faults()[0] == Fault(5, "was inserted: line 6 was written right after line 4")


@pytest.mark.parametrize("number", [0, 10, 77])
def test_a_line_outside_the_chain(number: int) -> None:
    line = Line.objects.get(number=9)
    line.id, line.number, line.previous, line.detail_hash = new_id(), number, line.hash, ""
    line.hash = line_hash(as_row(line))
    line.save(force_insert=True)
    (fault,) = faults()
    assert fault.number == number
    assert fault.what.startswith("was inserted")


def test_two_swapped_lines() -> None:
    for number, other in [(4, 99), (7, 4), (99, 7)]:
        Line.objects.filter(number=number).update(number=other)
    assert [fault.number for fault in faults()] == [4, 7]


def test_a_changed_detail() -> None:
    Detail.objects.filter(line__number=5).update(text='{"text":"hon vill ha låset"}')
    assert faults() == [Fault(5, "has a detail row that was changed")]


def test_a_changed_salt() -> None:
    Detail.objects.filter(line__number=5).update(salt="0" * 32)
    assert faults() == [Fault(5, "has a detail row that was changed")]


def test_a_detail_given_later(write: Write) -> None:
    (line,) = write(1)
    Detail.objects.create(line=line, municipality="0999", salt="0" * 32, text="{}")
    assert faults() == [Fault(10, "was given a detail row that it did not have")]


@pytest.mark.parametrize("change", [{"hash": BEFORE_FIRST}, {"number": 8}, {"number": 10}])
def test_a_changed_head(change: dict[str, Any]) -> None:
    Chain.objects.update(**change)
    assert faults() != []


def test_a_removed_head() -> None:
    Chain.objects.all().delete()
    assert verify("0999").faults == (Fault(1, "was inserted: it stands after the head of the chain"),)


def test_a_chain_cut_short_with_its_head_is_found_only_by_a_hash_noted_earlier(
    nine_lines: list[Line],
) -> None:
    Detail.objects.filter(line__number=9).delete()
    Line.objects.filter(number=9).delete()
    Chain.objects.update(number=8, hash=nine_lines[7].hash)
    assert faults() == []
    assert [fault.number for fault in faults(known={9: nine_lines[8].hash})] == [9]


def _renumber(numbers: range, by: int) -> None:
    for number in numbers:
        Line.objects.filter(number=number).update(number=number + by)
