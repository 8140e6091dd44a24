# SPDX-License-Identifier: EUPL-1.2
"""Lists a page at a time: sorted by id, so a page never shifts under the reader. The cursor is opaque."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from troskel.ground.refusals import BadValue

LONGEST = 200
ONE_ID = 16

T = TypeVar("T")
Row = Mapping[str, Any]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items, and the cursor of the page that follows; none where this is the last."""

    items: list[T]
    next: str | None = None


class Asked(NamedTuple):
    """Which page is asked for."""

    limit: int = 50
    after: str = ""


def rows_of(rows: QuerySet[Any, Row], asked: Asked) -> tuple[list[Row], str | None]:
    """The rows of one page, with the cursor of the next. One query. The rows hold their `id`."""
    _has_a_limit(asked)
    if asked.after:
        rows = rows.filter(id__gt=_read(asked.after))
    found = list(rows.order_by("id")[: asked.limit + 1])
    more = len(found) > asked.limit
    found = found[: asked.limit]
    return found, _written(found[-1]["id"]) if more else None


def newest_of(rows: QuerySet[Any, Row], asked: Asked) -> tuple[list[Row], str | None]:
    """As `rows_of`, the newest first: ids are in the order of time."""
    _has_a_limit(asked)
    if asked.after:
        rows = rows.filter(id__lt=_read(asked.after))
    found = list(rows.order_by("-id")[: asked.limit + 1])
    more, found = len(found) > asked.limit, found[: asked.limit]
    return found, _written(found[-1]["id"]) if more else None


def latest_of(rows: QuerySet[Any, Row], asked: Asked) -> tuple[list[Row], str | None]:
    """As `rows_of`, in the order of `due`. The rows hold their `id` and a `due` that is there."""
    _has_a_limit(asked)
    if asked.after:
        day, last = _read_day(asked.after)
        rows = rows.filter(Q(due__gt=day) | Q(due=day, id__gt=last))
    found = list(rows.order_by("due", "id")[: asked.limit + 1])
    more, found = len(found) > asked.limit, found[: asked.limit]
    return found, f"{found[-1]['due']}.{_written(found[-1]['id'])}" if more else None


def page(rows: QuerySet[Any, Row], asked: Asked, make: Callable[[Row], T]) -> Page[T]:
    """One page of what `make` makes of the rows."""
    found, following = rows_of(rows, asked)
    return Page([make(row) for row in found], following)


def _has_a_limit(asked: Asked) -> None:
    if not 1 <= asked.limit <= LONGEST:
        raise BadValue("limit", "is not between 1 and {most}", most=LONGEST)


def _read_day(cursor: str) -> tuple[date, UUID]:
    day, _dot, last = cursor.partition(".")
    try:
        return date.fromisoformat(day), _read(last)
    except ValueError:
        raise BadValue("after", "is no cursor: take the value of 'next' as it is") from None


def _written(identifier: UUID) -> str:
    return base64.urlsafe_b64encode(identifier.bytes).decode().rstrip("=")


def _read(cursor: str) -> UUID:
    try:
        packed = base64.b64decode(cursor + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    if len(packed) != ONE_ID:
        raise BadValue("after", "is no cursor: take the value of 'next' as it is")
    return UUID(bytes=packed)
