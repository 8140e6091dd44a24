# SPDX-License-Identifier: EUPL-1.2
"""Reads the journal: as text for checks, parsed for the engine, and by the organisation concerned."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from troskel.journal.form import GENESIS_HASH, Head, LineText
from troskel.journal.models import Chain, ChainKind, Line, LineOrganisation

CHUNK_ROWS = 5_000


class ParsedLine(NamedTuple):
    """A line as the engine reads it: event, time, homes and client."""

    number: int
    occurred: datetime
    recorded: datetime
    event: str
    homes: tuple[UUID, ...]
    client: UUID | None
    body: dict[str, Any]


def lines_after(
    municipality: str, number: int = 0, *, kind: str = ChainKind.ACTS, chunk: int = CHUNK_ROWS
) -> Iterator[ParsedLine]:
    """Yields the lines after `number` in order, fetched in chunks."""
    for row in line_texts_after(municipality, number, kind=kind, chunk=chunk):
        yield ParsedLine(
            int(row.number),
            datetime.fromisoformat(row.occurred),
            datetime.fromisoformat(row.recorded),
            row.event,
            tuple(map(UUID, json.loads(row.homes))),
            UUID(row.client) if row.client else None,
            json.loads(row.body),
        )


def lines_about(
    municipality: str, clients: QuerySet[Any] | Iterable[UUID], events: Collection[str], before: datetime
) -> Iterator[ParsedLine]:
    """Yields the lines of these events about the clients that were recorded before an instant, in order. One query."""
    rows = Line.objects.filter(
        municipality=municipality,
        kind=ChainKind.ACTS,
        client__in=clients,
        event__in=events,
        recorded__lt=before,
    ).order_by("number")
    columns = ("number", "occurred", "recorded", "event", "homes", "client", "body")
    for number, occurred, recorded, event, homes, client, body in rows.values_list(*columns).iterator():
        ids = tuple(map(UUID, json.loads(homes)))
        yield ParsedLine(number, occurred, recorded, event, ids, client, json.loads(body))


def bodies(
    municipality: str, events: Collection[str]
) -> Iterator[tuple[int, str, UUID | None, dict[str, Any]]]:
    """Yields number, event, client and body of the lines of these events, in order. One query."""
    rows = Line.objects.filter(municipality=municipality, kind=ChainKind.ACTS, event__in=events)
    columns = ("number", "event", "client", "body")
    for number, event, client, body in rows.order_by("number").values_list(*columns).iterator():
        yield number, event, client, json.loads(body)


def counts_by_act(municipality: str, actor_kind: str, after: int) -> dict[tuple[str, str], int]:
    """Returns how many lines each act has written of each event after a line, by actors of a kind. One query."""
    rows = Line.objects.filter(
        municipality=municipality, kind=ChainKind.ACTS, number__gt=after, actor_kind=actor_kind
    )
    counts = rows.values_list("act", "event").annotate(count=Count("pk")).order_by()
    return {(act, event): count for act, event, count in counts}


def concerning(organisation: UUID | None) -> Exists | Q:
    """The condition on lines of acts that they concern the organisation, by index; no line concerns None."""
    if organisation is None:
        return Q(pk__in=[])
    return Exists(LineOrganisation.objects.filter(organisation=organisation, line=OuterRef("pk")))


def head(municipality: str, kind: str = ChainKind.ACTS) -> Head | None:
    """Returns the current end of the chain, or None when it is empty. Noted elsewhere, `verify` can use it."""
    row = Chain.objects.filter(municipality=municipality, kind=kind).values_list("number", "hash").first()
    return Head(municipality, kind, *row) if row else None


def hash_of(municipality: str, kind: str, number: int) -> str | None:
    """Returns the hash of a line (of number 0: of none, before the first); None where there is no such line."""
    if number == 0:
        return GENESIS_HASH
    rows = Line.objects.filter(municipality=municipality, kind=kind, number=number)
    return rows.values_list("hash", flat=True).first()


def last_recorded(municipality: str) -> datetime | None:
    """Returns when the last act of the municipality was recorded, or None without any."""
    of_acts = Line.objects.filter(municipality=municipality, kind=ChainKind.ACTS)
    return of_acts.order_by("-number").values_list("recorded", flat=True).first()


def first_after_head(municipality: str, kind: str) -> int | None:
    """Returns the number of the first line after the head of its chain, which `append` can't have written."""
    query = (
        "SELECT min(line.number) FROM journal_line line "
        "LEFT JOIN journal_chain head ON head.municipality = line.municipality AND head.kind = line.kind "
        "WHERE line.municipality = %s AND line.kind = %s AND line.number > coalesce(head.number, 0)"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [municipality, kind])
        number: int | None = cursor.fetchone()[0]
    return number


def unexplained_erasures(municipality: str, kind: str, through: int, limit: int) -> list[int]:
    """Returns the numbers of lines whose detail is missing without a `Blanking` row, at most `limit`."""
    query = (
        "SELECT line.number FROM journal_line line "
        "LEFT JOIN journal_detail detail ON detail.line_id = line.id "
        "LEFT JOIN journal_blanking blanking ON blanking.line_id = line.id "
        "WHERE line.municipality = %s AND line.kind = %s AND line.number <= %s AND line.detail_hash <> '' "
        "AND detail.line_id IS NULL AND blanking.line_id IS NULL ORDER BY line.number LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [municipality, kind, through, limit])
        return [number for (number,) in cursor.fetchall()]


def line_texts_after(
    municipality: str, number: int | None, *, kind: str, through: int | None = None, chunk: int = CHUNK_ROWS
) -> Iterator[LineText]:
    """Yields the lines after `number` (None: from the first) as the text that was hashed, with their details.

    Fetched in chunks by number, one query each, so that no cursor stays open however long the journal is.
    """
    upper_bound = "" if through is None else f"AND line.number <= {through:d} "
    while True:
        lower_bound = "" if number is None else f"AND line.number > {number:d} "
        rows = _fetch(
            f"{_select()} {lower_bound}{upper_bound}ORDER BY line.number LIMIT {chunk:d}",
            [municipality, kind],
        )
        yield from rows
        if len(rows) < chunk:
            return
        number = int(rows[-1].number)


def _fetch(query: str, values: list[str]) -> list[LineText]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # A flipped byte may be invalid UTF-8: read it as a wrong character, so that the check finds the line.
            connection.connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        try:
            cursor.execute(query, values)
            return [LineText._make(values) for values in cursor.fetchall()]
        finally:
            if connection.vendor == "sqlite":
                connection.connection.text_factory = str


def _select() -> str:
    """Selects every value as the text of docs/journal.md, built by the database: identical on both, and fast."""
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
