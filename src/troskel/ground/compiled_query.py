# SPDX-License-Identifier: EUPL-1.2
"""Queries whose SQL is built once. Django builds the SQL of a query on each call, which costs several times more
than an indexed query; for the queries of every act the SQL is therefore cached and run again with new values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import CharField, DateTimeField, Model, QuerySet, TextField, UUIDField
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

Value = str | UUID | date | datetime | None | list[UUID] | list[str]
Binding = Callable[[Sequence[Any]], Any]

MAX_LIST_LENGTH = 8
"""Longer lists go through Django: building the SQL is then a small part, and each length is a separate query."""

_SENTINEL_EPOCH, _SENTINEL_GAP_DAYS = date(3000, 1, 1), 10_000
_MAX_OFFSET_DAYS = 5_000
_SENTINEL_INSTANT = datetime(2900, 1, 1, tzinfo=UTC)


class _Compiled(NamedTuple):
    """SQL, how each parameter follows from the values, and how records become rows.

    `driver_sql`: the same with the placeholders of SQLite's driver.
    """

    sql: str
    driver_sql: str
    bindings: list[Binding]
    rows: Callable[[list[Any]], Iterator[Any]]


class CompiledQuery:
    """Runs the queryset that `build` returns: of models (also select_related, annotations) or `values_list` tuples.

    `build` is called once for each shape of values: which are None, and how long the lists are. It must not inspect
    the values, only pass them to filters; it may add days to a day, but nothing to an instant.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._compiled: dict[tuple[Any, ...], _Compiled | None] = {}

    def __call__(self, *values: Value) -> list[Any]:
        """Returns the rows for these values."""
        if any(isinstance(value, list) and len(value) > MAX_LIST_LENGTH for value in values):
            return list(self._build(*values))
        database = connections[DEFAULT_DB_ALIAS]
        shape = (database.vendor, *map(_shape, values))
        if shape not in self._compiled:
            self._compiled[shape] = _compile(self._build, values)
        compiled = self._compiled[shape]
        if compiled is None:  # Django knows that no row can match
            return []
        flat = list(_flatten(values))
        records = _fetch(database, compiled, [binding(flat) for binding in compiled.bindings])
        return list(compiled.rows(records))


ROWS_PER_STATEMENT = 500
"""Times the columns of the widest table, well below the number of values that either database takes at once."""


class Upsert:
    """Inserts rows, or updates the `over` fields of rows whose key exists; without a key, only inserts.

    One statement for `ROWS_PER_STATEMENT` rows. The ORM would build it each time.
    """

    def __init__(self, model: type[Model], key: str = "", over: Sequence[str] = ()) -> None:
        self._fields = model._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in self._fields)
        self._head = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES "
        self._row = f"({', '.join(['%s'] * len(self._fields))})"
        updates = ", ".join(f"{c} = excluded.{c}" for c in (_column(model, name) for name in over))
        self._tail = f" ON CONFLICT ({_column(model, key)}) DO UPDATE SET {updates}" if key else ""

    @cached_property
    def _columns(self) -> list[tuple[str, Callable[[Any, Any], Any]]]:
        return [(field.attname, _preparer(field)) for field in self._fields]

    def __call__(self, rows: Sequence[Model]) -> None:
        """Writes the rows."""
        if not rows:
            return
        database = connections[DEFAULT_DB_ALIAS]
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            batch = rows[start : start + ROWS_PER_STATEMENT]
            values = [
                prepare(getattr(row, name), database) for row in batch for name, prepare in self._columns
            ]
            execute(f"{self._head}{', '.join([self._row] * len(batch))}{self._tail}", values)


def _preparer(field: Any) -> Callable[[Any, Any], Any]:
    """Returns how a field's value takes the database's form: as Django does it, but found out once for each field."""
    target = field
    while target.remote_field is not None:
        target = target.target_field
    if isinstance(target, UUIDField):
        return _prepare_id
    if isinstance(target, CharField | TextField):
        return _prepare_text
    if isinstance(target, DateTimeField):
        return _prepare_instant
    return lambda value, database: field.get_db_prep_save(value, database)


def _prepare_id(value: Any, database: Any) -> Any:
    if value is None or database.features.has_native_uuid_field:
        return value
    return value.hex if isinstance(value, UUID) else UUID(value).hex


def _prepare_text(value: Any, database: Any) -> Any:
    return value if value is None else str(value)


def _prepare_instant(value: Any, database: Any) -> Any:
    return None if value is None else database.ops.adapt_datetimefield_value(value)


_INSERTS: dict[type[Model], Upsert] = {}


def insert(rows: Sequence[Model]) -> None:
    """Inserts rows of one model."""
    model = type(rows[0])
    if model not in _INSERTS:
        _INSERTS[model] = Upsert(model)
    _INSERTS[model](rows)


def db_value(value: Any) -> Any:
    """Returns an id or an instant in the database's form, and any other value as it is."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


@contextmanager
def pipelined() -> Iterator[None]:
    """Sends the statements inside without waiting for the answer of each, where the database is another process.

    What a statement violates is raised at the end, if nothing inside has read rows since. `execute` knows no counts.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "sqlite":
        yield
        return
    database.ensure_connection()
    with database.wrap_database_errors, database.connection.pipeline():
        yield


