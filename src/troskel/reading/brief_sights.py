# SPDX-License-Identifier: EUPL-1.2
"""Brief sights, for whoever reviews them: who saw which client, why, and how much was read meanwhile."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Subquery

from troskel.access.models import BriefSight
from troskel.ground import clock
from troskel.journal.models import ChainKind, Line
from troskel.people.roles import OVERSIGHT_ROLES, Actor
from troskel.permits import sight
from troskel.reading.base import clients_in_sight, note
from troskel.reading.discretion import Words
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read
from troskel.reading.worklist import username


class ListedBriefSight(msgspec.Struct, frozen=True):
    """A brief sight. `reason`: empty once it is erased. `readings`: lines in the chain of reads while it lasted.

    `verdict`: justified, unjustified, or empty while nobody has reviewed it.
    """

    id: UUID
    case: str
    account: str
    name: str
    role: str
    organisation: str
    taken: datetime
    until: datetime
    reason: str
    readings: int
    verdict: str
    reviewed: datetime | None
    reviewed_by: str


COLUMNS = ("id", "client_id", "client__case_number", "account_id", "account__username", "account__name",
           "account__role", "account__organisation__name", "taken", "until", "verdict", "reviewed",
           "reviewed_by__name")  # fmt: skip


@read(
    who=OVERSIGHT_ROLES, title="Brief sights, the newest first: who, which client, why, and how much was read"
)
def brief_sights(viewer: Actor, page_request: PageRequest, *, state: str = "") -> Page[ListedBriefSight]:
    """The municipality's brief sights, newest first; `state`: open, those that nobody has reviewed. Three queries."""
    rows = BriefSight.objects.filter(municipality=viewer.municipality)
    if state == "open":
        rows = rows.filter(reviewed=None)
    page_rows, next_cursor = rows_of(rows.values(*COLUMNS), page_request._replace(newest=True))
    ids = {row["client_id"] for row in page_rows}
    note(
        viewer,
        "brief_sights.listed",
        ids=ids,
        limit=page_request.limit,
        after=page_request.after,
        state=state,
    )
    reasons, readings = _reasons(viewer, page_rows), _readings(viewer, page_rows)
    return Page([_listed(row, reasons, readings) for row in page_rows], next_cursor)


@read(who=OVERSIGHT_ROLES)
def unreviewed_brief_sights(viewer: Actor) -> int:
    """How many brief sights nobody has reviewed. No client is read: nothing is recorded."""
    return BriefSight.objects.filter(municipality=viewer.municipality, reviewed=None).count()


def sight_until(viewer: Actor) -> Subquery:
    """Returns until when the viewer has brief sight of a Client row, to annotate it with."""
    lasting = sight.brief_sights(viewer, clock.now()).filter(client=OuterRef("pk"))
    return Subquery(lasting.values("until")[:1])


def seen_until(viewer: Actor, client: UUID, until: datetime | None) -> datetime | None:
    """Returns `until`, where it is by brief sight alone that the viewer sees the client. One query where it is set."""
    return until if until and not clients_in_sight(viewer).filter(id=client).exists() else None


def _reasons(viewer: Actor, rows: Sequence[Row]) -> dict[str, str]:
    """The typed reasons by the sight's id: the last, where it was taken again while it lasted."""
    if not rows:
        return {}
    lines = Line.objects.filter(
        municipality=viewer.municipality,
        kind=ChainKind.ACTS,
        event="brief_sight.taken",
        client__in={row["client_id"] for row in rows},
        detail__isnull=False,
    )
    told = lines.order_by("number").values_list("body", "detail__text")
    words = Words(viewer)
    return {json.loads(body)["sight"]: words.free(json.loads(detail)["text"]) for body, detail in told}


def _readings(viewer: Actor, rows: Sequence[Row]) -> Counter[UUID]:
    """How many lines each sight's account left about the client in its time."""
    counts: Counter[UUID] = Counter()
    if not rows:
        return counts
    lines = Line.objects.filter(
        municipality=viewer.municipality,
        kind=ChainKind.READS,
        client__in={row["client_id"] for row in rows},
        actor__in={row["account_id"] for row in rows},
        recorded__gte=min(row["taken"] for row in rows),
    )
    for client, account, recorded in lines.values_list("client", "actor", "recorded"):
        for row in rows:
            is_theirs = (row["client_id"], row["account_id"]) == (client, account)
            counts[row["id"]] += is_theirs and row["taken"] <= recorded < row["until"]
    return counts


def _listed(row: Any, reasons: dict[str, str], readings: Counter[UUID]) -> ListedBriefSight:
    return ListedBriefSight(
        id=row["id"],
        case=row["client__case_number"],
        account=username(row["account__username"]) or "",
        name=row["account__name"],
        role=row["account__role"],
        organisation=row["account__organisation__name"],
        taken=row["taken"],
        until=row["until"],
        reason=reasons.get(str(row["id"]), ""),
        readings=readings[row["id"]],
        verdict=row["verdict"],
        reviewed=row["reviewed"],
        reviewed_by=row["reviewed_by__name"] or "",
    )
