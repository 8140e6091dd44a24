# SPDX-License-Identifier: EUPL-1.2
"""A list as CSV, as a Swedish Excel opens it: UTF-8 with a mark in front, semicolons, days as 2026-11-25.

It is sent as it is read, a part at a time; each part is noted before it is sent. There is an end to how much one file
holds, as whoever reads it slowly holds a thread of the server; a file that isn't whole says so in its last line. What
a cell holds is never taken for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.reading.paging import LONGEST_EXPORTED, Asked, Page
from troskel.web.lists.columns import Column, Value
from troskel.web.text import formatting

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
BEGINS_A_FORMULA = (
    "=", "+", "-", "@", "\t", "\r", "\n", "|", "%",
    "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}",
)  # fmt: skip
MOST_ROWS = 100_000
"""Of one file, besides the heading and a last line that says it was cut."""


def answer(
    title: str, columns: Sequence[Column], read: Callable[[Asked], Page[Any]]
) -> StreamingHttpResponse:
    """The file. `read` gives the rows of the part asked for."""
    sent = StreamingHttpResponse(
        _lines(columns, read, get_language() or "sv"), content_type="text/csv; charset=utf-8"
    )
    name = f"{slugify(title)}-{clock.today().isoformat()}.csv"
    sent["Content-Disposition"] = f'attachment; filename="{name}"'
    return sent


def safe(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}").startswith(BEGINS_A_FORMULA) else text


def _lines(columns: Sequence[Column], read: Callable[[Asked], Page[Any]], language: str) -> Iterator[bytes]:
    """The request's language has been let go of by the time this is read: each part is made in it anew."""
    yield MARK.encode() + _written([[column.word for column in columns]])
    left, after = MOST_ROWS, ""
    while left:
        try:
            with override(language):
                page = read(Asked(min(LONGEST_EXPORTED, left), after, export=True))
                part = _written([[_text(column.of(item)) for column in columns] for item in page.items])
        except Exception:
            yield _said(_broken, language)
            raise
        yield part
        if not page.next:
            return
        left, after = left - len(page.items), page.next
    yield _said(_cut, language)


def _said(what: Callable[[], str], language: str) -> bytes:
    with override(language):
        return _written([[what()]])


def _cut() -> str:
    return _("Listan är avkortad efter {rows} rader. Filtrera snävare för att få med resten.").format(
        rows=formatting.figure(MOST_ROWS)
    )


def _broken() -> str:
    return _("Något gick fel, och resten av listan saknas. Hämta filen igen.")


def _written(rows: list[list[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows([safe(text) for text in row] for row in rows)
    return written.getvalue().encode()


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(clock.STOCKHOLM):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, list) else value
