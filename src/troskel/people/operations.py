# SPDX-License-Identifier: EUPL-1.2
"""Writes that span rows of people and places: numbers, identities, and where clients live. Only acts call these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from troskel.ground.ids import new_id
from troskel.people.models import Client, Identifier, Residence

BATCH_SIZE = 400


def next_numbers(municipality: str, kind: str, year: int, count: int) -> list[str]:
    """Returns the next `count` numbers of a kind in a year, as 2026-0418. One query; concurrent callers wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_casecounter (id, municipality_id, kind, year, last) VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (municipality_id, kind, year)
               DO UPDATE SET last = people_casecounter.last + excluded.last RETURNING last""",
            [_db_uuid(new_id()), municipality, kind, year, count],
        )
        (last,) = cursor.fetchone()
    return [f"{year}-{number:04}" for number in range(last - count + 1, last + 1)]


def register(clients: Sequence[Client], identities: Sequence[tuple[str, str]], since: date) -> None:
    """Stores new clients, each with its identity (kind and number) and its residence: where the row says it lives."""
    Client.objects.bulk_create(clients, batch_size=BATCH_SIZE)
    identifiers = [
        Identifier(municipality_id=row.municipality_id, client=row, kind=kind, number=number, since=since)
        for row, (kind, number) in zip(clients, identities, strict=True)
    ]
    Identifier.objects.bulk_create(identifiers, batch_size=BATCH_SIZE)
    residences = [
        Residence(municipality_id=row.municipality_id, client=row, home_id=row.home_id) for row in clients
    ]
    Residence.objects.bulk_create(residences, batch_size=BATCH_SIZE)


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


def _db_uuid(identifier: UUID) -> str:
    return str(identifier) if connection.vendor == "postgresql" else identifier.hex
