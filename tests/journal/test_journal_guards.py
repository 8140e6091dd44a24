# SPDX-License-Identifier: EUPL-1.2
"""The triggers: what is written is neither changed nor deleted, whatever the code tries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from tests.journal.conftest import Write
from troskel.journal import guards
from troskel.journal.models import Blanking, Chain, Detail, Line
from troskel.journal.operations import blank

CHANGES: dict[str, tuple[Callable[[], object], str]] = {
    "change a line": (lambda: Line.objects.update(event="thing.undone"), "never changed"),
    "delete a line": (lambda: Line.objects.filter(number=1)._raw_delete("default"), "never deleted"),
    "change a detail": (lambda: Detail.objects.update(text="{}"), "never changed"),
    "delete a detail": (lambda: Detail.objects.filter(line__number=1).delete(), "retention alone"),
    "delete every detail": (lambda: Detail.objects.all().delete(), "retention alone"),
    "rewind the head": (lambda: Chain.objects.update(number=F("number") - 1), "only moves forward"),
    "rename the head": (
        lambda: Chain.objects.update(number=F("number") + 1, municipality="0998"),
        "only moves forward",
    ),
    "delete the head": (lambda: Chain.objects.all().delete(), "never deleted"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_it_is_refused(change: str, write: Write) -> None:
    write(2, detail={"text": "å"})
    attempt, answer = CHANGES[change]
    with pytest.raises(DatabaseError, match=answer), transaction.atomic():
        attempt()
    assert Line.objects.filter(event="thing.done").count() == 2


@pytest.mark.django_db
def test_a_detail_goes_where_its_line_is_named_and_no_other(write: Write) -> None:
    one, other = write(2, detail={"text": "å"})
    assert blank("0999", [one.id]) == 1
    assert list(Detail.objects.values_list("line_id", flat=True)) == [other.id]
    with pytest.raises(DatabaseError, match="retention alone"), transaction.atomic():
        Detail.objects.filter(line=other).delete()


@pytest.mark.django_db
def test_what_has_been_blanked_is_neither_changed_nor_forgotten(write: Write) -> None:
    (line,) = write(1, detail={"text": "å"})
    blank("0999", [line.id])
    with pytest.raises(DatabaseError, match="never told otherwise"), transaction.atomic():
        Blanking.objects.update(municipality="0998")
    with pytest.raises(DatabaseError, match="never forgotten"), transaction.atomic():
        Blanking.objects.all().delete()
    assert Blanking.objects.filter(municipality="0999").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["journal_line", "journal_detail", "journal_chain", "journal_blanking"])
def test_the_journal_is_not_emptied(table: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL empties a table past the triggers of its rows")
    with (
        pytest.raises(DatabaseError, match="never emptied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_all_of_them_stand_after_all_migrations() -> None:
    assert guards.missing(connection) == []


@pytest.mark.django_db
def test_they_can_be_raised_again(unguarded: None, write: Write) -> None:
    assert guards.missing(connection)
    for _ in range(2):
        with connection.cursor() as cursor:
            guards.raise_guards(connection, cursor.execute)
    assert guards.missing(connection) == []


@pytest.mark.django_db
def test_the_models_have_no_change_without_a_migration() -> None:
    with CaptureQueriesContext(connection):
        call_command("makemigrations", "journal", "outbox", check=True, dry_run=True, verbosity=0)
