# SPDX-License-Identifier: EUPL-1.2
"""Writes to the journal. `chain` is the only way to add lines; what it needs is drafted before it locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.ids import new_id, random_bytes
from troskel.ground.row_writing import insert, new_row
from troskel.journal.form import GENESIS_HASH, Head, LineText, canonical, detail_hash, instant, line_hash
from troskel.journal.models import Blanking, Chain, ChainKind, Detail, Line
from troskel.journal.triggers import HOLDER_NAMES, ORGANISATION_NAMES

_CODE_FIELDS = ("municipality", "kind", "actor_kind", "act", "paragraph", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The input of one line; `append` turns it into a line."""

    event: str
    body: Mapping[str, Any]
    act: str
    paragraph: str
    actor_kind: str
    actor: UUID | None = None
    homes: Sequence[UUID] = ()
    client: UUID | None = None
    occurred: datetime | None = None  # default: now
    detail: Mapping[str, Any] | None = (
        None  # free text and personal data: everything that may be deleted later
    )


class Draft(NamedTuple):
    """Lines that have everything but their place in the chain: they are numbered from 1, and have no hash yet."""

    municipality: str
    kind: str
    lines: list[Line]
    details: list[Detail]


def draft(entries: Sequence[Entry], *, municipality: str, kind: str = ChainKind.ACTS) -> Draft:
    """Builds the entries' lines. No query. Raises ValueError for a value that has no canonical form."""
    recorded = clock.now()
    built = Draft(municipality, kind, [], [])
    for number, entry in enumerate(entries, start=1):
        line, detail = _build_line(entry, built, number, recorded)
        built.lines.append(line)
        if detail is not None:
            built.details.append(detail)
    return built


def chain(drafted: Draft) -> list[Line]:
    """Numbers the drafted lines, appends them to their chain in the caller's transaction, and returns them.

    Call it as late as possible: it locks the head of the chain until the transaction ends, and other appends to
    this chain wait. Two queries for up to 500 lines; a third for details, and one more for the first line of a chain.
    Triggers move the head, and store the organisations that the bodies name (triggers.py).

    Raises RuntimeError outside a transaction (a line must be committed together with what it records),
    ValueError where a code holds a line break.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written in the transaction of what it tells of: open one")
    if not drafted.lines:
        return []
    if drafted.details:
        insert(drafted.details)  # the key to their lines is checked at the commit
    head = _lock_head(drafted.municipality, drafted.kind)
    for line in drafted.lines:
        line.number, line.previous = head.number + 1, head.hash
        line.hash = line_hash(line_text(line))
        head = Head(head.municipality, head.kind, line.number, line.hash)
    insert(drafted.lines)
    return drafted.lines


def append(entries: Sequence[Entry], *, municipality: str, kind: str = ChainKind.ACTS) -> list[Line]:
    """Drafts the entries' lines and chains them. Raises as both."""
    return chain(draft(entries, municipality=municipality, kind=kind))


def erase_details(municipality: str, lines: Sequence[UUID]) -> int:
    """Deletes the details of these lines permanently; returns how many. Only the retention act may call this.

    The lines are listed in `journal_blanking` first: the database refuses to delete any other detail. The lines
    themselves are unchanged, and the chain still verifies and counts them as blanked. The act journals which lines
    it erased, so that the count can be compared. Three queries for any number of lines.
    """
    details = Detail.objects.filter(municipality=municipality, line__in=lines)
    now = clock.now()
    erasures = [Blanking(line_id=line, municipality=municipality, recorded=now)
             for line in details.values_list("line_id", flat=True)]  # fmt: skip
    if not erasures:
        return 0
    insert(erasures)
    return details.delete()[0]


def _lock_head(municipality: str, kind: str) -> Head:
    rows = _HEAD_QUERY(municipality, kind)
    number, last_hash = rows[0] if rows else _create_head(municipality, kind)
    return Head(municipality, kind, number, last_hash)


_HEAD_QUERY = CompiledQuery(
    lambda municipality, kind: (
        Chain.objects.select_for_update()
        .filter(municipality=municipality, kind=kind)
        .values_list("number", "hash")
    )
)


def _create_head(municipality: str, kind: str) -> tuple[int, str]:
    """Creates the head, or waits for the one that another transaction is creating and locks it."""
    upsert = (
        "INSERT INTO journal_chain (id, municipality, kind, number, hash) VALUES (%s, %s, %s, 0, %s) "
        "ON CONFLICT (municipality, kind) DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(upsert, [new_id().hex, municipality, kind, GENESIS_HASH])
        if cursor.rowcount == 1:
            return 0, GENESIS_HASH
    chain = Chain.objects.select_for_update().get(municipality=municipality, kind=kind)
    return chain.number, chain.hash


def _build_line(entry: Entry, built: Draft, number: int, recorded: datetime) -> tuple[Line, Detail | None]:
    _check_organisations(entry.body)
    line = new_row(
        Line,
        id=new_id(),
        municipality=built.municipality,
        kind=built.kind,
        number=number,
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
    )
    detail = _build_detail(line, entry.detail) if entry.detail is not None else None
    line.detail_hash = detail_hash(detail.salt, detail.text) if detail else ""
    return line, detail


def _check_organisations(body: Mapping[str, Any]) -> None:
    """Raises ValueError where a name that is indexed holds no id: PostgreSQL would abort, SQLite would store it."""
    named = {name: body.get(name) for name in ORGANISATION_NAMES}
    for name in HOLDER_NAMES:
        holder = body.get(name)
        if isinstance(holder, Mapping) and holder.get("kind") == "organisation":
            named[name] = holder.get("id")
    for name, value in named.items():
        if value is None:
            continue
        if not _is_id(str(value)):
            raise ValueError(f"{name} holds no organisation's id")


@lru_cache(maxsize=1_024)
def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _build_detail(line: Line, content: Mapping[str, Any]) -> Detail:
    salt, text = random_bytes(16).hex(), canonical(content)
    return new_row(Detail, line_id=line.id, municipality=line.municipality, salt=salt, text=text)


def line_text(line: Line) -> LineText:
    """Returns the line as the text that is hashed. Raises ValueError when a code contains a line break."""
    row = LineText(
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
    for name in _CODE_FIELDS:
        if "\n" in getattr(row, name):
            raise ValueError(f"{name} holds a line break: it is a code")
    return row