def execute(sql: str, params: Sequence[Any]) -> int:
    """Runs a statement on the driver's connection, with values in the database's form. Returns the rows it changed.

    As `_fetch`, past Django's cursor.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(sql, params)
            return int(cursor.rowcount)
    _make_ready(database)
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            return int(database.connection.execute(_for_sqlite(sql), params).rowcount)
        if database.connection.pgconn.pipeline_status:  # its answer comes later
            return int(database.connection.cursor().execute(sql, params).rowcount)
        return int(_driver_cursor(database).execute(sql, params).rowcount)


def _for_sqlite(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")


def _fetch(database: Any, compiled: _Compiled, params: list[Any]) -> list[Any]:
    """Runs the SQL on the driver's connection: Django's cursor costs as much as a small query.

    Where queries are being watched (counted in a test, logged), it goes through Django's cursor. `database`: Django's
    connection itself, since each look through its thread-local proxy costs some microseconds.
    """
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as cursor:
            cursor.execute(compiled.sql, params)
            return list(cursor.fetchall())
    _make_ready(database)
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            return list(database.connection.execute(compiled.driver_sql, params))
        return list(_driver_cursor(database).execute(compiled.sql, params).fetchall())


def _driver_cursor(database: Any) -> Any:
    """The one cursor that is kept for each connection: making one costs as much as a small query."""
    kept = getattr(database, _KEPT, None)
    if kept is None or kept.connection is not database.connection:
        kept = database.connection.cursor()
        setattr(database, _KEPT, kept)
    return kept


_KEPT = "troskel_driver_cursor"


def _make_ready(database: Any) -> None:
    """What Django's cursor does before it runs a statement."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()


def _column(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def _shape(value: Value) -> Any:
    return len(value) if isinstance(value, list) else value is None


def _flatten(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        elif value is not None:
            yield value


def _compile(build: Callable[..., QuerySet[Any, Any]], values: Sequence[Value]) -> _Compiled | None:
    sentinels = list(_sentinels(values))
    queryset = build(*_sentinel_arguments(values, iter(sentinels)))
    compiler = queryset.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    return _Compiled(
        sql,
        _for_sqlite(sql),
        [_binding(param, sentinels) for param in params],
        _row_reader(queryset, compiler),
    )


def _sentinel_arguments(values: Sequence[Value], sentinels: Iterator[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield [next(sentinels) for _ in value]
        else:
            yield None if value is None else next(sentinels)


def _sentinels(values: Sequence[Value]) -> Iterator[Any]:
    """Yields, for each value, a recognisable value of the same type, to be found among the SQL parameters."""
    for number, value in enumerate(_flatten(values)):
        if isinstance(value, UUID):
            yield UUID(int=(0xFACADE << 64) + number)
        elif isinstance(value, datetime):
            yield _SENTINEL_INSTANT + timedelta(minutes=number)
        elif isinstance(value, date):
            yield _SENTINEL_EPOCH + timedelta(days=number * _SENTINEL_GAP_DAYS)
        elif isinstance(value, str):
            yield f"\ue000{number}\ue000"
        else:
            raise TypeError(
                f"a prepared query takes text, ids, days and instants, not {type(value).__name__}"
            )


def _binding(param: Any, sentinels: Sequence[Any]) -> Binding:
    """Returns how a parameter follows from the values: one of them in database form, or a day at an offset."""
    for number, sentinel in enumerate(sentinels):
        if isinstance(sentinel, datetime):
            if param in (sentinel, connection.ops.adapt_datetimefield_value(sentinel)):
                return _bind_instant(number)
            continue
        if not isinstance(sentinel, date) and param == sentinel:
            return _bind_value(number)
        if isinstance(sentinel, UUID) and param == sentinel.hex:
            return _bind_hex(number)
        if isinstance(sentinel, date) and (days := _day_offset(sentinel, param)) is not None:
            return _bind_shifted_day(number, timedelta(days=days), as_text=isinstance(param, str))
    return lambda _: param


def _bind_value(number: int) -> Binding:
    return lambda values: values[number] if isinstance(values[number], UUID) else str(values[number])


def _bind_hex(number: int) -> Binding:
    return lambda values: values[number].hex


def _bind_instant(number: int) -> Binding:
    return lambda values: connection.ops.adapt_datetimefield_value(values[number])


def _bind_shifted_day(number: int, offset: timedelta, *, as_text: bool) -> Binding:
    if as_text:
        return lambda values: (values[number] + offset).isoformat()
    return lambda values: values[number] + offset


def _day_offset(sentinel: date, param: Any) -> int | None:
    try:
        day = date.fromisoformat(param) if isinstance(param, str) else param
    except ValueError:
        return None
    if (
        not isinstance(day, date)
        or isinstance(day, datetime)
        or abs((day - sentinel).days) > _MAX_OFFSET_DAYS
    ):
        return None
    return (day - sentinel).days


def _row_reader(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[list[Any]], Iterator[Any]]:
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    make_row = (
        tuple if queryset.query.values_select or compiler.klass_info is None else _instance_factory(compiler)
    )

    def rows(records: list[Any]) -> Iterator[Any]:
        for values in records:
            row = list(values)
            for index, (row_converters, expression) in converters.items():
                for converter in row_converters:
                    row[index] = converter(row[index], expression, connection)
            yield make_row(row)

    return rows


def _instance_factory(compiler: Any) -> Callable[[Any], Any]:
    """Returns a function that turns a row into a model instance with related objects and annotations."""
    info, select = compiler.klass_info, compiler.select
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    related = get_related_populators(info, select, connection.alias)

    def make(row: Any) -> Any:
        instance = _stored(info["model"], zip(names, row[first:last], strict=True))
        for populator in related:
            populator.populate(row, instance)
        for name, index in compiler.annotation_col_map.items():
            setattr(instance, name, row[index])
        return instance

    return make


def _stored(model: type[Model], values: Iterable[tuple[str, Any]]) -> Any:
    """What `from_db` returns for these columns, without the signals of `__init__`, which nothing here listens to."""
    instance = model.__new__(model)
    instance._state = ModelState()
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
    instance.__dict__.update(values)
    return instance
