# SPDX-License-Identifier: EUPL-1.2
"""From `TROSKEL_DATABASE` to a database, and the options that both were tried with."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler

from troskel.config.databases import database


def test_three_slashes_name_a_file_from_here() -> None:
    assert database("sqlite:///data/a.sqlite3")["NAME"] == str(Path.cwd() / "data" / "a.sqlite3")


def test_four_slashes_name_a_file_from_the_root() -> None:
    assert database("sqlite:////srv/troskel/b%20c.sqlite3")["NAME"] == "/srv/troskel/b c.sqlite3"


def test_postgresql_with_everything() -> None:
    made = database("postgresql://anna:s%40fe@db.example.org:6432/troskel?sslmode=verify-full")
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "anna",
        "s@fe",
        "db.example.org",
        "6432",
        "troskel",
    )
    assert made["OPTIONS"] == {"server_side_binding": True, "prepare_threshold": 5, "sslmode": "verify-full"}


def test_postgresql_on_a_socket() -> None:
    made = database("postgresql://anna@/troskel?host=/run/postgresql")
    assert (made["HOST"], made["PORT"], made["NAME"]) == ("/run/postgresql", "", "troskel")


@pytest.mark.parametrize("url", ["sqlite:///a.sqlite3", "postgresql:///troskel"])
def test_connections_are_kept_and_only_acts_open_transactions(url: str) -> None:
    made = database(url)
    assert made["CONN_MAX_AGE"] is None
    assert made["ATOMIC_REQUESTS"] is False


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data/a.sqlite3",
        "sqlite://a",
        "sqlite:///",
        "sqlite:///folder/",
        "postgresql://db/",
        "mysql://db/x",
    ],
)
def test_anything_else_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(ValueError, match=r"TROSKEL_DATABASE .*: write sqlite:///"):
        database(url)


def test_a_refusal_tells_no_password() -> None:
    with pytest.raises(ValueError, match="TROSKEL_DATABASE") as refused:
        database("mysql://anna:secret@db/x")
    assert "secret" not in str(refused.value)


@pytest.mark.django_db
def test_sqlite_is_durable_and_lets_readers_read_while_one_writes(tmp_path: Path) -> None:
    """A database of its own: that of the tests need be neither durable nor impatient."""
    opened = ConnectionHandler({"default": database(f"sqlite:///{tmp_path}/troskel.sqlite3")})["default"]
    told = {}
    with opened.cursor() as cursor:
        for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {pragma}")
            told[pragma] = cursor.fetchone()[0]
    opened.close()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


@pytest.mark.django_db
def test_postgresql_binds_and_prepares_at_the_server() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("asks PostgreSQL")
    connection.ensure_connection()
    assert connection.connection.prepare_threshold == 5
    assert "ServerBindingCursor" in {kind.__name__ for kind in type(connection.cursor().cursor).__mro__}
