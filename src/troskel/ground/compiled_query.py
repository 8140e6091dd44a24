# SPDX-License-Identifier: EUPL-1.2
"""Queries whose SQL is built once. Django builds the SQL of a query on each call, which costs several times more
than an indexed query; for the queries of every act the SQL is therefore cached and run again with new values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

from troskel.ground.driver import fetch, for_sqlite, instant_value
from troskel.ground.row_writing import stored_row

Value = str | UUID | date | datetime | None | list[UUID] | list[str]
Binding = Callable[[Sequence[Any]], Any]

MAX_LIST_LENGTH = 64
"""Longer lists go through Django: building the SQL is then a small part."""

_SENTINEL_EPOCH, _SENTINEL_GAP_DAYS = date(3000, 1, 1), 10_000
_MAX_OFFSET_DAYS = 5_000
_SENTINEL_INSTANT = datetime(2900, 1, 1, tzinfo=UTC)


class _Compiled(NamedTuple):
    """SQL, how its parameters follow from the values, and how records become rows.

    `driver_sql`: the same with the placeholders of SQLite's driver. `bindings`: each once; `order`: which of them each
    placeholder takes.
    """

    sql: str
    driver_sql: str
    bindings: list[Binding]
    order: list[int]
    rows: Callable[[list[Any]], list[Any]]

    def parameters(self, values: Sequence[Any]) -> list[Any]:
        """Returns a parameter for each placeholder, in the database's form."""
        bound = [binding(values) for binding in self.bindings]
        return [bound[number] for number in self.order]


