# SPDX-License-Identifier: EUPL-1.2
"""Doors that were opened, or tried, by an accepted alarm: nobody but the responder decides it, so all are shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Q, QuerySet, Subquery

from troskel.access.models import BriefSight, Opening
from troskel.access.rules import LockOutcome
from troskel.ground import clock
from troskel.people.models import Municipality
from troskel.people.roles import OVERSIGHT_ROLES, Actor, Role
from troskel.reading.base import note
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read

LATELY = timedelta(days=7)
"""What the start page counts."""


class EmergencyOpening(msgspec.Struct, frozen=True):
    """An opening by an alarm: by whom, when the alarm was raised, and when the lock said that it had opened.

    `outcome`: unknown where the lock has not answered. `minutes`: whole ones from the alarm to this door; null where it
    did not open. `closed`, `ended`: when and how the alarm ended.
    """

    id: UUID
    alarm: UUID
    case: str
    lock: str
    organisation: str
    name: str
    raised: datetime
    allowed: datetime
    opened: datetime | None
    outcome: str
    minutes: int | None
    closed: datetime | None
    ended: str


COLUMNS = ("id", "alarm_id", "client_id", "client__case_number", "lock__number", "organisation__name",
           "account__name", "alarm__raised", "not_before", "noted", "outcome", "alarm__closed",
           "alarm__outcome")  # fmt: skip


@read(
    who=OVERSIGHT_ROLES | {Role.COORDINATOR},
    title="Openings by an accepted alarm, the newest first, and the minutes from alarm to door",
)
def emergency_openings(viewer: Actor, page_request: PageRequest) -> Page[EmergencyOpening]:
    """The municipality's, or those by the coordinator's own organisation; newest first. One query."""
    rows = Opening.objects.filter(_of(viewer))
    page_rows, next_cursor = rows_of(rows.values(*COLUMNS), page_request._replace(newest=True))
    note(
        viewer,
        "emergency_openings.listed",
        ids={row["client_id"] for row in page_rows},
        limit=page_request.limit,
        after=page_request.after,
    )
    return Page([_listed(row) for row in page_rows], next_cursor)


class OutOfTheOrdinary(msgspec.Struct, frozen=True):
    """How many brief sights nobody has reviewed, and how many openings by alarm there were in the last week."""

    unreviewed: int
    emergencies: int


@read(who=(Role.MANAGER,))
def out_of_the_ordinary(viewer: Actor) -> OutOfTheOrdinary:
    """What a manager's start page tells. No client is read: nothing is recorded. One query."""
    lately = Opening.objects.filter(_of(viewer), not_before__gte=clock.now() - LATELY)
    unreviewed = BriefSight.objects.filter(municipality=viewer.municipality, reviewed=None)
    counts = Municipality.objects.filter(pk=viewer.municipality).values_list(
        _count(unreviewed), _count(lately)
    )
    return OutOfTheOrdinary(*(count or 0 for count in counts.get()))


def _count(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.order_by().values("municipality").annotate(found=Count("pk")).values("found"))


def _of(viewer: Actor) -> Q:
    by_alarm = Q(municipality=viewer.municipality, alarm__isnull=False)
    return by_alarm if viewer.role in OVERSIGHT_ROLES else by_alarm & Q(organisation=viewer.organisation)


def _listed(row: Row) -> EmergencyOpening:
    opened = row["noted"] if row["outcome"] == LockOutcome.OPENED else None
    return EmergencyOpening(
        id=row["id"],
        alarm=row["alarm_id"],
        case=row["client__case_number"],
        lock=row["lock__number"],
        organisation=row["organisation__name"],
        name=row["account__name"],
        raised=row["alarm__raised"],
        allowed=row["not_before"],
        opened=opened,
        outcome=row["outcome"] or LockOutcome.UNKNOWN,
        minutes=(opened - row["alarm__raised"]) // timedelta(minutes=1) if opened else None,
        closed=row["alarm__closed"],
        ended=row["alarm__outcome"],
    )
