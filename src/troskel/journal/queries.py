# SPDX-License-Identifier: EUPL-1.2
"""Reading the journal: as text for checks, parsed for the engine, as rows for a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from troskel.journal.form import Head, Row
from troskel.journal.models import Chain, Kind, Line

CHUNK = 5_000


class Told(NamedTuple):
    """A line as the engine reads it: what, when, and about whom."""

    number: int
    occurred: datetime
    recorded: datetime
    event: str
    homes: tuple[UUID, ...]
    client: UUID | None
    body: dict[str, Any]


def lines_after(
    municipality: str, number: int = 0, *, kind: str = Kind.ACTS, chunk: int = CHUNK
) -> Iterator[Told]:
    """The lines after `number` in their order, fetched a chunk at a time."""
    for row in rows_after(municipality, number, kind=kind, chunk=chunk):
        yield Told(
            int(row.number),
            datetime.fromisoformat(row.occurred),
            datetime.fromisoformat(row.recorded),
            row.event,
            tuple(map(UUID, json.loads(row.homes))),
            UUID(row.client) if row.client else None,
            json.loads(row.body),
        )


def lines_about(
    municipality: str,
    client: UUID,
    homes: Sequence[UUID] = (),
    *,
    kind: str = Kind.ACTS,
    before: int | None = None,
    most: int = 50,
) -> list[Line]:
    """The lines about a client, newest first, each with its detail; for the next page give the last number.

    Beside the client's own lines: those of nobody in particular that name one of `homes` or, as a list that
    was read, the client. Lines about another client behind the same door are not the client's to show.
    """
    chain = (
        Line.objects.filter(municipality=municipality, kind=kind).select_related("detail").order_by("-number")
    )
    if before is not None:
        chain = chain.filter(number__lt=before)
    named = Q(body__contains=str(client))
    for home in homes:
        named |= Q(homes__contains=str(home))
    found = [*chain.filter(client=client)[:most], *chain.filter(named, client=None)[:most]]
    return sorted(found, key=lambda line: -line.number)[:most]


def head(municipality: str, kind: str = Kind.ACTS) -> Head | None:
    """Where the chain ends now; None where it has not begun. Note it elsewhere, and `verify` can use it."""
    found = Chain.objects.filter(municipality=municipality, kind=kind).values_list("number", "hash").first()
    return Head(municipality, kind, *found) if found else None


def first_after_head(municipality: str, kind: str) -> int | None:
    """The number of a line that stands after the head of its chain: nobody can have appended it."""
    query = (
        "SELECT min(line.number) FROM journal_line line "
        "LEFT JOIN journal_chain head ON head.municipality = line.municipality AND head.kind = line.kind "
        "WHERE line.municipality = %s AND line.kind = %s AND line.number > coalesce(head.number, 0)"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [municipality, kind])
        found: int | None = cursor.fetchone()[0]
    return found


def untold_blanks(municipality: str, kind: str, through: int, most: int) -> list[int]:
    """The numbers of lines whose detail is gone though nothing tells that it was blanked, at most so many."""
    query = (
        "SELECT line.number FROM journal_line line "
        "LEFT JOIN journal_detail detail ON detail.line_id = line.id "
        "LEFT JOIN journal_blanking blanking ON blanking.line_id = line.id "
        "WHERE line.municipality = %s AND line.kind = %s AND line.number <= %s AND line.detail_hash <> '' "
        "AND detail.line_id IS NULL AND blanking.line_id IS NULL ORDER BY line.number LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [municipality, kind, through, most])
        return [number for (number,) in cursor.fetchall()]


def rows_after(
    municipality: str, number: int | None, *, kind: str, through: int | None = None, chunk: int = CHUNK
) -> Iterator[Row]:
    """The lines after `number` (None: from the very first) as the text that was hashed, with their details.

    In chunks by number, each a query of its own: nothing is held open, however long the journal.
    """
    beyond = "" if through is None else f"AND line.number <= {through:d} "
    while True:
        after = "" if number is None else f"AND line.number > {number:d} "
        rows = _fetch(
            f"{_select()} {after}{beyond}ORDER BY line.number LIMIT {chunk:d}", [municipality, kind]
        )
        yield from rows
        if len(rows) < chunk:
            return
        number = int(rows[-1].number)


def _fetch(query: str, values: list[str]) -> list[Row]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # A flipped byte may be no UTF-8 at all: read it as a wrong letter, and its line is found.
            connection.connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        try:
            cursor.execute(query, values)
            return [Row._make(values) for values in cursor.fetchall()]
        finally:
            if connection.vendor == "sqlite":
                connection.connection.text_factory = str


def _select() -> str:
    """Every value as the text of docs/journal.md, made by the database: one form from both, and quick."""
    sqlite = connection.vendor == "sqlite"
    uuid, instant = (_SQLITE_UUID, _SQLITE_INSTANT) if sqlite else (_POSTGRESQL_UUID, _POSTGRESQL_INSTANT)
    columns = [
        uuid.format("line.id"),
        "line.municipality",
        "line.kind",
        "CAST(line.number AS text)",
        instant.format("line.occurred"),
        instant.format("line.recorded"),
        "line.actor_kind",
        f"coalesce({uuid.format('line.actor')}, '')",
        "line.act",
        "line.paragraph",
        "line.event",
        "line.homes",
        f"coalesce({uuid.format('line.client')}, '')",
        "line.body",
        "line.detail_hash",
        "line.previous",
        "line.hash",
        "detail.salt",
        "detail.text",
    ]
    return (
        f"SELECT {', '.join(columns)} FROM journal_line line "
        "LEFT JOIN journal_detail detail ON detail.line_id = line.id "
        "WHERE line.municipality = %s AND line.kind = %s"
    )


_POSTGRESQL_UUID = "CAST({0} AS text)"
_POSTGRESQL_INSTANT = """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_SQLITE_UUID = (
    "substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' || substr({0}, 17, 4) "
    "|| '-' || substr({0}, 21)"
)
_SQLITE_INSTANT = "replace({0}, ' ', 'T') || CASE length({0}) WHEN 19 THEN '.000000Z' ELSE 'Z' END"
