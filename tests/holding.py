# SPDX-License-Identifier: EUPL-1.2
"""Another real process that keeps what writers wait for: SQLite's writer, or PostgreSQL's homes and chain heads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_ON_SQLITE = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
"""
_ON_POSTGRESQL = """
import psycopg, sys
database = psycopg.connect(sys.argv[1])
database.execute("LOCK TABLE journal_chain, duties_homestate IN EXCLUSIVE MODE")
"""
_UNTIL_TOLD = """
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_process() -> Iterator[None]:
    """Inside, another process is in a transaction that every writer waits for."""
    connection.ensure_connection()
    on_sqlite = connection.vendor == "sqlite"
    where = connection.settings_dict["NAME"] if on_sqlite else connection.connection.info.dsn
    if not on_sqlite and connection.settings_dict["PASSWORD"]:
        where += f" password={connection.settings_dict['PASSWORD']}"
    code = (_ON_SQLITE if on_sqlite else _ON_POSTGRESQL) + _UNTIL_TOLD
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(where)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin and holder.stdout
    try:
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.stdin.close()
        holder.wait(60)
        holder.stdout.close()


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Inside, this connection waits so long and no longer."""
    if connection.vendor == "sqlite":
        options = connection.settings_dict["OPTIONS"]
        before, options["timeout"] = options["timeout"], seconds
        try:
            yield
        finally:
            options["timeout"] = before
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {int(seconds * 1000)}")
        yield
        cursor.execute("RESET lock_timeout")
