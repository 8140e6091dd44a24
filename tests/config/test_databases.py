# SPDX-License-Identifier: EUPL-1.2
"""From `TROSKEL_DATABASE` to database settings, and the options of both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler

from troskel.config.databases import database, waiting


def test_three_slashes_are_a_relative_path() -> None:
    assert database("sqlite:///data/a.sqlite3")["NAME"] == str(Path.cwd() / "data" / "a.sqlite3")


def test_four_slashes_are_an_absolute_path() -> None:
    assert database("sqlite:////srv/troskel/b%20c.sqlite3")["NAME"] == "/srv/troskel/b c.sqlite3"


def test_postgresql_with_all_parts() -> None:
    settings = database("postgresql://anna:s%40fe@db.example.org:6432/troskel?sslmode=verify-full")
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["USER"], settings["PASSWORD"], settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "anna",
        "s@fe",
        "db.example.org",
        "6432",
        "troskel",
    )
    assert settings["OPTIONS"] == {
        "server_side_binding": True,
        "prepare_threshold": 5,
        "connect_timeout": 5,
        "options": "-c jit=off",
        "sslmode": "verify-full",
    }
    assert waiting(settings, 5)["OPTIONS"]["options"] == "-c jit=off -c lock_timeout=5000"
    given = waiting(database("postgresql:///troskel?options="), 5)["OPTIONS"]
    assert given["options"] == "", "a pooler that takes none"


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql://db.example.org/troskel", "verify-full"),
        ("postgresql://192.0.2.7/troskel", "verify-full"),
        ("postgresql://db.example.org/troskel?sslmode=disable", "disable"),
        ("postgresql://127.0.0.1/troskel", None),
        ("postgresql://localhost/troskel", None),
        ("postgresql:///troskel?host=/run/postgresql", None),
    ],
)
def test_the_certificate_of_another_machine_is_verified(url: str, sslmode: str | None) -> None:
    assert database(url)["OPTIONS"].get("sslmode") == sslmode


def test_postgresql_on_a_socket() -> None:
    settings = database("postgresql://anna@/troskel?host=/run/postgresql")
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("/run/postgresql", "", "troskel")


@pytest.mark.parametrize("url", ["sqlite:///a.sqlite3", "postgresql:///troskel"])
def test_connections_persist_without_atomic_requests(url: str) -> None:
    settings = database(url)
    assert settings["CONN_MAX_AGE"] is None
    assert settings["ATOMIC_REQUESTS"] is False


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
def test_other_urls_are_refused_with_the_valid_forms(url: str) -> None:
    with pytest.raises(ValueError, match=r": write sqlite:///"):
        database(url)


def test_refusal_contains_no_password() -> None:
    with pytest.raises(ValueError, match="write sqlite") as refused:
        database("mysql://anna:secret@db/x")
    assert "secret" not in str(refused.value)


@pytest.mark.django_db
def test_sqlite_is_durable_and_allows_reads_during_writes(tmp_path: Path) -> None:
    """A database of its own: the tests' need not be durable."""
    opened = ConnectionHandler({"default": waiting(database(f"sqlite:///{tmp_path}/troskel.sqlite3"), 20)})[
        "default"
    ]
    pragmas = {}
    with opened.cursor() as cursor:
        for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {pragma}")
            pragmas[pragma] = cursor.fetchone()[0]
    opened.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}


@pytest.mark.django_db
def test_postgresql_binds_and_prepares_server_side() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("asks PostgreSQL")
    connection.ensure_connection()
    assert connection.connection.prepare_threshold == 5
    assert "ServerBindingCursor" in {kind.__name__ for kind in type(connection.cursor().cursor).__mro__}
