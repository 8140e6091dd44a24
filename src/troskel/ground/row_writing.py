# SPDX-License-Identifier: EUPL-1.2
"""Rows of every act, made and written without what Django does for each of them: signals, defaults, building SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    NOT_PROVIDED,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    IntegerField,
    Model,
    TextField,
    UUIDField,
)
from django.db.models.base import ModelState

from troskel.ground.driver import instant_value, run

M = TypeVar("M", bound=Model)


def new_row(model: type[M], **columns: Any) -> M:
    """Returns what `model(**columns)` does, named by columns (`home_id`), without signals: nothing here listens.

    Raises TypeError for what is no column.
    """
    constants, made = _defaults(model)
    row = _row(model, constants | {name: make() for name, make in made if name not in columns} | columns)
    if len(row.__dict__) != len(model._meta.concrete_fields) + 1:
        names = {field.attname for field in model._meta.concrete_fields}
        raise TypeError(f"{model.__name__} has no column {sorted(columns.keys() - names)}")
    return row


def stored_row(model: type[M], values: Iterable[tuple[str, Any]]) -> M:
    """Returns what `from_db` does for these columns."""
    row = _row(model, values)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def _row(model: type[M], values: Any) -> M:
    row = model.__new__(model)
    row._state = ModelState()
    row.__dict__.update(values)
    return row


@cache
def _defaults(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """What Django sets in the columns where nothing is given: constants, and those that a function makes."""
    fields = model._meta.concrete_fields
    made = [(field.attname, field.default) for field in fields if callable(field.default)]
    made = [(name, make) for name, make in made if make is not NOT_PROVIDED]
    return {field.attname: field.get_default() for field in fields if field.attname not in dict(made)}, made


ROWS_PER_STATEMENT = 500
"""Times the columns of the widest table, well below the number of values that either database takes at once."""


class Upsert:
    """Inserts rows, or updates the `over` fields of rows whose key exists; without a key, only inserts.

    One statement for `ROWS_PER_STATEMENT` rows. The ORM would build it each time.
    """

    def __init__(self, model: type[Model], key: str = "", over: Sequence[str] = ()) -> None:
        self._fields = model._meta.concrete_fields
        self._columns = itemgetter(*(field.attname for field in self._fields))
        columns = ", ".join(f'"{field.column}"' for field in self._fields)
        self._head = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES "
        self._row = f"({', '.join(['%s'] * len(self._fields))})"
        updates = ", ".join(f"{c} = excluded.{c}" for c in (_column(model, name) for name in over))
        self._tail = f" ON CONFLICT ({_column(model, key)}) DO UPDATE SET {updates}" if key else ""

    @cached_property
    def _preparers(self) -> list[tuple[int, Callable[[Any, Any], Any]]]:
        """The columns whose values need the database's form, by their place."""
        preparers = enumerate(map(_preparer, self._fields))
        return [(place, prepare) for place, prepare in preparers if prepare is not None]

    def __call__(self, rows: Sequence[Model]) -> None:
        """Writes the rows."""
        if not rows:
            return
        database = connections[DEFAULT_DB_ALIAS]
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            batch = rows[start : start + ROWS_PER_STATEMENT]
            values: list[Any] = []
            for row in batch:
                columns = list(self._columns(row.__dict__))
                for place, prepare in self._preparers:
                    columns[place] = prepare(columns[place], database)
                values += columns
            run(database, f"{self._head}{', '.join([self._row] * len(batch))}{self._tail}", values)


def _preparer(field: Any) -> Callable[[Any, Any], Any] | None:
    """Returns how a field's value takes the database's form: as Django does it, but found out once for each field.

    None: it has that form.
    """
    target = field
    while target.remote_field is not None:
        target = target.target_field
    if isinstance(target, UUIDField):
        return _prepare_id
    if isinstance(target, CharField | TextField):
        return _prepare_text
    if isinstance(target, DateTimeField):
        return _prepare_instant
    if isinstance(target, DateField):
        return _prepare_day
    if isinstance(target, IntegerField | BooleanField):
        return None
    return lambda value, database: field.get_db_prep_save(value, database)


def _prepare_id(value: Any, database: Any) -> Any:
    if value is None or database.features.has_native_uuid_field:
        return value
    return value.hex if isinstance(value, UUID) else UUID(value).hex


def _prepare_text(value: Any, database: Any) -> Any:
    return value if value is None else str(value)


def _prepare_instant(value: Any, database: Any) -> Any:
    return None if value is None else instant_value(value, database)


def _prepare_day(value: Any, database: Any) -> Any:
    return value if value is None or database.vendor != "sqlite" else value.isoformat()


_INSERTS: dict[type[Model], Upsert] = {}


def insert(rows: Sequence[Model]) -> None:
    """Inserts rows of one model, if any."""
    if not rows:
        return
    model = type(rows[0])
    if model not in _INSERTS:
        _INSERTS[model] = Upsert(model)
    _INSERTS[model](rows)


def _column(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]
