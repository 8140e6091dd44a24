# SPDX-License-Identifier: EUPL-1.2
"""Databases that earlier versions filled are migrated to the latest: nothing is lost, and they answer as they did.

`tests/data/schema-*` was made by `./dev keep`, each by the version that its README names. The program is asked from
without, by its commands and its API; no class of a model is named here.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from tools.keeping import TOWNS, count_rows, run
from troskel.ground.ids import new_id

DATA = Path(__file__).parents[1] / "data"
MIGRATIONS = sorted((Path(__file__).parents[2] / "src" / "troskel").glob("**/migrations/0*.py"))

RENAMED: dict[str, str] = {}
"""Tables that have another name since they were kept: the old name, then today's."""
DROPPED: set[str] = {"access_spentgrant"}  # into the memory of their lock, until they end
"""Tables that were dropped on purpose since, by their old names: say beside each where the rows went."""
OTHERWISE: set[str] = {
    r"schema-0.1.0902 phone-clients.5560009911: 2 is now 1",  # one of them is in hospital: on no phone (51)
    r"schema-[^ ]* journal verify\[0\]: '.* lines, unbroken; .* lines, unbroken",  # one more: see below what it follows
    r".*\.fulfilled_by: .*'succeed_organisation'",  # one more act ends such duties: all passes to another
    r".*\.fulfilled_by: .*'hold_conversation'",  # guided acts bring what their steps bring (decision 93)
    r".*\.fulfilled_by: .*'take_on_client'",  # the same
}
"""Patterns of differences that are meant, as "schema-0.1.0902 anna duties.items.*owner": say why beside each."""
UNORDERED = {"fulfilled_by"}
"""Lists that have no order: these acts are told in the order of the chapters, which have got other names."""
WORDS = {"fulfilled"}
"""What is said in the program's own words, which may be put better one day."""

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SQLITE_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'sqlite_stat1'"
COLUMNS = (
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, collation_name,"
    " NULLIF(column_default, $$''::character varying$$)"
    " FROM information_schema.columns WHERE table_schema = 'public'"
)
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
CONSTRAINTS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace"
)
TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
)
FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
POSTGRESQL_SCHEMA = (COLUMNS, INDEXES, CONSTRAINTS, TRIGGERS, FUNCTIONS)
CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")
"""What PostgreSQL writes otherwise of a constraint that has been dumped and loaded."""


