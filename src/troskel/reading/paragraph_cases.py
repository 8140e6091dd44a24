# SPDX-License-Identifier: EUPL-1.2
"""The duties behind a paragraph's figures, one by one: for those whom Sight lets see the clients."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import F, Q

from troskel.duties import queries as duties
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.people.roles import Actor
from troskel.permits.sight import EVERYBODY
from troskel.reading.base import Row, note, seen
from troskel.reading.paging import LONGEST, Asked, Page
from troskel.reading.worklist import duties_of, duty_told

Fate = Literal["all", "in_time", "late", "open"]
CURSOR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})_([0-9a-f-]{36})")


class Case(msgspec.Struct, frozen=True):
    """A duty or notice of a paragraph: about whom, whose, since when, by when; when it was done, and how late."""

    id: UUID
    paragraph: str
    ask: str
    kind: str
    case: str | None
    role: str
    organisation: str | None
    opened: date
    due: date | None
    state: str
    closed: date | None
    days_late: int


def cases_behind(
    viewer: Actor, paragraph: str, first: date, last: date, asked: Asked, *, fate: Fate = "all"
) -> Page[Case]:
    """What the paragraph asked from `first` through `last`, the latest first, as it stands today. Two queries.

    The office sees every one; others what was asked of them about clients that they may still know of.
    """
    if not 1 <= asked.limit <= LONGEST:
        raise BadValue("limit", "is not between 1 and {most}", most=LONGEST)
    today = clock.today()
    behind = Q(paragraph=paragraph, opened__gte=first, opened__lte=last) & _with_fate(fate, today)
    rows = duties_of(viewer, behind, today).values("client_id", *duties.FIELDS)
    if viewer.role not in EVERYBODY:
        rows = rows.filter(client__in=seen(viewer))
    if asked.after:
        day, identifier = _read(asked.after)
        rows = rows.filter(Q(opened__lt=day) | Q(opened=day, id__lt=identifier))
    found = list(rows.order_by("-opened", "-id")[: asked.limit + 1])
    shown = found[: asked.limit]
    clients = {row["client_id"] for row in shown if row["client_id"]}
    page_of: dict[str, Any] = {"limit": asked.limit, "after": asked.after}
    note(
        viewer, "duty.listed", ids=clients, paragraph=paragraph, first=first, last=last, fate=fate, **page_of
    )
    following = f"{shown[-1]['opened']}_{shown[-1]['id']}" if len(found) > asked.limit else None
    return Page([_case(row, today) for row in shown], following)


def _with_fate(fate: Fate, today: date) -> Q:
    """As the figures count them: in time on the due day or before, or with no due day; late also while it is open."""
    done, is_open = Q(state="done"), Q(state="open")
    if fate == "in_time":
        return done & (Q(due=None) | Q(closed__lte=F("due")))
    if fate == "late":
        return (done & Q(closed__gt=F("due"))) | (is_open & Q(due__lt=today))
    return is_open & (Q(due=None) | Q(due__gte=today)) if fate == "open" else Q()


def _read(cursor: str) -> tuple[date, UUID]:
    read = CURSOR.fullmatch(cursor)
    try:
        if read:
            return date.fromisoformat(read[1]), UUID(read[2])
    except ValueError:
        pass
    raise BadValue("after", "is no cursor: take the value of 'next' as it is")


def _case(row: Row, today: date) -> Case:
    told = duty_told(row, today)
    return Case(
        id=row["id"],
        paragraph=row["paragraph"],
        ask=row["ask"],
        kind=row["kind"],
        case=told["case"],
        role=row["role"],
        organisation=row["organisation__name"],
        opened=row["opened"],
        due=row["due"],
        state=told["state"],
        closed=row["closed"],
        days_late=told["days_late"],
    )
