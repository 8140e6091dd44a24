# SPDX-License-Identifier: EUPL-1.2
"""Lists a page at a time, so that a page never shifts under the reader. The cursor is opaque, and tells nothing.

Rows are sorted by id, which is the order in which they came to be; or by another field first, and then by id. The
cursor is the id of the page's last row and no more: what the row is sorted by, as a name, is looked up again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from troskel.ground.refusals import BadValue

LONGEST = 200
LONGEST_EXPORTED = 1000
"""Rows of an export that are read, and noted, at a time."""
ONE_ID = 16

T = TypeVar("T")
Row = Mapping[str, Any]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items, and the cursor of the page that follows; none where this is the last."""

    items: list[T]
    next: str | None = None


class Asked(NamedTuple):
    """Which page is asked for. `newest`: the latest, or last, first. `export`: a part of all there is."""

    limit: int = 50
    after: str = ""
    newest: bool = False
    export: bool = False


def rows_of(rows: QuerySet[Any, Row], asked: Asked, by: str = "id") -> tuple[list[Row], str | None]:
    """The rows of one page, with the cursor of the next. One query; `by` another field than the id, one more.

    The rows hold their `id`, and `by` is never null.
    """
    longest = LONGEST_EXPORTED if asked.export else LONGEST
    if not 1 <= asked.limit <= longest:
        raise BadValue("limit", "is not between 1 and {most}", most=longest)
    if asked.after:
        rows = rows.filter(_following(rows, _read(asked.after), by, "lt" if asked.newest else "gt"))
    turned = "-" if asked.newest else ""
    order = [f"{turned}id"] if by == "id" else [f"{turned}{by}", f"{turned}id"]
    found = list(rows.order_by(*order)[: asked.limit + 1])
    more = len(found) > asked.limit
    found = found[: asked.limit]
    return found, _written(found[-1]["id"]) if more else None


def _following(rows: QuerySet[Any, Row], last: UUID, by: str, way: str) -> Q:
    """What comes after the page's last row. The first condition is there for an index to begin from."""
    if by == "id":
        return Q(**{f"id__{way}": last})
    value = rows.model._default_manager.filter(id=last).values_list(by, flat=True).first()
    if value is None:
        raise BadValue("after", "is the cursor of no row that is there: begin from the start")
    return Q(**{f"{by}__{way}e": value}) & (Q(**{f"{by}__{way}": value}) | Q(**{f"id__{way}": last}))


def page(rows: QuerySet[Any, Row], asked: Asked, make: Callable[[Row], T], by: str = "id") -> Page[T]:
    """One page of what `make` makes of the rows."""
    found, following = rows_of(rows, asked, by)
    return Page([make(row) for row in found], following)


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
