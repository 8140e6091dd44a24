# SPDX-License-Identifier: EUPL-1.2
"""The review of who has read what, month by month: which months are due, and the drawn reads of one.

Clients are case numbers here, never names: the reviewer judges the reader.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Q

from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.journal.models import ChainKind, DrawnRead, Line, LogReview
from troskel.people.models import Account, Client
from troskel.people.roles import Actor, Role
from troskel.reading.base import note
from troskel.reading.register import read
from troskel.reading.worklist import username
from troskel.routine import months

DAYS_TO_REVIEW = 15
"""A month is reviewed by this day of the next one."""
MONTHS_BACK = 12
ASKED_BACK = 3
"""So many months are asked about that nobody has begun (as after an upgrade); reviews are told for MONTHS_BACK."""
CASES_SHOWN = 5
REVIEWERS = (Role.MANAGER,)


class ReviewedMonth(msgspec.Struct, frozen=True):
    """A month's review. `state`: `due`, `late`, `drawn` (reads are left to judge) or `done`; `due`: its last day.

    `reads`: how many the month had, once it is drawn; `drawn`, `judged`, `unjustified`: how many of those drawn.
    """

    month: str
    state: str
    due: date
    reads: int = 0
    drawn: int = 0
    judged: int = 0
    unjustified: int = 0


class ReadToJudge(msgspec.Struct, frozen=True):
    """A drawn read. `why`: codes of how it was drawn and its risks. `own`: the viewer's, so another judges it.

    `clients`: how many were shown; `cases`: the first of them. `reader` is empty for the
    command line. `outcome` is empty until it is judged, by `judged_by`.
    """

    number: int
    when: datetime
    event: str
    reader: str
    name: str
    role: str
    organisation: str
    clients: int
    cases: list[str]
    why: list[str]
    own: bool
    outcome: str
    judged_by: str
    judged: datetime | None


class LogReviewShown(msgspec.Struct, frozen=True):
    """A month's drawn reads, those not judged first."""

    month: str
    reads: int
    drawn: datetime
    done: datetime | None
    items: list[ReadToJudge]


@read(who=REVIEWERS, title="The months whose reads are to be reviewed, and how far each has come")
def log_reviews(viewer: Actor) -> list[ReviewedMonth]:
    """The ended months that are reviewed or to be, the newest first. No client is shown, so nothing is recorded."""
    today = clock.today()
    reads = Line.objects.filter(municipality=viewer.municipality, kind=ChainKind.READS)
    began = reads.order_by("number").values_list("recorded", flat=True).first()
    judged = Count("drawn_reads", filter=~Q(drawn_reads__outcome=""))
    unjustified = Count("drawn_reads", filter=Q(drawn_reads__outcome="unjustified"))
    rows = LogReview.objects.filter(municipality=viewer.municipality).annotate(
        count=Count("drawn_reads"), judged=judged, unjustified=unjustified
    )
    by_month = {row.month: row for row in rows.order_by("-month")[:MONTHS_BACK]}
    found, day = [], today.replace(day=1)
    for back in range(MONTHS_BACK):
        day = (day - timedelta(days=1)).replace(day=1)
        row = by_month.get(months.month_of(day))
        has_reads = began is not None and months.first_of_next(day) > clock.day_of(began)
        if row is not None or (has_reads and back < ASKED_BACK):
            found.append(_month(day, row, today))
    return found


def _month(first: date, row: Any, today: date) -> ReviewedMonth:
    month, due = months.month_of(first), months.first_of_next(first).replace(day=DAYS_TO_REVIEW)
    if row is None:
        return ReviewedMonth(month, "late" if today > due else "due", due)
    state = "done" if row.done else "late" if today > due else "drawn"
    return ReviewedMonth(month, state, due, row.reads, row.count, row.judged, row.unjustified)


@read(who=REVIEWERS, title="The drawn reads of a month, to be judged; the read is journalled")
def log_review(viewer: Actor, month: str) -> LogReviewShown:
    """The drawn reads of a month. Raises NotFound where none are drawn. Five queries and one recorded read."""
    review = LogReview.objects.filter(municipality=viewer.municipality, month=month).first()
    if review is None:
        raise NotFound("log_review", "month")
    rows = list(DrawnRead.objects.filter(review=review).order_by("number"))
    lines = {
        line.number: line
        for line in Line.objects.filter(
            municipality=viewer.municipality, kind=ChainKind.READS, number__in=[row.number for row in rows]
        )
    }
    ids = {row.reader for row in rows} | {row.judged_by for row in rows} | {viewer.account}
    people: dict[Any, Account] = {
        row.id: row for row in Account.objects.select_related("organisation").filter(id__in=ids - {None})
    }
    shown = {number: _clients_of(line) for number, line in lines.items()}
    first = {client for clients in shown.values() for client in clients[:CASES_SHOWN]}
    own_clients = Client.objects.filter(municipality=viewer.municipality, id__in=first)
    cases = dict(own_clients.values_list("id", "case_number"))
    viewer_row = people.get(viewer.account) if viewer.account else None
    items = [
        _item(row, lines[row.number], [cases[one] for one in shown[row.number][:CASES_SHOWN] if one in cases],
              len(shown[row.number]), people, viewer_row)
        for row in rows if row.number in lines
    ]  # fmt: skip
    note(viewer, "log_review.viewed", ids=cases, month=month)
    items.sort(key=lambda item: (bool(item.outcome), item.number))
    return LogReviewShown(review.month, review.reads, review.drawn, review.done, items)


def _clients_of(line: Line) -> list[UUID]:
    return [line.client] if line.client else [UUID(one) for one in json.loads(line.body).get("shown", [])]


def _item(
    row: DrawnRead,
    line: Line,
    cases: list[str],
    clients: int,
    people: dict[Any, Account],
    viewer: Account | None,
) -> ReadToJudge:
    reader = people.get(row.reader)
    judge = people.get(row.judged_by)
    is_same_login = reader is not None and viewer is not None and reader.login_id is not None
    own = reader is not None and viewer is not None and (
        reader.id == viewer.id or (is_same_login and reader.login_id == viewer.login_id)
    )  # fmt: skip
    return ReadToJudge(
        number=row.number,
        when=line.recorded,
        event=line.event,
        reader=username(reader.username) or "" if reader else "",
        name=reader.name if reader else "",
        role=reader.role if reader else "",
        organisation=reader.organisation.name if reader else "",
        clients=clients,
        cases=cases,
        why=row.why.split(),
        own=own,
        outcome=row.outcome,
        judged_by=judge.name if judge else "",
        judged=row.judged,
    )
