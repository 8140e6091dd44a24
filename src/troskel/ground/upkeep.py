# SPDX-License-Identifier: EUPL-1.2
"""What a database needs now and then to stay quick."""

from __future__ import annotations

from django.db import connection

ROWS_LOOKED_AT = 400


def count_anew() -> None:
    """Let SQLite learn how much each index tells apart: else it may walk through a whole municipality to find a home.

    Takes some hundredths of a second, however many rows there are. PostgreSQL does it by itself (autovacuum).
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={ROWS_LOOKED_AT}")
            cursor.execute("ANALYZE")
