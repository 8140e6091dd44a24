# SPDX-License-Identifier: EUPL-1.2
"""Keyset pagination: new rows never shift a page. The cursor is opaque and carries no personal data.

Rows are sorted by id (order of creation), or by another field and then by id. The cursor is only the id of the page's
last row: the value that it is sorted by, such as a name, is looked up again.
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
from troskel.ground.texts import _

MAX_PAGE = 200
MAX_EXPORT_PART = 1000
"""Rows of an export that are read and recorded at a time."""
ID_BYTES = 16

T = TypeVar("T")
Row = Mapping[str, Any]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Items, and the cursor of the next page; `next` is null on the last page."""

    items: list[T]
    next: str | None = None


class PageRequest(NamedTuple):
    """Which page to return. `newest`: in descending order. `export`: one part of the whole list.

    `totals`: takes up how many rows there are on all pages, for who shows it; one more query where there are several.
    """

    limit: int = 50
    after: str = ""
    newest: bool = False
    export: bool = False
    totals: list[int] | None = None


def rows_of(
    rows: QuerySet[Any, Row], page_request: PageRequest, by: str = "id"
) -> tuple[list[Row], str | None]:
    """Returns the rows of one page and the cursor of the next. One query, or two where `by` is not the id.

    The rows must include `id`, and `by` must not be null. Raises BadValue for a limit or cursor out of range.
    """
    max_rows = MAX_EXPORT_PART if page_request.export else MAX_PAGE
    if not 1 <= page_request.limit <= max_rows:
        raise BadValue("limit", "value.outside_limit", _("Talet är inte mellan 1 och {most}."), most=max_rows)
    all_rows = rows
    if page_request.after:
        rows = rows.filter(
            _after_cursor(rows, _decode(page_request.after), by, "lt" if page_request.newest else "gt")
        )
    prefix = "-" if page_request.newest else ""
    order = [f"{prefix}id"] if by == "id" else [f"{prefix}{by}", f"{prefix}id"]
    page_rows = list(rows.order_by(*order)[: page_request.limit + 1])
    has_more = len(page_rows) > page_request.limit
    page_rows = page_rows[: page_request.limit]
    if page_request.totals is not None:
        is_all = not has_more and not page_request.after
        page_request.totals.append(len(page_rows) if is_all else all_rows.count())
    return page_rows, _encode(page_rows[-1]["id"]) if has_more else None


def _after_cursor(rows: QuerySet[Any, Row], last: UUID, by: str, comparison: str) -> Q:
    """The condition on rows after the page's last row. Its first part lets the database use an index."""
    if by == "id":
        return Q(**{f"id__{comparison}": last})
    value = rows.model._default_manager.filter(id=last).values_list(by, flat=True).first()
    if value is None:
        raise BadValue(
            "after", "cursor.row_gone", _("Platsen i listan finns inte längre. Börja från början.")
        )
    return Q(**{f"{by}__{comparison}e": value}) & (
        Q(**{f"{by}__{comparison}": value}) | Q(**{f"id__{comparison}": last})
    )


def page(
    rows: QuerySet[Any, Row], page_request: PageRequest, make: Callable[[Row], T], by: str = "id"
) -> Page[T]:
    """Returns one page, each row converted by `make`."""
    page_rows, next_cursor = rows_of(rows, page_request, by)
    return Page([make(row) for row in page_rows], next_cursor)


def _encode(identifier: UUID) -> str:
    return base64.urlsafe_b64encode(identifier.bytes).decode().rstrip("=")


def _decode(cursor: str) -> UUID:
    try:
        packed = base64.b64decode(cursor + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    if len(packed) != ID_BYTES:
        raise BadValue(
            "after", "cursor.malformed", _("Det är ingen plats i listan. Ta värdet av ”next” som det är.")
        )
    return UUID(bytes=packed)
