# SPDX-License-Identifier: EUPL-1.2
"""Writing to the journal. There is one way: `append`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from troskel.ground import clock
from troskel.ground.ids import new_id, random_bytes
from troskel.ground.prepared import Prepared
from troskel.journal.form import (
    BEFORE_FIRST,
    Head,
    Row,
    canonical,
    detail_hash,
    instant,
    line_hash,
)
from troskel.journal.models import Blanking, Chain, Detail, Hold, Kind, Line

_CODES = ("municipality", "kind", "actor_kind", "act", "paragraph", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the caller has to say; `append` makes a line of it."""

    event: str
    body: Mapping[str, Any]
    act: str
    paragraph: str
    actor_kind: str
    actor: UUID | None = None
    homes: Sequence[UUID] = ()
    client: UUID | None = None
    occurred: datetime | None = None  # now, unless it happened earlier
    detail: Mapping[str, Any] | None = None  # free text and personal details: all that may be deleted later


def append(entries: Sequence[Entry], *, municipality: str, kind: str = Kind.ACTS) -> list[Line]:
    """Add the entries to the end of a chain, in the caller's transaction, and give the lines.

    Call it last: it holds the head of the chain until the transaction ends, and whoever else appends to this
    chain waits. Three queries however many the entries; a fourth for details, and one more for the first
    line of a chain.

    Raises RuntimeError outside a transaction (a line must stand or fall with what it tells of), ValueError
    for a value that has no canonical form.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the transaction of what it tells of: open one")
    if not entries:
        return []
    lines: list[Line] = []
    details: list[Detail] = []
    head = _locked_head(municipality, kind)
    recorded = clock.now()
    for entry in entries:
        line, detail = _line(entry, head, recorded)
        head = Head(municipality, kind, line.number, line.hash)
        lines.append(line)
        if detail is not None:
            details.append(detail)
    _insert(lines)
    if details:
        _insert(details)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_chain SET number = %s, hash = %s WHERE municipality = %s AND kind = %s",
            [head.number, head.hash, municipality, str(kind)],
        )
    return lines


def blank(municipality: str, lines: Sequence[UUID]) -> int:
    """Delete the details of these lines, for ever; gives how many. Only the retention act may call this.

    The lines are named in `journal_blanking` first: the database deletes no other detail. The lines themselves
    stay as they are, and the chain still verifies, counting the blanked. The act itself journals which lines it
    blanked, so that the count can be compared. Three queries for any number of lines.
    """
    details = Detail.objects.filter(municipality=municipality, line__in=lines)
    now = clock.now()
    named = [Blanking(line_id=line, municipality=municipality, recorded=now)
             for line in details.values_list("line_id", flat=True)]  # fmt: skip
    if not named:
        return 0
    _insert(named)
    return details.delete()[0]


def hold(municipality: str, client: UUID, reason: str, since: datetime) -> None:
    """From now on nothing about the client is blanked. Raises IntegrityError where it is held for this already."""
    Hold.objects.create(municipality=municipality, client=client, reason=reason, since=since)


def release(municipality: str, client: UUID, reason: str, until: datetime) -> int:
    """A hold ends; gives how many there were of that reason: one, or none."""
    standing = Hold.objects.filter(municipality=municipality, client=client, reason=reason, until=None)
    return standing.update(until=until)


def _locked_head(municipality: str, kind: str) -> Head:
    found = _HEAD(municipality, kind)
    number, written = found[0] if found else _new_head(municipality, kind)
    return Head(municipality, kind, number, written)


_HEAD = Prepared(
    lambda municipality, kind: (
        Chain.objects.select_for_update()
        .filter(municipality=municipality, kind=kind)
        .values_list("number", "hash")
    )
)


def _new_head(municipality: str, kind: str) -> tuple[int, str]:
    """Create the head, or wait for the one that another transaction is creating and lock that."""
    upsert = (
        "INSERT INTO journal_chain (id, municipality, kind, number, hash) VALUES (%s, %s, %s, 0, %s) "
        "ON CONFLICT (municipality, kind) DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(upsert, [new_id().hex, municipality, kind, BEFORE_FIRST])
        if cursor.rowcount == 1:
            return 0, BEFORE_FIRST
    chain = Chain.objects.select_for_update().get(municipality=municipality, kind=kind)
    return chain.number, chain.hash


def _line(entry: Entry, head: Head, recorded: datetime) -> tuple[Line, Detail | None]:
    line = Line(
        id=new_id(),
        municipality=head.municipality,
        kind=head.kind,
        number=head.number + 1,
        occurred=entry.occurred or recorded,
        recorded=recorded,
        actor_kind=entry.actor_kind,
        actor=entry.actor,
        act=entry.act,
        paragraph=entry.paragraph,
        event=entry.event,
        homes=canonical(entry.homes),
        client=entry.client,
        body=canonical(entry.body),
        previous=head.hash,
    )
    detail = _detail(line, entry.detail) if entry.detail is not None else None
    line.detail_hash = detail_hash(detail.salt, detail.text) if detail else ""
    line.hash = line_hash(as_row(line))
    return line, detail


def _detail(line: Line, told: Mapping[str, Any]) -> Detail:
    return Detail(
        line=line, municipality=line.municipality, salt=random_bytes(16).hex(), text=canonical(told)
    )


def as_row(line: Line) -> Row:
    """The line as the text that is hashed. Raises ValueError where a code holds a line break."""
    row = Row(
        id=str(line.id),
        municipality=line.municipality,
        kind=line.kind,
        number=str(line.number),
        occurred=instant(line.occurred),
        recorded=instant(line.recorded),
        actor_kind=line.actor_kind,
        actor=str(line.actor or ""),
        act=line.act,
        paragraph=line.paragraph,
        event=line.event,
        homes=line.homes,
        client=str(line.client or ""),
        body=line.body,
        detail_hash=line.detail_hash,
        previous=line.previous,
        hash=line.hash,
    )
    for name in _CODES:
        if "\n" in getattr(row, name):
            raise ValueError(f"{name} holds a line break: it is a code")
    return row


def _insert(rows: Sequence[Model]) -> None:
    """One statement for however many rows. The ORM splits a bulk insert by SQLite's limit on variables."""
    fields = rows[0]._meta.concrete_fields
    columns, places = ", ".join(str(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {rows[0]._meta.db_table} ({columns}) VALUES ({places})",
            [[_stored(getattr(row, field.attname)) for field in fields] for row in rows],
        )


def _stored(value: Any) -> Any:
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
