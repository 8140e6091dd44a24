# SPDX-License-Identifier: EUPL-1.2
"""Who waits for SQLite's writer leaves nothing behind that a thread in its way could have to clean up."""

from __future__ import annotations

import gc
import sqlite3

import pytest
from django.db import OperationalError, connection, transaction

from tests.holding import held_by_another_process, waiting_at_most


def cursors() -> int:
    return sum(isinstance(one, sqlite3.Cursor) for one in gc.get_objects())


@pytest.mark.django_db(transaction=True)
def test_waiting_in_vain_leaves_no_cursor_in_a_cycle() -> None:
    """A cursor in a cycle is freed by any thread: by the one that writes, who would wait for the one that waits."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL queues those who wait")
    connection.ensure_connection()
    gc.collect()
    gc.disable()
    try:
        with held_by_another_process(), waiting_at_most(0.2):
            before = cursors()
            with pytest.raises(OperationalError), transaction.atomic():
                pass
            left = cursors() - before
    finally:
        gc.enable()
    assert left <= 1, "of the last try, whose error is told; not of each of some sixty"
