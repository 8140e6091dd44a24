# SPDX-License-Identifier: EUPL-1.2
"""The triggers: the journal can't be changed or deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from tests.journal.conftest import WriteLines
from troskel.ground.ids import new_id
from troskel.journal import triggers
from troskel.journal.models import Blanking, Chain, Detail, Line, LineOrganisation
from troskel.journal.operations import erase_details

CHANGES: dict[str, tuple[Callable[[], object], str]] = {
    "change a line": (lambda: Line.objects.update(event="thing.undone"), "never changed"),
    "delete a line": (lambda: Line.objects.filter(number=1)._raw_delete("default"), "never deleted"),
    "change a detail": (lambda: Detail.objects.update(text="{}"), "never changed"),
    "delete a detail": (lambda: Detail.objects.filter(line__number=1).delete(), "retention alone"),
    "delete every detail": (lambda: Detail.objects.all().delete(), "retention alone"),
    "change whom it concerns": (
        lambda: LineOrganisation.objects.update(municipality="0998"),
        "concerns is never changed",
    ),
    "delete whom it concerns": (lambda: LineOrganisation.objects.all().delete(), "concerns is never deleted"),
    "rewind the head": (lambda: Chain.objects.update(number=F("number") - 1), "only moves forward"),
    "rename the head": (
        lambda: Chain.objects.update(number=F("number") + 1, municipality="0998"),
        "only moves forward",
    ),
    "delete the head": (lambda: Chain.objects.all().delete(), "never deleted"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_change_is_refused(change: str, write_lines: WriteLines) -> None:
    write_lines(2, detail={"text": "å"}, body={"organisation": new_id()})
    attempt, answer = CHANGES[change]
    with pytest.raises(DatabaseError, match=answer), transaction.atomic():
        attempt()
    assert Line.objects.filter(event="thing.done").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 600])
def test_head_follows_the_last_line(count: int, write_lines: WriteLines) -> None:
    write_lines(2)
    *_, last = write_lines(count)
    assert Chain.objects.values_list("number", "hash").get() == (last.number, last.hash)
    assert last.number == 2 + count


@pytest.mark.django_db
def test_only_details_of_listed_lines_can_be_deleted(write_lines: WriteLines) -> None:
    first, second = write_lines(2, detail={"text": "å"})
    assert erase_details("0999", [first.id]) == 1
    assert list(Detail.objects.values_list("line_id", flat=True)) == [second.id]
    with pytest.raises(DatabaseError, match="retention alone"), transaction.atomic():
        Detail.objects.filter(line=second).delete()


@pytest.mark.django_db
def test_blanking_rows_cannot_be_changed_or_deleted(write_lines: WriteLines) -> None:
    (line,) = write_lines(1, detail={"text": "å"})
    erase_details("0999", [line.id])
    with pytest.raises(DatabaseError, match="never told otherwise"), transaction.atomic():
        Blanking.objects.update(municipality="0998")
    with pytest.raises(DatabaseError, match="never forgotten"), transaction.atomic():
        Blanking.objects.all().delete()
    assert Blanking.objects.filter(municipality="0999").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table",
    ["journal_line", "journal_lineorganisation", "journal_detail", "journal_chain", "journal_blanking"],
)
def test_truncate_is_refused(table: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL empties a table past the triggers of its rows")
    with (
        pytest.raises(DatabaseError, match="never emptied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_all_triggers_exist_after_migrations() -> None:
    assert triggers.missing(connection) == []


@pytest.mark.django_db
def test_triggers_can_be_created_again(without_triggers: None, write_lines: WriteLines) -> None:
    assert triggers.missing(connection)
    for _ in range(2):
        with connection.cursor() as cursor:
            triggers.create_triggers(connection, cursor.execute)
    assert triggers.missing(connection) == []


@pytest.mark.django_db
def test_models_need_no_migration() -> None:
    with CaptureQueriesContext(connection):
        call_command("makemigrations", "journal", "outbox", check=True, dry_run=True, verbosity=0)
