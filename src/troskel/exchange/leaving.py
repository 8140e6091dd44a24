# SPDX-License-Identifier: EUPL-1.2
"""A municipality leaves the database: everything of it is written to a folder, and then removed.

No act does this: the journal that would have its line goes too. What is written can be verified without this program.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import ForeignKey, Model

from troskel.ground import clock
from troskel.journal import triggers, verification
from troskel.journal.models import ChainKind
from troskel.people.models import Municipality

CHUNK_ROWS = 2_000
NOT_EXPORTED = ("people_token",)
"""Tables of what lets one in: of no use elsewhere."""


def export(code: str, folder: Path, tell: Callable[[str], None]) -> dict[str, int]:
    """Writes all rows and both chains, with details, to a folder that is made. Returns the rows by table.

    Raises FileExistsError where the folder is there. It holds personal data: it is its owner's alone.
    """
    folder.mkdir(mode=0o700, parents=True)
    rows: dict[str, int] = {}
    for table, condition in _tables().items():
        if table in NOT_EXPORTED:
            continue
        rows[table] = _write_lines(folder / f"{table}.jsonl", _rows(table, condition, code))
        if rows[table]:
            tell(f"{rows[table]:8} rows of {table}")
    heads = {}
    for kind in ChainKind.values:
        file = _private(folder / f"journal-{kind}.jsonl")
        with file:
            head = verification.export(code, kind, to=file, details=True)
        heads[kind] = {"number": head.number, "hash": head.hash}
    name = Municipality.objects.values_list("name", flat=True).get(code=code)
    about = {"code": code, "name": name, "written": clock.now().isoformat(), "heads": heads, "rows": rows}
    with _private(folder / "municipality.json") as file:
        json.dump(about, file, ensure_ascii=False, indent=1)
    return rows


def remove(code: str, tell: Callable[[str], None]) -> int:
    """Deletes every row of the municipality, journal and all, in one transaction. Returns how many."""
    quoted = connection.ops.quote_name
    removed = 0
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        _constraints(cursor, "IMMEDIATE")
        triggers.drop_triggers(connection, cursor.execute)
        _constraints(cursor, "DEFERRED")
        for table, condition in _tables().items():  # constraints are asked at the end
            cursor.execute(f"DELETE FROM {quoted(table)} WHERE {condition}", [code])
            removed += cursor.rowcount
            if cursor.rowcount:
                tell(f"{cursor.rowcount:8} rows of {table}")
        _constraints(cursor, "IMMEDIATE")
        triggers.create_triggers(connection, cursor.execute)
    return removed


def _constraints(cursor: Any, when: str) -> None:
    """When PostgreSQL asks them; while one waits it neither makes nor drops a trigger. SQLite asks at the commit."""
    if connection.vendor == "postgresql":
        cursor.execute(f"SET CONSTRAINTS ALL {when}")


def _tables() -> dict[str, str]:
    """The SQL condition on a municipality's rows (its code), by table; those that are found through others first."""
    found: dict[str, tuple[int, str]] = {}
    for model in apps.get_models(include_auto_created=True):
        reached = _condition(model)
        if reached is not None:
            found[model._meta.db_table] = reached
    by_distance = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    return {table: condition for table, (_, condition) in by_distance}


def _condition(model: type[Model]) -> tuple[int, str] | None:
    """How far from the municipality, and the condition; None of tables that belong to no municipality."""
    quoted = connection.ops.quote_name
    if model is Municipality:
        return 0, f"{quoted('code')} = %s"
    fields: list[Any] = list(model._meta.concrete_fields)
    for field in fields:
        if field.name == "municipality":
            return 0, f"{quoted(field.column)} = %s"
    for field in fields:
        if isinstance(field, ForeignKey) and not field.null:
            other: type[Model] = field.related_model  # type: ignore[assignment]
            through = _condition(other)
            if through is not None:
                table, key = quoted(other._meta.db_table), quoted(str(field.target_field.column))
                inner = f"SELECT {key} FROM {table} WHERE {through[1]}"
                return through[0] + 1, f"{quoted(field.column)} IN ({inner})"
    return None


def _rows(table: str, condition: str, code: str) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} WHERE {condition}", [code])
        names = [column[0] for column in cursor.description]
        while chunk := cursor.fetchmany(CHUNK_ROWS):
            for row in chunk:
                yield dict(zip(names, row, strict=True))


def _write_lines(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    written = 0
    with _private(path) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n")
            written += 1
    return written


def _private(path: Path) -> Any:
    """Opens a new text file for writing, its owner's alone."""
    return open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8")
