# SPDX-License-Identifier: EUPL-1.2
"""Periodic maintenance that keeps a database fast."""

from __future__ import annotations

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
