# SPDX-License-Identifier: EUPL-1.2
"""Queries that are built once. Django builds the SQL of a query anew each time, which costs several times what
an indexed query does; on the path of every act the SQL is therefore kept, and asked again with other values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

Value = str | UUID | date | None | list[UUID] | list[str]
Slot = Callable[[Sequence[Any]], Any]

FEW = 8
"""A longer list is asked for as Django does it: the building is little beside it, and each length is another query."""

_DAY_ZERO, _DAYS_APART = date(3000, 1, 1), 10_000
_NEAR = 5_000


class _Ready(NamedTuple):
    """A query as the database gets it, and what makes rows of its answer."""

    sql: str
    slots: list[Slot]
    rows: Callable[[list[Any]], Iterator[Any]]


class Prepared:
    """`build` makes a queryset of models (also with select_related and annotations) or of `values_list` tuples.

    It is called once for each shape of values: which are None, and how long the lists are. It must not look at the
    values, only hand them to filters; a day may be counted from another.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._ready: dict[tuple[Any, ...], _Ready | None] = {}

    def __call__(self, *values: Value) -> list[Any]:
        """The rows."""
        if any(isinstance(value, list) and len(value) > FEW for value in values):
            return list(self._build(*values))
        shape = (connection.vendor, *map(_shape, values))
        if shape not in self._ready:
            self._ready[shape] = _prepare(self._build, values)
        ready = self._ready[shape]
        if ready is None:  # nothing can answer to it: there is nothing to ask
            return []
        flat = list(_flat(values))
        with connection.cursor() as cursor:
            cursor.execute(ready.sql, [slot(flat) for slot in ready.slots])
            return list(ready.rows(cursor.fetchall()))


class Upsert:
    """Rows that are written, or where their key is there already written over in these fields: one statement."""

    def __init__(self, model: type[Model], key: str, over: Sequence[str]) -> None:
        self._fields = model._meta.concrete_fields
        columns = [str(field.column) for field in self._fields]
        written_over = ", ".join(f"{c} = excluded.{c}" for c in (_column(model, name) for name in over))
        self._sql = (
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "
            f"ON CONFLICT ({_column(model, key)}) DO UPDATE SET {written_over}"
        )

    def __call__(self, rows: Sequence[Model]) -> None:
        """Write them."""
        if rows:
            values = [
                [f.get_db_prep_save(getattr(row, f.attname), connection) for f in self._fields]
                for row in rows
            ]
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, values)


def _column(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


def _shape(value: Value) -> Any:
    return len(value) if isinstance(value, list) else value is None


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        elif value is not None:
            yield value


def _prepare(build: Callable[..., QuerySet[Any, Any]], values: Sequence[Value]) -> _Ready | None:
    marks = list(_marks(values))
    queryset = build(*_in_place_of(values, iter(marks)))
    compiler = queryset.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    return _Ready(sql, [_slot(param, marks) for param in params], _rows(queryset, compiler))


def _in_place_of(values: Sequence[Value], marks: Iterator[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield [next(marks) for _ in value]
        else:
            yield None if value is None else next(marks)


def _marks(values: Sequence[Value]) -> Iterator[Any]:
    """A value of the same type in the place of each, to be found again among the parameters."""
    for number, value in enumerate(_flat(values)):
        if isinstance(value, UUID):
            yield UUID(int=(0xFACADE << 64) + number)
        elif isinstance(value, date):
            yield _DAY_ZERO + timedelta(days=number * _DAYS_APART)
        elif isinstance(value, str):
            yield f"\ue000{number}\ue000"
        else:
            raise TypeError(f"a prepared query takes text, ids and days, not {type(value).__name__}")


def _slot(param: Any, marks: Sequence[Any]) -> Slot:
    """How the parameter follows from the values: one of them, as the database has it, or a day counted from one."""
    for number, mark in enumerate(marks):
        if not isinstance(mark, date) and param == mark:
            return _plain(number)
        if isinstance(mark, UUID) and param == mark.hex:
            return _hex(number)
        if isinstance(mark, date) and (days := _days_from(mark, param)) is not None:
            return _counted(number, timedelta(days=days), as_text=isinstance(param, str))
    return lambda _: param


def _plain(number: int) -> Slot:
    return lambda values: values[number] if isinstance(values[number], UUID) else str(values[number])


def _hex(number: int) -> Slot:
    return lambda values: values[number].hex


def _counted(number: int, apart: timedelta, *, as_text: bool) -> Slot:
    if as_text:
        return lambda values: (values[number] + apart).isoformat()
    return lambda values: values[number] + apart


def _days_from(mark: date, param: Any) -> int | None:
    try:
        day = date.fromisoformat(param) if isinstance(param, str) else param
    except ValueError:
        return None
    if not isinstance(day, date) or abs((day - mark).days) > _NEAR:
        return None
    return (day - mark).days


def _rows(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[list[Any]], Iterator[Any]]:
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    whole = tuple if queryset.query.values_select or compiler.klass_info is None else _maker(compiler)

    def rows(found: list[Any]) -> Iterator[Any]:
        for values in found:
            row = list(values)
            for place, (convert, expression) in converters.items():
                for one in convert:
                    row[place] = one(row[place], expression, connection)
            yield whole(row)

    return rows


def _maker(compiler: Any) -> Callable[[Any], Any]:
    """Makes a model's instance of a row, with those related and what was annotated."""
    info, select = compiler.klass_info, compiler.select
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    related = get_related_populators(info, select, connection.alias)

    def make(row: Any) -> Any:
        made = info["model"].from_db(connection.alias, names, row[first:last])
        for populator in related:
            populator.populate(row, made)
        for name, place in compiler.annotation_col_map.items():
            setattr(made, name, row[place])
        return made

    return make
