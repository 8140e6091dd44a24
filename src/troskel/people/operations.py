# SPDX-License-Identifier: EUPL-1.2
"""Writes to people and places; only acts call these."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from troskel.ground.ids import new_id
from troskel.people.models import ImportedNight


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


def save_night(night: ImportedNight) -> None:
    """Stores the outcome of a night's import."""
    night.save(force_insert=True)


def _db_uuid(identifier: UUID) -> str:
    return str(identifier) if connection.vendor == "postgresql" else identifier.hex
