# SPDX-License-Identifier: EUPL-1.2
"""The backend: what begins a transaction waits its turn (`ground/waiting.py`). SQLite's own waiting tries ever more
seldom, so that a night, part after part, could pass it by.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from troskel.ground import waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which begins its transactions by `waiting.take_turn`."""

    def _start_transaction_under_autocommit(self) -> None:
        raw: Any = self.connection
        limit = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            if not waiting.take_turn(self._begins, waiting.queue_of(self.settings_dict["NAME"]), limit):
                super()._start_transaction_under_autocommit()  # type: ignore[misc]  # raises, as Django does
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(limit * 1000)}")

    def _begins(self) -> bool:
        """Begins a transaction; returns False where another one writes.

        Not by Django's cursor: each error of it leaves a cycle of garbage with the cursor in it. A thread that holds
        the writer could be the one to collect it, and would then wait for this connection, which waits for the writer.
        """
        raw: Any = self.connection
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if waiting.is_busy_code(error.sqlite_errorcode):
                return False
            raise OperationalError(str(error)) from error
        return True
