# SPDX-License-Identifier: EUPL-1.2
"""Values that can't be read as an act's: which field, what is wrong with it, and what to write instead.

What was written is not repeated: it may be anybody's name or number.
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

from troskel.ground.refusals import EMPTY, BadValue

STEP = re.compile(r"\.?([^.\[\]]+)|(\[[0-9]+\])")
MISSING = re.compile(r"Object missing required field `(.+)`")
LENGTH = re.compile(r"of length (>=|<=) ([0-9]+)")
"""How the empty answer is written among others."""

INSTEAD: dict[Any, str] = {
    date: "is no day that exists: write it as 2026-11-20",
    datetime: "is no instant with its offset: write it as 2026-11-20T08:00:00+01:00",
    UUID: "is no id: copy the whole of it, with its hyphens",
    bool: "is neither true nor false: write one of them, without quotation marks",
    int: "is no whole number: write it as 3, without quotation marks",
    str: "is no text: write it in quotation marks",
}


def bad_value(error: msgspec.ValidationError, kind: type[msgspec.Struct]) -> BadValue:
    """What the error means, where `kind` is what the values should have been."""
    message, _, path = str(error).partition(" - at `$")
    path = path.strip("`.")
    if missing := MISSING.fullmatch(message):
        return BadValue(f"{path}.{missing[1]}".lstrip("."), "is missing: it must be given")
    return _said(path or "values", message, _kind_at(path, kind))


def unknown_field(values: Any, kind: Any, path: str = "") -> BadValue | None:
    """The first field that is none of those asked for, however deep: a misspelt one must not pass for left out."""
    kind, _ = _plain(kind)
    if typing.get_origin(kind) is list and isinstance(values, list):
        (each,) = typing.get_args(kind)
        found = (unknown_field(value, each, f"{path}[{index}]") for index, value in enumerate(values))
        return next((bad for bad in found if bad), None)
    if not _is_struct(kind) or not isinstance(values, Mapping):
        return None
    known = _known(kind)
    for name, value in values.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in known:
            return BadValue(where, "is unknown: the fields here are {fields}", fields=list(known))
        if isinstance(value, Mapping | list) and (bad := unknown_field(value, known[name], where)):
            return bad
    return None


@cache
def _known(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _said(field: str, message: str, kind: Any) -> BadValue:
    kind, meta = _plain(kind)
    origin = typing.get_origin(kind)
    if length := LENGTH.search(message):
        if length[1] == "<=":
            return BadValue(field, "is longer than {most} characters: shorten it", most=length[2])
        if origin is list:
            return BadValue(field, "is empty: give at least one")
        return BadValue(field, "is empty: it must be given")
    if origin is Literal:
        codes = [str(code) or EMPTY for code in typing.get_args(kind)]
        return BadValue(field, "is none of {codes}: write one of them", codes=codes)
    if origin is list:
        return BadValue(field, "is no list: write it in square brackets")
    if _is_struct(kind):
        fields = [one.name for one in msgspec.structs.fields(kind)]
        return BadValue(field, "is no object: write it in curly brackets, with {fields}", fields=fields)
    if meta is not None and meta.pattern and meta.description:
        return BadValue(field, "is not as it should be: write {pattern}", pattern=meta.description)
    if kind in INSTEAD:
        return BadValue(field, INSTEAD[kind])
    return BadValue(field, "{told}", told=message)


def _kind_at(path: str, kind: Any) -> Any:
    """The type at a place such as decisions[0].valid_from."""
    for name, index in STEP.findall(path):
        kind, _ = _plain(kind)
        if index and typing.get_origin(kind) is list:
            (kind,) = typing.get_args(kind)
        elif name and _is_struct(kind):
            kind = next((field.type for field in msgspec.structs.fields(kind) if field.name == name), None)
    return kind


def _plain(kind: Any) -> tuple[Any, msgspec.Meta | None]:
    """The type without 'or nothing' and without what is said about it; and what is said."""
    meta = None
    while typing.get_origin(kind) in (typing.Annotated, typing.Union, types.UnionType):
        first, *more = typing.get_args(kind)
        if typing.get_origin(kind) is typing.Annotated:
            kind, meta = first, next((said for said in more if isinstance(said, msgspec.Meta)), meta)
        else:
            kind = next(one for one in (first, *more) if one is not type(None))
    return kind, meta


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