@contextlib.contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of a new database of the kind that the tests run on."""
    given = os.environ.get("TROSKEL_DATABASE", "")
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / f'{new_id().hex}.sqlite3'}"
        return
    name = f"kept_{new_id().hex}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(given)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def load(kept: Path, url: str) -> None:
    """Put what was kept into the empty database."""
    if connection.vendor == "sqlite":
        file = Path(url.removeprefix("sqlite:///"))
        file.write_bytes(gzip.decompress((kept / "troskel.sqlite3.gz").read_bytes()))
        return
    with psycopg.connect(url) as database:
        database.execute("SET check_function_bodies = false")
        database.execute(gzip.decompress((kept / "postgresql.sql.gz").read_bytes()))


def schema(url: str) -> set[tuple[Any, ...]]:
    """Tables, columns, indexes, constraints and triggers.

    A default of '' tells only that the column was added to older rows. Columns of Django's own tables have no order.
    """
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            rows = file.execute(SQLITE_SCHEMA).fetchall()
        told = {row[:3]: (row[3] or "").replace('"', "").replace(" DEFAULT ''", "") for row in rows}
        return {(*name, "".join(sorted(sql)) if "auth_" in name[1] else sql) for name, sql in told.items()}
    with psycopg.connect(url) as database:
        rows = [row for asked in POSTGRESQL_SCHEMA for row in database.execute(asked).fetchall()]
    return {tuple(CASTS.sub("", told) if isinstance(told, str) else told for told in row) for row in rows}


def rows_of(url: str, query: str) -> list[tuple[Any, ...]]:
    """What a query answers."""
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return file.execute(query).fetchall()
    with psycopg.connect(url) as database:
        return database.execute(query).fetchall()


def organisations_named(url: str) -> set[tuple[str, str]]:
    """The lines of acts and the organisations whose ids stand somewhere in their bodies, whatever the name."""
    organisations = {UUID(str(row)).hex for (row,) in rows_of(url, "SELECT id FROM people_organisation")}
    lines = rows_of(url, "SELECT id, body FROM journal_line WHERE kind = 'acts'")
    return {
        (UUID(str(line)).hex, found)
        for line, body in lines
        for found in {UUID(text).hex for text in ID.findall(body)} & organisations
    }


def organisations_stored(url: str) -> set[tuple[str, str]]:
    """The lines and the organisations that they are stored to concern."""
    stored = rows_of(url, "SELECT line_id, organisation FROM journal_lineorganisation")
    return {(UUID(str(line)).hex, UUID(str(organisation)).hex) for line, organisation in stored}


def in_order(name: str, told: Any) -> Any:
    """The value, sorted where its order says nothing."""
    return sorted(told) if name in UNORDERED else told


def differences(kept: Any, told: Any, where: str) -> list[str]:
    """Where an answer is not what it was; more may be told of a thing today than then."""
    if isinstance(kept, dict) and isinstance(told, dict):
        lost = [f"{where}: no {name}" for name in kept.keys() - told.keys()]
        kept, told = ({name: in_order(name, side[name]) for name in side} for side in (kept, told))
        both = [name for name in kept if name in told and name not in WORDS]
        return lost + [
            found for name in both for found in differences(kept[name], told[name], f"{where}.{name}")
        ]
    if isinstance(kept, list) and isinstance(told, list) and len(kept) == len(told):
        pairs = enumerate(zip(kept, told, strict=True))
        return [found for at, (old, new) in pairs for found in differences(old, new, f"{where}[{at}]")]
    return [] if kept == told else [f"{where}: {kept!r} is now {told!r}"]


@pytest.mark.usefixtures("django_db_setup")  # its databases are its own; this has it run on PostgreSQL too
@pytest.mark.parametrize("kept", sorted(DATA.glob("schema-*")), ids=lambda kept: kept.name)
def test_a_kept_database_is_migrated_and_answers_as_it_did(kept: Path, tmp_path: Path) -> None:
    then = json.loads((kept / f"{connection.vendor}.json").read_text(encoding="utf-8"))
    with empty_database(tmp_path) as url, empty_database(tmp_path) as new:
        load(kept, url)
        assert count_rows(url) == then["tables"], "what was kept is whole"
        assert all(then["tables"].values()), "and each of its tables holds something"
        run("migrate", url)
        run("migrate", new)
        assert schema(url) == schema(new), "a migrated database is as a new one, its guards too"
        rows = {
            RENAMED.get(name, name): count for name, count in then["tables"].items() if name not in DROPPED
        }
        rows["journal_line"] += len(TOWNS)  # in each, that another version judges from now on
        now = count_rows(url)
        assert {name: now.get(name) for name in rows} == rows
        follows = rows_of(url, "SELECT previous FROM journal_line WHERE event = 'engine.changed'")
        ends = [then["answers"][f"{town} journal verify"][0].rpartition(" ")[2] for town in TOWNS]
        assert sorted(hash_ for (hash_,) in follows) == sorted(ends), (
            "another version judges from where it ended"
        )
        told = json.loads(run("ask", url))
        named, stored = organisations_named(url), organisations_stored(url)
        assert named and stored == named, "a line concerns the organisations whose ids stand in its body"
    found = differences(then["answers"], told, kept.name)
    assert [one for one in found if not any(re.match(meant, one) for meant in OTHERWISE)] == []
    assert [meant for meant in OTHERWISE if not any(re.match(meant, one) for one in found)] == [], (
        "meant no more"
    )


def test_a_lost_answer_a_lost_row_and_another_word_are_differences() -> None:
    kept = {"a": [{"b": 1}], "c": 2, "d": [1]}
    assert differences(kept, {"a": [{"b": 1, "more": 3}], "c": 2, "d": [1]}, "x") == []
    assert differences({"fulfilled_by": ["b", "a"]}, {"fulfilled_by": ["a", "b"]}, "x") == []
    told = sorted(differences(kept, {"a": [{"b": 7}], "d": []}, "x"))
    assert told == ["x.a[0].b: 1 is now 7", "x.d: [1] is now []", "x: no c"]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_name_accounts_themselves() -> None:
    following = [
        f"{file.parts[-3]}.{file.stem}"
        for file in MIGRATIONS
        if "AUTH_USER_MODEL" in file.read_text(encoding="utf-8")
    ]
    assert MIGRATIONS and following == [], (
        "makemigrations writes settings.AUTH_USER_MODEL: write 'people.account', and depend on its migration, "
        "so that another model may sign in one day"
    )
