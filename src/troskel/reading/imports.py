# SPDX-License-Identifier: EUPL-1.2
"""Imported nights and their rejected lines. No client is read, so nothing is recorded."""

from __future__ import annotations

import json
from datetime import date, datetime
from uuid import UUID

import msgspec

from troskel.people.imports import RejectedLine, StopReason
from troskel.people.models import ImportedNight, StoppedNight
from troskel.people.roles import Actor, Role
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read

MOST_STOPPED = 20


class NightSummary(msgspec.Struct, frozen=True):
    """An imported night. `rejected`: the first rejected lines; `rejections`: how many there were."""

    id: UUID
    day: date
    taken_in: datetime
    unchanged: int
    changes: dict[str, int]
    rejections: int
    rejected: list[RejectedLine]


class StoppedSummary(msgspec.Struct, frozen=True):
    """A night that stopped and is not taken in. `answer`: "" while it waits, "released" or "rejected"."""

    id: UUID
    day: date
    stopped: datetime
    reasons: list[StopReason]
    answer: str


@read(who=[Role.ADMINISTRATOR])
def stopped_nights(viewer: Actor) -> list[StoppedSummary]:
    """Nights that stopped and wait for an answer, or are released and not yet taken in; the newest first. One query."""
    rows = StoppedNight.objects.filter(municipality=viewer.municipality, answer__in=("", "released"))
    columns = ("id", "day", "stopped", "reasons", "answer")
    return [
        StoppedSummary(**{**row, "reasons": msgspec.json.decode(row["reasons"], type=list[StopReason])})
        for row in rows.order_by("-stopped", "-id").values(*columns)[:MOST_STOPPED]
    ]


@read(who=[Role.ADMINISTRATOR])
def nights(viewer: Actor, page_request: PageRequest) -> Page[NightSummary]:
    """Imported nights, the newest first. One query."""
    rows = ImportedNight.objects.filter(municipality=viewer.municipality)
    columns = ("id", "day", "taken_in", "unchanged", "changes", "rejections", "rejected")
    page_rows, next_cursor = rows_of(rows.values(*columns), page_request._replace(newest=True))
    return Page([_night(row) for row in page_rows], next_cursor)


def _night(row: Row) -> NightSummary:
    fields = {name: row[name] for name in ("id", "day", "taken_in", "unchanged", "rejections")}
    rejected = msgspec.json.decode(row["rejected"], type=list[RejectedLine])
    return NightSummary(changes=json.loads(row["changes"]), rejected=rejected, **fields)
