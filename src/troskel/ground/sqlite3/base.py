# SPDX-License-Identifier: EUPL-1.2
"""The backend: what begins a transaction waits its turn (`ground/waiting.py`). SQLite's own waiting tries ever more
seldom, so that a night, part after part, could pass it by.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base

from troskel.ground import waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which begins its transactions by `waiting.take_turn`."""

    def _start_transaction_under_autocommit(self) -> None:
        raw: Any = self.connection
        limit = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            waiting.take_turn(self._begin, waiting.queue_of(self.settings_dict["NAME"]), limit)
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(limit * 1000)}")

    def _begin(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc]
