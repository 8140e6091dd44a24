# SPDX-License-Identifier: EUPL-1.2
"""A list as CSV for a Swedish Excel: UTF-8 with a byte order mark, semicolons, days as 2026-11-25.

It is streamed in parts; the read of each part is journalled before it is sent. The number of rows is limited, since a
slow client occupies a server thread; an incomplete file says so in its last line. Cells are escaped, so that no
spreadsheet runs them as formulas.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from troskel.ground import clock, formatting, waiting
from troskel.ground.error_log import error_text
from troskel.reading.paging import MAX_EXPORT_PART, Page, PageRequest
from troskel.web.lists.columns import CellValue, Column

_log = logging.getLogger(__name__)

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA_PREFIXES = (
    "=", "+", "-", "@", "\t", "\r", "\n", "|", "%",
    "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}",
)  # fmt: skip
MAX_ROWS = 100_000
"""Of one file, besides the heading and a last line that says it was truncated."""


def csv_response(
    title: str, columns: Sequence[Column], read: Callable[[PageRequest], Page[Any]]
) -> StreamingHttpResponse:
    """Returns the file as a streaming response. `read` returns one page of rows. Raises TooManyWait: few at a time."""
    parts = _Parts(_encoded_parts(columns, read, get_language() or "sv"), waiting.take_costly_place())
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    name = f"{slugify(title)}-{clock.today().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Parts:
    """The parts of a file; its place is given back when it is closed, taken to its end or not."""

    def __init__(self, parts: Iterator[bytes], close: Callable[[], None]) -> None:
        self.parts = parts
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return self.parts


def escape_formula(text: str) -> str:
    """Returns the text, with an apostrophe before anything that a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}").startswith(FORMULA_PREFIXES) else text


def _encoded_parts(
    columns: Sequence[Column], read: Callable[[PageRequest], Page[Any]], language: str
) -> Iterator[bytes]:
    """The request's language is no longer active when the response is streamed: each part activates it again."""
    yield BYTE_ORDER_MARK.encode() + _encode([[column.heading for column in columns]])
    rows_left, after = MAX_ROWS, ""
    while rows_left:
        try:
            with override(language):
                page = read(PageRequest(min(MAX_EXPORT_PART, rows_left), after, export=True))
                part = _encode(
                    [[_cell_text(column.value_of(item)) for column in columns] for item in page.items]
                )
        except Exception as error:
            _log.error("an export broke: %s", error_text(error))
            yield _encoded_message(_failure_message, language)
            raise
        yield part
        if not page.next:
            return
        rows_left, after = rows_left - len(page.items), page.next
    yield _encoded_message(_truncation_message, language)


def _encoded_message(message: Callable[[], str], language: str) -> bytes:
    with override(language):
        return _encode([[message()]])


def _truncation_message() -> str:
    return _("Listan är avkortad efter {rows} rader. Filtrera snävare för att få med resten.").format(
        rows=formatting.digits(MAX_ROWS)
    )


def _failure_message() -> str:
    return _("Något gick fel, och resten av listan saknas. Hämta filen igen.")


def _encode(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerows([escape_formula(text) for text in row] for row in rows)
    return buffer.getvalue().encode()


def _cell_text(value: CellValue) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(clock.STOCKHOLM):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, list) else value