class CompiledQuery:
    """Runs the queryset that `build` returns: of models (also select_related, annotations) or `values_list` tuples.

    `build` is called once for each shape of values: which are None, and how long the lists are. It must not inspect
    the values, only pass them to filters; it may add days to a day, but nothing to an instant. A list is for `__in`
    alone: its last value may come several times, so that few lengths have SQL of their own.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._compiled: dict[tuple[Any, ...], Any] = {}

    def __call__(self, *values: Value) -> list[Any]:
        """Returns the rows for these values."""
        values = tuple(_filled(value) if isinstance(value, list) else value for value in values)
        database = connections[DEFAULT_DB_ALIAS]
        shape = (database.vendor, *[_shape(value) for value in values])
        compiled = self._compiled.get(shape, _UNKNOWN)
        if compiled is _UNKNOWN:
            if any(isinstance(value, list) and len(value) > MAX_LIST_LENGTH for value in values):
                return list(self._build(*values))
            compiled = self._compiled[shape] = _compile(self._build, values)
        if compiled is None:  # Django knows that no row can match
            return []
        params = compiled.parameters(list(_flatten(values)))
        rows: list[Any] = compiled.rows(fetch(database, compiled.sql, compiled.driver_sql, params))
        return rows


_UNKNOWN = object()


def _shape(value: Value) -> Any:
    return (
        len(value) + 2 if isinstance(value, list) else value is None
    )  # a list of one is not None, which equals 1


def _filled(values: list[Any]) -> list[Any]:
    """The list with its last value repeated to a power of two, where it is short enough to be compiled."""
    if not values or len(values) > MAX_LIST_LENGTH:
        return values
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))


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
    return _compiled(sql, params, sentinels, _row_reader(queryset, compiler))


def _compiled(
    sql: str, params: Sequence[Any], sentinels: Sequence[Any], rows: Callable[[list[Any]], list[Any]]
) -> _Compiled:
    """Writes what is the same in every run into the SQL, so that only the values are bound.

    SQLite plans a statement anew each time a parameter is bound that it has compared with a partial index's condition;
    PostgreSQL could not use such an index in a plan it keeps.
    """
    bindings: dict[tuple[Any, ...], Binding] = {}
    order: list[int] = []
    remaining = iter(params)

    def written(placeholder: re.Match[str]) -> str:
        if placeholder.group() == "%%":
            return "%%"
        param = next(remaining)
        bound = _binding(param, sentinels)
        if bound is None:
            if (literal := _literal(param)) is not None:
                return literal
            bound = ("constant", len(order)), lambda _: param
        name, binding = bound
        bindings.setdefault(name, binding)
        order.append([*bindings].index(name))
        return "%s"

    written_sql = re.sub("%[%s]", written, sql)
    return _Compiled(written_sql, for_sqlite(written_sql), [*bindings.values()], order, rows)


def _literal(param: Any) -> str | None:
    """Returns a constant as SQL, or None where it must be bound."""
    if isinstance(param, bool):
        return str(param).upper()
    if isinstance(param, int):
        return str(int(param))
    if isinstance(param, str) and "\0" not in param and "\\" not in param:
        return "'" + str(param).replace("'", "''").replace("%", "%%") + "'"
    return None


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


def _binding(param: Any, sentinels: Sequence[Any]) -> tuple[tuple[Any, ...], Binding] | None:
    """Returns how a parameter follows from the values: one of them in database form, or a day at an offset.

    With a name, the same for parameters that follow alike. None for a constant.
    """
    for number, sentinel in enumerate(sentinels):
        if isinstance(sentinel, datetime):
            if param in (sentinel, instant_value(sentinel, connection)):
                return ("instant", number), _bind_instant(number)
        elif isinstance(sentinel, date):
            if (days := _day_offset(sentinel, param)) is not None:
                as_text = isinstance(param, str)
                return ("day", number, days), _bind_shifted_day(number, timedelta(days=days), as_text=as_text)
        elif param == sentinel:
            return ("value", number), _bind_value(number)
        elif isinstance(sentinel, UUID) and param == sentinel.hex:
            return ("hex", number), _bind_hex(number)
    return None


def _bind_value(number: int) -> Binding:
    return lambda values: values[number] if isinstance(values[number], UUID) else str(values[number])


def _bind_hex(number: int) -> Binding:
    return lambda values: values[number].hex


def _bind_instant(number: int) -> Binding:
    database = connections[DEFAULT_DB_ALIAS]
    return lambda values: instant_value(values[number], database)


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


def _row_reader(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[list[Any]], list[Any]]:
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    database = connections[DEFAULT_DB_ALIAS]
    steps = [
        (index, _direct(converter, expression, database))
        for index, (of_column, expression) in converters.items()
        for converter in of_column
    ]
    make_row = (
        tuple if queryset.query.values_select or compiler.klass_info is None else _instance_factory(compiler)
    )

    if not steps and make_row is tuple:
        return list

    def rows(records: list[Any]) -> list[Any]:
        made = []
        for values in records:
            row = list(values)
            for index, convert in steps:
                row[index] = convert(row[index])
            made.append(make_row(row))
        return made

    return rows


def _direct(converter: Any, expression: Any, database: Any) -> Callable[[Any], Any]:
    """Returns a converter that takes a value alone. Ids come again and again: SQLite's text of one is read once."""
    if converter.__name__ == "convert_uuidfield_value":
        return _id_of_text
    return lambda value: converter(value, expression, database)


@lru_cache(maxsize=16_384)
def _id_of_text(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _instance_factory(compiler: Any) -> Callable[[Any], Any]:
    """Returns a function that turns a row into a model instance with related objects and annotations."""
    info, select = compiler.klass_info, compiler.select
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    related = get_related_populators(info, select, connection.alias)
    for populator in related:
        populator.model_cls = _StoredRows(populator.model_cls)

    def make(row: Any) -> Any:
        instance = stored_row(info["model"], zip(names, row[first:last], strict=True))
        for populator in related:
            populator.populate(row, instance)
        for name, index in compiler.annotation_col_map.items():
            setattr(instance, name, row[index])
        return instance

    return make


class _StoredRows(NamedTuple):
    """In place of a model class in Django's populator of a related object: the same without `__init__`."""

    model: Any

    def from_db(self, _: str, names: Sequence[str], values: Sequence[Any]) -> Any:
        return stored_row(self.model, zip(names, values, strict=True))
