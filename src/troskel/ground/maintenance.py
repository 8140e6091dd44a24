# SPDX-License-Identifier: EUPL-1.2
"""Periodic maintenance that keeps a database fast."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

ANALYSIS_LIMIT_ROWS = 400


def analyze() -> None:
    """Updates SQLite's index statistics: without them it may scan a whole municipality to find one home.

    Takes some hundredths of a second for any number of rows. PostgreSQL does this itself (autovacuum).
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={ANALYSIS_LIMIT_ROWS}")
            cursor.execute("ANALYZE")


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Inside, Python looks for cyclic garbage seldom: long work with many living objects makes little of it.

    A night took a fifth of its time for that.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
