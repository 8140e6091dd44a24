# SPDX-License-Identifier: EUPL-1.2
"""The duties behind a paragraph's figures, for viewers whose Sight includes the clients."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import F, Q

from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.people.roles import EVERY_ROLE, Actor
from troskel.permits.sight import ROLES_SEEING_ALL
from troskel.reading.base import Row, clients_in_sight, note
from troskel.reading.paging import MAX_PAGE, Page, PageRequest
from troskel.reading.register import read
from troskel.reading.worklist import duties_of, duty_shown

FateFilter = Literal["all", "in_time", "late", "open"]
CURSOR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})_([0-9a-f-]{36})")


class ParagraphCase(msgspec.Struct, frozen=True):
    """A duty or notice of a paragraph: case, owner, day asked, due day, day closed, and days late."""

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


@read(who=EVERY_ROLE)
def cases_of_paragraph(
    viewer: Actor,
    paragraph: str,
    first: date,
    last: date,
    page_request: PageRequest,
    *,
    fate: FateFilter = "all",
) -> Page[ParagraphCase]:
    """What the paragraph asked from `first` through `last`, the latest first, as it stands today. Two queries.

    The office sees all; others what was asked of them about clients who are still in their sight.
    """
    if not 1 <= page_request.limit <= MAX_PAGE:
        raise BadValue("limit", "value.outside_limit", _("Talet är inte mellan 1 och {most}."), most=MAX_PAGE)
    today = clock.today()
    condition = Q(paragraph=paragraph, opened__gte=first, opened__lte=last) & _fate_condition(fate, today)
    rows = duties_of(viewer, condition, today)
    if viewer.role not in ROLES_SEEING_ALL:
        rows = rows.filter(client__in=clients_in_sight(viewer))
    if page_request.after:
        day, identifier = _decode(page_request.after)
        rows = rows.filter(Q(opened__lt=day) | Q(opened=day, id__lt=identifier))
    rows_read = list(rows.order_by("-opened", "-id")[: page_request.limit + 1])
    page_rows = rows_read[: page_request.limit]
    clients = {row["client_id"] for row in page_rows if row["client_id"]}
    paging: dict[str, Any] = {"limit": page_request.limit, "after": page_request.after}
    note(viewer, "duty.listed", ids=clients, paragraph=paragraph, first=first, last=last, fate=fate, **paging)
    next_cursor = (
        f"{page_rows[-1]['opened']}_{page_rows[-1]['id']}" if len(rows_read) > page_request.limit else None
    )
    return Page([_case(row, today) for row in page_rows], next_cursor)


def _fate_condition(fate: FateFilter, today: date) -> Q:
    """Counted as in the figures: in time by the due day, or without one; `late` includes open duties past it."""
    done, is_open = Q(state="done"), Q(state="open")
    if fate == "in_time":
        return done & (Q(due=None) | Q(closed__lte=F("due")))
    if fate == "late":
        return (done & Q(closed__gt=F("due"))) | (is_open & Q(due__lt=today))
    return is_open & (Q(due=None) | Q(due__gte=today)) if fate == "open" else Q()


def _decode(cursor: str) -> tuple[date, UUID]:
    match = CURSOR.fullmatch(cursor)
    try:
        if match:
            return date.fromisoformat(match[1]), UUID(match[2])
    except ValueError:
        pass
    raise BadValue(
        "after", "cursor.malformed", _("Det är ingen plats i listan. Ta värdet av ”next” som det är.")
    )


def _case(row: Row, today: date) -> ParagraphCase:
    shown = duty_shown(row, today)
    return ParagraphCase(
        id=row["id"],
        paragraph=row["paragraph"],
        ask=row["ask"],
        kind=row["kind"],
        case=shown.case,
        role=row["role"],
        organisation=row["organisation__name"],
        opened=row["opened"],
        due=row["due"],
        state=shown.state,
        closed=row["closed"],
        days_late=shown.days_late,
    )
