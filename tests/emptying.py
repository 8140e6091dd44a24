# SPDX-License-Identifier: EUPL-1.2
"""Tests that commit empty all tables afterwards; the journal refuses that. Here is the way round it.

`empty_the_journal_after_tests()` is called once, by the outermost conftest.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection
from django.test import TransactionTestCase

from troskel.journal.triggers import create_triggers, drop_triggers


@contextlib.contextmanager
def unguarded() -> Iterator[None]:
    """Without the triggers of the journal; afterwards they stand again."""
    with connection.cursor() as cursor:
        drop_triggers(connection, cursor.execute)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            create_triggers(connection, cursor.execute)


def empty_the_journal_after_tests() -> None:
    """Let the tables be emptied after every test that commits. A second call changes nothing."""
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    if hasattr(empty, "unguarded"):
        return

    def empty_unguarded(case: TransactionTestCase) -> None:
        with unguarded():
            empty(case)

    empty_unguarded.unguarded = True  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = empty_unguarded  # type: ignore[attr-defined]
