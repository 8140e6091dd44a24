# SPDX-License-Identifier: EUPL-1.2
"""Writes to people and places; called by acts only."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from troskel.ground.ids import new_id
from troskel.people.models import ImportedNight


def next_numbers(municipality: str, kind: str, year: int, count: int) -> list[str]:
    """The next `count` numbers of a kind in a year, as 2026-0418. One query; waits for whoever draws beside."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO people_casecounter (id, municipality_id, kind, year, last) VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (municipality_id, kind, year)
               DO UPDATE SET last = people_casecounter.last + excluded.last RETURNING last""",
            [_as_stored(new_id()), municipality, kind, year, count],
        )
        (last,) = cursor.fetchone()
    return [f"{year}-{number:04}" for number in range(last - count + 1, last + 1)]


def keep_night(night: ImportedNight) -> None:
    """Keep what came of a night's extract."""
    night.save(force_insert=True)


def _as_stored(identifier: UUID) -> str:
    return str(identifier) if connection.vendor == "postgresql" else identifier.hex
