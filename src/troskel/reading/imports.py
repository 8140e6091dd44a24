# SPDX-License-Identifier: EUPL-1.2
"""The nights that have been taken in, and the lines that were not used. No client is read, so no line is written."""

from __future__ import annotations

import json
from datetime import date, datetime
from uuid import UUID

import msgspec

from troskel.people.imports import RejectedLine
from troskel.people.models import ImportedNight
from troskel.people.roles import Actor
from troskel.reading.paging import Asked, Page, Row, rows_of


class ShownNight(msgspec.Struct, frozen=True):
    """A night. `rejected`: the first of the lines that were not used; `rejections`: how many there were."""

    id: UUID
    day: date
    taken_in: datetime
    unchanged: int
    changes: dict[str, int]
    rejections: int
    rejected: list[RejectedLine]


def nights(viewer: Actor, asked: Asked) -> Page[ShownNight]:
    """The nights, the newest first. One query."""
    rows = ImportedNight.objects.filter(municipality=viewer.municipality)
    named = ("id", "day", "taken_in", "unchanged", "changes", "rejections", "rejected")
    found, following = rows_of(rows.values(*named), asked._replace(newest=True))
    return Page([_night(row) for row in found], following)


def _night(row: Row) -> ShownNight:
    told = {name: row[name] for name in ("id", "day", "taken_in", "unchanged", "rejections")}
    rejected = msgspec.json.decode(row["rejected"], type=list[RejectedLine])
    return ShownNight(changes=json.loads(row["changes"]), rejected=rejected, **told)
