# SPDX-License-Identifier: EUPL-1.2
"""Writes that span rows of people and places: numbers, identities, and where clients live. Only acts call these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction

from troskel.ground.driver import db_value
from troskel.ground.ids import new_id
from troskel.ground.row_writing import insert, new_row
from troskel.people.models import Client, Identifier, ReservedNumber, Residence

BATCH_SIZE = 400
RESERVED_AT_ONCE = 10


def next_number(municipality: str, kind: str, year: int) -> str:
    """Returns the next number of a kind in a year, as `next_numbers`."""
    return next_numbers(municipality, kind, year, 1)[0]


def next_numbers(municipality: str, kind: str, year: int, count: int) -> list[str]:
    """Returns the next `count` numbers of a kind in a year, as 2026-0418; concurrent callers of few do not wait.

    Where transactions run side by side they are taken from some that lie reserved: each caller locks others, and a
    rolled back one leaves its numbers for the next. After the commit of every tenth, ten more are reserved. What is
    missing comes from the counter, whose row is locked until the caller commits. One query, or two.
    """
    taken = _take_reserved(municipality, kind, year, count)
    if missing := count - len(taken):
        last = _advance(municipality, kind, year, missing)
        taken += range(last - missing + 1, last + 1)
    runs_side_by_side = connection.features.has_select_for_update_skip_locked
    if runs_side_by_side and (missing or any(number % RESERVED_AT_ONCE == 0 for number in taken)):
        transaction.on_commit(lambda: reserve_numbers(municipality, kind, year), robust=True)
    return [f"{year}-{number:04}" for number in taken]


def _take_reserved(municipality: str, kind: str, year: int, count: int) -> list[int]:
    """Returns reserved numbers that nobody else is taking, `count` at most; none on SQLite, which has none."""
    if not connection.features.has_select_for_update_skip_locked:  # one transaction writes at a time
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_RESERVED, [municipality, kind, year, count])
        return sorted(number for (number,) in cursor.fetchall())


_TAKE_RESERVED = """DELETE FROM people_reservednumber WHERE id = ANY(ARRAY(
    SELECT id FROM people_reservednumber WHERE municipality_id = %s AND kind = %s AND year = %s
    ORDER BY number LIMIT %s FOR UPDATE SKIP LOCKED
)) RETURNING number"""


def reserve_numbers(municipality: str, kind: str, year: int) -> None:
    """Reserves numbers in a short transaction of its own."""
    with transaction.atomic(durable=True):
        last = _advance(municipality, kind, year, RESERVED_AT_ONCE)
        numbers = range(last - RESERVED_AT_ONCE + 1, last + 1)
        ReservedNumber.objects.bulk_create(
            ReservedNumber(municipality_id=municipality, kind=kind, year=year, number=number)
            for number in numbers
        )


def _advance(municipality: str, kind: str, year: int, count: int) -> int:
    """Adds `count` to the counter and returns the last number: the caller has that one and those before it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_casecounter (id, municipality_id, kind, year, last) VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (municipality_id, kind, year)
               DO UPDATE SET last = people_casecounter.last + excluded.last RETURNING last""",
            [db_value(new_id()), municipality, kind, year, count],
        )
        (last,) = cursor.fetchone()
    return int(last)


def register(clients: Sequence[Client], identities: Sequence[tuple[str, str]], since: date) -> None:
    """Stores new clients, each with its identity (kind and number) and its residence: where the row says it lives."""
    insert(clients)
    insert(
        [
            new_row(
                Identifier,
                municipality_id=row.municipality_id,
                client_id=row.id,
                kind=kind,
                number=number,
                since=since,
            )
            for row, (kind, number) in zip(clients, identities, strict=True)
        ]
    )
    insert(
        [
            new_row(Residence, municipality_id=row.municipality_id, client_id=row.id, home_id=row.home_id)
            for row in clients
        ]
    )


def move(residences: Sequence[Residence]) -> None:
    """Stores new residences; each client's earlier one ends the day before, and its row says the new home."""
    clients_by_day: dict[date | None, list[UUID]] = {}
    for residence in residences:
        residence.client.home = residence.home
        clients_by_day.setdefault(residence.valid_from, []).append(residence.client_id)
    for day, clients in clients_by_day.items():
        assert day is not None, "only the first residence has no first day"
        earlier = Residence.objects.filter(client__in=clients, valid_through=None)
        earlier.update(valid_through=day - timedelta(days=1))
    moved = {residence.client_id: residence.client for residence in residences}
    Client.objects.bulk_update(list(moved.values()), ["home"], batch_size=BATCH_SIZE)
    Residence.objects.bulk_create(residences, batch_size=BATCH_SIZE)


def replace_identity(client: Client, identity: tuple[str, str], since: date) -> None:
    """Ends the client's identity, and stores another (kind and number): a client has one at a time."""
    kind, number = identity
    Identifier.objects.filter(client=client, until=None).update(until=since)
    Identifier.objects.create(
        municipality_id=client.municipality_id, client=client, kind=kind, number=number, since=since
    )
