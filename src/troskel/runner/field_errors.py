# SPDX-License-Identifier: EUPL-1.2
"""Errors for invalid values of an act: which field, what is wrong with it, and what to write instead.

Messages never repeat the value: it may be a person's name or number.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

import msgspec

from troskel.ground.choices import Choice
from troskel.ground.refusals import EMPTY_CHOICE, BadValue
from troskel.ground.texts import _

PATH_STEP = re.compile(r"\.?([^.\[\]]+)|(\[[0-9]+\])")
MISSING_FIELD = re.compile(r"Object missing required field `(.+)`")
LENGTH = re.compile(r"of length (>=|<=) ([0-9]+)")

TYPE_MESSAGES: dict[Any, tuple[str, str]] = {
    date: ("value.not_a_day", _("Det är ingen dag som finns. Skriv till exempel 2026-11-20.")),
    datetime: (
        "value.not_an_instant",
        _("Det är ingen tidpunkt med tidszon. Skriv till exempel 2026-11-20T08:00:00+01:00."),
    ),
    UUID: ("value.not_an_id", _("Det är inget id. Kopiera hela, med bindestrecken.")),
    bool: (
        "value.not_true_or_false",
        _("Det är varken true eller false. Skriv ett av dem, utan citattecken."),
    ),
    int: ("value.not_a_whole_number", _("Det är inget heltal. Skriv till exempel 3.")),
    str: ("value.not_a_text", _("Det är ingen text. Skriv den inom citattecken.")),
}


def bad_value(error: msgspec.ValidationError, expected: type[msgspec.Struct]) -> BadValue:
    """Returns the field and message of a validation error against the struct `expected`."""
    message, _separator, path = str(error).partition(" - at `$")
    path = path.strip("`.")
    if missing := MISSING_FIELD.fullmatch(message):
        return BadValue(
            f"{path}.{missing[1]}".lstrip("."), "value.missing", _("Uppgiften saknas. Fyll i den.")
        )
    return _bad_value_for(path or "values", message, _type_at(path, expected))


def unknown_field(values: Any, expected: Any, path: str = "") -> BadValue | None:
    """Returns an error for the first unknown field at any depth, or None: a misspelt field is not a missing one."""
    expected, _meta = _unwrap(expected)
    if typing.get_origin(expected) is list and isinstance(values, list):
        (item_type,) = typing.get_args(expected)
        errors = (unknown_field(value, item_type, f"{path}[{index}]") for index, value in enumerate(values))
        return next((bad for bad in errors if bad), None)
    if not _is_struct(expected) or not isinstance(values, Mapping):
        return None
    field_types = _field_types(expected)
    for name, value in values.items():
        field_path = f"{path}.{name}".lstrip(".")
        if name not in field_types:
            return BadValue(
                field_path,
                "value.unknown_field",
                _("Uppgiften är okänd. Uppgifterna här är {fields}."),
                fields=list(field_types),
            )
        if isinstance(value, Mapping | list) and (bad := unknown_field(value, field_types[name], field_path)):
            return bad
    return None


@cache
def _field_types(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(struct)}


def _bad_value_for(field: str, message: str, expected: Any) -> BadValue:
    expected, meta = _unwrap(expected)
    origin = typing.get_origin(expected)
    if length := LENGTH.search(message):
        if length[1] == "<=":
            return BadValue(
                field, "value.too_long", _("Texten är längre än {most} tecken. Korta den."), most=length[2]
            )
        if origin is list:
            return BadValue(field, "value.empty_list", _("Listan är tom. Skriv minst en."))
        return BadValue(field, "value.empty", _("Uppgiften är tom. Fyll i den."))
    if isinstance(expected, type) and issubclass(expected, Choice):
        codes = [str(code) or EMPTY_CHOICE for code in expected]
        return BadValue(field, "value.not_a_choice", _("Välj ett av de här svaren: {codes}."), codes=codes)
    if origin is Literal:
        codes = [str(code) or EMPTY_CHOICE for code in typing.get_args(expected)]
        return BadValue(field, "value.not_a_choice", _("Välj ett av de här svaren: {codes}."), codes=codes)
    if origin is list:
        return BadValue(field, "value.not_a_list", _("Det är ingen lista. Skriv den inom hakparenteser."))
    if _is_struct(expected):
        fields = [struct_field.name for struct_field in msgspec.structs.fields(expected)]
        return BadValue(
            field,
            "value.not_an_object",
            _("Det är inget objekt. Skriv det inom klammerparenteser, med {fields}."),
            fields=fields,
        )
    if meta is not None and meta.pattern and meta.description:
        return BadValue(
            field,
            "value.wrong_pattern",
            _("Det är inte skrivet som det ska. Skriv {pattern}."),
            pattern=meta.description,
        )
    if expected in TYPE_MESSAGES:
        return BadValue(field, *TYPE_MESSAGES[expected])
    return BadValue(field, "value.unreadable", _("Uppgiften går inte att läsa: {told}"), told=message)


def _type_at(path: str, expected: Any) -> Any:
    """Returns the type at a path such as decisions[0].valid_from."""
    for name, index in PATH_STEP.findall(path):
        expected, _meta = _unwrap(expected)
        if index and typing.get_origin(expected) is list:
            (expected,) = typing.get_args(expected)
        elif name and _is_struct(expected):
            expected = next(
                (field.type for field in msgspec.structs.fields(expected) if field.name == name), None
            )
    return expected


def _unwrap(annotation: Any) -> tuple[Any, msgspec.Meta | None]:
    """Returns the type without `| None` and Annotated, and its msgspec.Meta, if any."""
    meta = None
    while typing.get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType):
        first, *others = typing.get_args(annotation)
        if typing.get_origin(annotation) is typing.Annotated:
            annotation, meta = (
                first,
                next((extra for extra in others if isinstance(extra, msgspec.Meta)), meta),
            )
        else:
            annotation = next(option for option in (first, *others) if option is not type(None))
    return annotation, meta


def _is_struct(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)
