# SPDX-License-Identifier: EUPL-1.2
"""What the tests of the journal share: a way to write lines, and a way round the triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from troskel.ground.ids import new_id
from troskel.journal.guards import lower_guards
from troskel.journal.models import Line
from troskel.journal.operations import Entry, append

Say = Callable[..., Entry]
Write = Callable[..., list[Line]]


@pytest.fixture
def say() -> Say:
    """`say(event="thing.done")`: an entry that says something, whatever else."""

    def say(**changes: Any) -> Entry:
        told: dict[str, Any] = {
            "event": "thing.done",
            "body": {"thing": new_id(), "note_code": "å"},
            "act": "doing.do",
            "paragraph": "A1",
            "actor_kind": "account",
            "actor": new_id(),
            "homes": (new_id(), new_id()),
            "client": new_id(),
        }
        return Entry(**(told | changes))

    return say


@pytest.fixture
def write(say: Say) -> Write:
    """`write(9, detail={…})` appends nine lines alike."""

    def write(count: int, municipality: str = "0999", kind: str = "acts", **changes: Any) -> list[Line]:
        with transaction.atomic():
            return append([say(**changes) for _ in range(count)], municipality=municipality, kind=kind)

    return write


@pytest.fixture
def unguarded(db: None) -> None:
    """Without the triggers, as for the owner of the database. The end of the test brings them back."""
    with connection.cursor() as cursor:
        lower_guards(connection, cursor.execute)
