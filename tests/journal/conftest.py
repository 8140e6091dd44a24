# SPDX-License-Identifier: EUPL-1.2
"""Shared by the tests of the journal: writing lines, and removing the triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.journal.operations import Entry, append
from troskel.journal.triggers import drop_triggers

MakeEntry = Callable[..., Entry]
WriteLines = Callable[..., list[Line]]


@pytest.fixture
def make_entry() -> MakeEntry:
    """`make_entry(event="thing.done")`: an entry with default values."""

    def make_entry(**changes: Any) -> Entry:
        values: dict[str, Any] = {
            "event": "thing.done",
            "body": {"thing": new_id(), "note_code": "å"},
            "act": "doing.do",
            "paragraph": "A1",
            "actor_kind": "account",
            "actor": new_id(),
            "homes": (new_id(), new_id()),
            "client": new_id(),
        }
        return Entry(**(values | changes))

    return make_entry


@pytest.fixture
def write_lines(make_entry: MakeEntry) -> WriteLines:
    """`write(9, detail={…})` appends nine lines alike."""

    def write_lines(count: int, municipality: str = "0999", kind: str = "acts", **changes: Any) -> list[Line]:
        with transaction.atomic():
            return append([make_entry(**changes) for _ in range(count)], municipality=municipality, kind=kind)

    return write_lines


@pytest.fixture
def without_triggers(db: None) -> None:
    """Without the triggers, as for the owner of the database. The end of the test brings them back."""
    with connection.cursor() as cursor:
        drop_triggers(connection, cursor.execute)
